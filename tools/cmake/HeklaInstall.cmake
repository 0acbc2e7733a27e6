# 'cmake --install': headers, libraries, the command, and what find_package(hekla) needs.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(HEKLA_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/hekla")
set(hekla_installed hekla hekla_core)
if(HEKLA_IO)
  list(APPEND hekla_installed hekla_io)
  install(FILES "${PROJECT_SOURCE_DIR}/tools/cmake/FindNettle.cmake" DESTINATION "${HEKLA_PACKAGE_DIR}")
endif()
install(TARGETS ${hekla_installed} EXPORT hekla-targets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
if(TARGET hekla_command)
  install(TARGETS hekla_command RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
install(DIRECTORY "${PROJECT_SOURCE_DIR}/engine/include/hekla"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" FILES_MATCHING PATTERN "*.h")
install(FILES "${PROJECT_BINARY_DIR}/generated/include/hekla/config.h"
        DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/hekla")
install(EXPORT hekla-targets NAMESPACE hekla:: DESTINATION "${HEKLA_PACKAGE_DIR}")

configure_package_config_file("${PROJECT_SOURCE_DIR}/tools/cmake/hekla-config.cmake.in"
                              "${PROJECT_BINARY_DIR}/hekla-config.cmake"
                              INSTALL_DESTINATION "${HEKLA_PACKAGE_DIR}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/hekla-config-version.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/hekla-config.cmake" "${PROJECT_BINARY_DIR}/hekla-config-version.cmake"
        DESTINATION "${HEKLA_PACKAGE_DIR}")
