# What all of Hekla's own targets share.

# hekla_target_defaults(TARGET): C++20, warnings (as errors with HEKLA_WERROR), no compiler extensions.
function(hekla_target_defaults target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON)
  if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    # Designated initializers that leave the rest at its default are how options are given here.
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wno-missing-field-initializers
                                             $<$<BOOL:${HEKLA_WERROR}>:-Werror>)
    # g++ 12 sees overlaps in std::string's operator+ that are none (GCC bug 105329).
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      target_compile_options(${target} PRIVATE -Wno-restrict)
    endif()
  elseif(MSVC)
    # C4100, C4458: a parameter without a use or with a member's name says what it is for.
    # C4324: padding is what alignas asks for. C4244, C4267: -Wconversion, which is on nowhere else.
    target_compile_options(${target} PRIVATE /W4 /wd4100 /wd4458 /wd4324 /wd4244 /wd4267 /utf-8
                                             /permissive- /Zc:__cplusplus /Zc:preprocessor
                                             $<$<BOOL:${HEKLA_WERROR}>:/WX>)
    target_compile_definitions(${target} PRIVATE _CRT_SECURE_NO_WARNINGS)
  endif()
  if(WIN32)
    target_compile_definitions(${target} PRIVATE WIN32_LEAN_AND_MEAN NOMINMAX)
  endif()
endfunction()

# hekla_quick_build(TARGET HEADER...): for the command and the tests, whose compile time is worth more than their
# speed: less optimization, and a precompiled header of what others wrote. The preset 'clang' does without the
# header, and so finds files that do not include what they use.
function(hekla_quick_build target)
  target_compile_options(${target} PRIVATE $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:RelWithDebInfo>>:-O1>)
  target_precompile_headers(${target} PRIVATE ${ARGN} <algorithm> <functional> <map> <memory> <string> <vector>)
endfunction()

# hekla_glob(VARIABLE FOLDER...): all *.cpp of the folders, relative to the current one, that are for
# the target's system: *_windows.cpp for Windows alone, *_posix.cpp for all others.
function(hekla_glob variable)
  set(patterns "")
  foreach(folder IN LISTS ARGN)
    list(APPEND patterns "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp")
  endforeach()
  file(GLOB found CONFIGURE_DEPENDS ${patterns})
  if(WIN32)
    list(FILTER found EXCLUDE REGEX "_posix(_test)?\\.cpp$")
  else()
    list(FILTER found EXCLUDE REGEX "_windows(_test)?\\.cpp$")
  endif()
  set(${variable} "${found}" PARENT_SCOPE)
endfunction()
