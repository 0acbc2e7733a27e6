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
  endif()
endfunction()

# hekla_glob(VARIABLE FOLDER...): all *.cpp of the folders, relative to the current one.
function(hekla_glob variable)
  set(patterns "")
  foreach(folder IN LISTS ARGN)
    list(APPEND patterns "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp")
  endforeach()
  file(GLOB found CONFIGURE_DEPENDS ${patterns})
  set(${variable} "${found}" PARENT_SCOPE)
endfunction()
