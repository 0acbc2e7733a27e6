# HEKLA_VULKAN_SDK: the folder of the Vulkan SDK (LunarG's layout: Bin and Include on Windows, bin and
# include elsewhere), by default what the SDK's installer put into the environment.
set(HEKLA_VULKAN_SDK "$ENV{VULKAN_SDK}" CACHE PATH "Folder of the Vulkan SDK; empty: the system's packages")
if(HEKLA_VULKAN_SDK)
  file(TO_CMAKE_PATH "${HEKLA_VULKAN_SDK}" hekla_sdk)
  set(HEKLA_VULKAN_SDK_BIN "${hekla_sdk}/Bin" "${hekla_sdk}/bin")
  set(HEKLA_VULKAN_SDK_INCLUDE "${hekla_sdk}/Include" "${hekla_sdk}/include")
endif()
