# Shaders: GLSL -> SPIR-V -> optimized and validated -> C++ (tools/embed_shaders.py).

# hekla_find_tool(VARIABLE NAME...): of the Vulkan SDK, if there is one, else of the host's folders.
# A tool that the SDK lacks is taken from there too.
function(hekla_find_tool variable)
  if(HEKLA_VULKAN_SDK)
    find_program(${variable} NAMES ${ARGN} PATHS ${HEKLA_VULKAN_SDK_BIN} NO_DEFAULT_PATH
                 NO_CMAKE_FIND_ROOT_PATH)
  endif()
  find_program(${variable} NAMES ${ARGN} REQUIRED
               DOC "Shader tool (Debian: glslang-tools, spirv-tools, spirv-cross; or the Vulkan SDK)")
endfunction()
hekla_find_tool(HEKLA_GLSLANG glslangValidator glslang)
hekla_find_tool(HEKLA_SPIRV_OPT spirv-opt)
hekla_find_tool(HEKLA_SPIRV_VAL spirv-val)
hekla_find_tool(HEKLA_SPIRV_CROSS spirv-cross)
find_package(Python3 3.8 REQUIRED COMPONENTS Interpreter)

# hekla_add_shader(NAME SOURCE WORK [DEFINE...]): WORK/NAME.{spv,opt.spv,json}. The depfile names the
# included *.glsl, so that a shader is compiled again only when something it reads changes.
function(hekla_add_shader name source work)
  list(TRANSFORM ARGN PREPEND "-D" OUTPUT_VARIABLE defines)
  set(base "${work}/${name}")
  get_filename_component(folder "${source}" DIRECTORY)
  add_custom_command(
    OUTPUT "${base}.spv" "${base}.opt.spv" "${base}.json"
    DEPENDS "${source}"
    DEPFILE "${base}.d"
    COMMAND "${HEKLA_GLSLANG}" --quiet -V --target-env vulkan1.1 "-I${folder}" ${defines}
            --depfile "${base}.d" -o "${base}.spv" "${source}"
    COMMAND "${HEKLA_SPIRV_OPT}" --target-env=vulkan1.1 -O --preserve-bindings
            --preserve-spec-constants "${base}.spv" -o "${base}.opt.spv"
    COMMAND "${HEKLA_SPIRV_VAL}" --target-env vulkan1.1 "${base}.opt.spv"
    COMMAND "${HEKLA_SPIRV_CROSS}" "${base}.spv" --reflect --output "${base}.json"
    COMMENT "Shader ${name}"
    VERBATIM)
endfunction()

# hekla_shader_library(TARGET FILE OUT): an OBJECT library of all variants listed in FILE, whose
# header is OUT/shaders.h.
function(hekla_shader_library target file out)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
  get_filename_component(folder "${file}" DIRECTORY)
  set(work "${out}/spirv")
  file(MAKE_DIRECTORY "${work}")
  file(STRINGS "${file}" lines)
  set(names "")
  set(inputs "")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "#.*$" "" line "${line}")
    string(STRIP "${line}" line)
    if(line STREQUAL "")
      continue()
    endif()
    separate_arguments(words UNIX_COMMAND "${line}")
    list(POP_FRONT words name source)
    if(NOT name MATCHES "^[a-z][a-z0-9_]*$" OR NOT EXISTS "${folder}/${source}" OR source STREQUAL "")
      message(FATAL_ERROR "${file}: expected 'name source.comp [DEFINE=VALUE...]' with a source "
                          "that exists in ${folder}, got '${line}'")
    endif()
    if(name IN_LIST names)
      message(FATAL_ERROR "${file}: variant '${name}' is listed twice")
    endif()
    list(APPEND names "${name}")
    list(APPEND inputs "${work}/${name}.spv" "${work}/${name}.opt.spv" "${work}/${name}.json")
    hekla_add_shader("${name}" "${folder}/${source}" "${work}" ${words})
  endforeach()

  set(per_source 10)
  list(LENGTH names count)
  math(EXPR last "(${count} + ${per_source} - 1) / ${per_source} - 1")
  if(last LESS 0)
    set(last 0)
  endif()
  set(sources "")
  foreach(part RANGE ${last})
    list(APPEND sources "${out}/shaders_${part}.cpp")
  endforeach()
  set(script "${PROJECT_SOURCE_DIR}/tools/embed_shaders.py")
  add_custom_command(
    OUTPUT "${out}/shaders.h" ${sources}
    DEPENDS "${script}" "${file}" ${inputs}
    COMMAND Python3::Interpreter "${script}" --work "${work}" --out "${out}"
            --per-source ${per_source} ${names}
    COMMENT "Embedding ${count} shaders"
    VERBATIM)
  add_library(${target} OBJECT ${sources} "${out}/shaders.h")
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC "${out}" "${PROJECT_SOURCE_DIR}/engine")
  # Engine sources wait for this before they are compiled: they include the header.
  add_custom_target(${target}_header DEPENDS "${out}/shaders.h")
endfunction()
