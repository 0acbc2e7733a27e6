// The names of every Vulkan command that Hekla calls, once. REQUIRED ones are core in Vulkan 1.1
// (GLOBAL: 1.0); OPTIONAL ones belong to extensions or newer loaders and may be missing.

// clang-format off
#define HEKLA_VULKAN_GLOBAL_FUNCTIONS(REQUIRED, OPTIONAL) \
    REQUIRED(CreateInstance)                              \
    REQUIRED(EnumerateInstanceExtensionProperties)        \
    REQUIRED(EnumerateInstanceLayerProperties)            \
    OPTIONAL(EnumerateInstanceVersion)

#define HEKLA_VULKAN_INSTANCE_FUNCTIONS(REQUIRED, OPTIONAL) \
    REQUIRED(DestroyInstance)                               \
    REQUIRED(EnumeratePhysicalDevices)                      \
    REQUIRED(EnumerateDeviceExtensionProperties)            \
    REQUIRED(GetPhysicalDeviceProperties)                   \
    REQUIRED(GetPhysicalDeviceProperties2)                  \
    REQUIRED(GetPhysicalDeviceFeatures2)                    \
    REQUIRED(GetPhysicalDeviceFormatProperties)             \
    REQUIRED(GetPhysicalDeviceMemoryProperties)             \
    REQUIRED(GetPhysicalDeviceMemoryProperties2)            \
    REQUIRED(GetPhysicalDeviceQueueFamilyProperties)        \
    REQUIRED(CreateDevice)                                  \
    REQUIRED(GetDeviceProcAddr)                             \
    OPTIONAL(CreateDebugUtilsMessengerEXT)                  \
    OPTIONAL(DestroyDebugUtilsMessengerEXT)

#define HEKLA_VULKAN_DEVICE_FUNCTIONS(REQUIRED, OPTIONAL) \
    REQUIRED(DestroyDevice)                               \
    REQUIRED(DeviceWaitIdle)                              \
    REQUIRED(GetDeviceQueue)                              \
    REQUIRED(QueueSubmit)                                 \
    REQUIRED(QueueWaitIdle)                               \
    REQUIRED(AllocateMemory)                              \
    REQUIRED(FreeMemory)                                  \
    REQUIRED(MapMemory)                                   \
    REQUIRED(UnmapMemory)                                 \
    REQUIRED(FlushMappedMemoryRanges)                     \
    REQUIRED(InvalidateMappedMemoryRanges)                \
    REQUIRED(CreateBuffer)                                \
    REQUIRED(DestroyBuffer)                               \
    REQUIRED(GetBufferMemoryRequirements)                 \
    REQUIRED(BindBufferMemory)                            \
    REQUIRED(CreateBufferView)                            \
    REQUIRED(DestroyBufferView)                           \
    REQUIRED(CreateImageView)                             \
    REQUIRED(DestroyImageView)                            \
    REQUIRED(CreateShaderModule)                          \
    REQUIRED(DestroyShaderModule)                         \
    REQUIRED(CreateDescriptorSetLayout)                   \
    REQUIRED(DestroyDescriptorSetLayout)                  \
    REQUIRED(CreatePipelineLayout)                        \
    REQUIRED(DestroyPipelineLayout)                       \
    REQUIRED(CreateComputePipelines)                      \
    REQUIRED(DestroyPipeline)                             \
    REQUIRED(CreatePipelineCache)                         \
    REQUIRED(DestroyPipelineCache)                        \
    REQUIRED(GetPipelineCacheData)                        \
    REQUIRED(CreateDescriptorPool)                        \
    REQUIRED(DestroyDescriptorPool)                       \
    REQUIRED(ResetDescriptorPool)                         \
    REQUIRED(AllocateDescriptorSets)                      \
    REQUIRED(UpdateDescriptorSets)                        \
    REQUIRED(CreateCommandPool)                           \
    REQUIRED(DestroyCommandPool)                          \
    REQUIRED(ResetCommandPool)                            \
    REQUIRED(AllocateCommandBuffers)                      \
    REQUIRED(FreeCommandBuffers)                          \
    REQUIRED(BeginCommandBuffer)                          \
    REQUIRED(EndCommandBuffer)                            \
    REQUIRED(ResetCommandBuffer)                          \
    REQUIRED(CreateFence)                                 \
    REQUIRED(DestroyFence)                                \
    REQUIRED(ResetFences)                                 \
    REQUIRED(GetFenceStatus)                              \
    REQUIRED(WaitForFences)                               \
    REQUIRED(CreateQueryPool)                             \
    REQUIRED(DestroyQueryPool)                            \
    REQUIRED(GetQueryPoolResults)                         \
    REQUIRED(CmdBindPipeline)                             \
    REQUIRED(CmdBindDescriptorSets)                       \
    REQUIRED(CmdPushConstants)                            \
    REQUIRED(CmdDispatch)                                 \
    REQUIRED(CmdDispatchBase)                             \
    REQUIRED(CmdPipelineBarrier)                          \
    REQUIRED(CmdCopyBuffer)                               \
    REQUIRED(CmdFillBuffer)                               \
    REQUIRED(CmdUpdateBuffer)                             \
    REQUIRED(CmdExecuteCommands)                          \
    REQUIRED(CmdResetQueryPool)                           \
    REQUIRED(CmdWriteTimestamp)                           \
    REQUIRED(CmdCopyQueryPoolResults)                     \
    OPTIONAL(GetPipelineExecutablePropertiesKHR)          \
    OPTIONAL(GetPipelineExecutableStatisticsKHR)          \
    OPTIONAL(GetPipelineExecutableInternalRepresentationsKHR) \
    OPTIONAL(SetDebugUtilsObjectNameEXT)                  \
    OPTIONAL(CmdBeginDebugUtilsLabelEXT)                  \
    OPTIONAL(CmdEndDebugUtilsLabelEXT)
// clang-format on
