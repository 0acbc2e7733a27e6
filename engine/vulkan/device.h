#pragma once
// A logical device with one compute queue, owned or borrowed, and what every other class needs of
// it.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <hekla/choices.h>

#include "vulkan/buffer.h"
#include "vulkan/caps.h"
#include "vulkan/commands.h"
#include "vulkan/functions.h"
#include "vulkan/pipeline.h"

namespace hekla::vulkan {

/// One physical device as a user sees it in `hekla devices`.
struct GpuInfo {
    std::uint32_t index = 0;  // in the order of preference; what --device N means
    std::string name;         // "AMD Radeon RX 6800 (RADV NAVI21)"
    std::string driver;       // "radv, Mesa 22.3.6"
    std::string api_version;  // "1.3.230"
    DeviceClass device_class = DeviceClass::other;
    std::uint64_t memory_bytes = 0;  // device-local heaps
    std::uint32_t vendor_id = 0;     // PCI's, or a Khronos number
    std::uint32_t device_id = 0;
    std::uint32_t driver_version = 0;  // in the vendor's own form
    std::string rejected;            // empty, or why Hekla can't use it
};

struct DeviceOptions {
    /// Index in the list of list_gpus(), or part of the name or driver (any case); empty: the best.
    std::string select;
    /// "" (the device's own), "minimum", or a caps file (caps_file.h): a path with a '/' or ending
    /// in ".json". HEKLA_CAPS is read by the caller (hekla::Device), not here.
    std::string caps;
    bool validation = false;  // enable VK_LAYER_KHRONOS_validation with synchronization validation
    bool disk_cache = true;   // keep the VkPipelineCache in the user's cache folder
    KernelSettings kernels;   // kept for the layer that chooses kernels
    /// Pipelines keep what report_pipeline() reads (VK_KHR_pipeline_executable_properties); Error
    /// (unsupported) on a driver without it.
    bool pipeline_reports = false;
    /// Called with every validation message (warning or error) when validation is on.
    std::function<void(const std::string& message)> on_message;
    /// The loader's entry point; null: libvulkan is opened at run time.
    PFN_vkGetInstanceProcAddr get_instance_proc_addr = nullptr;
};

/// Handles of a device that somebody else owns. Nothing here is destroyed by Hekla. What is not told of the device counts
/// as off.
struct BorrowedDevice {
    PFN_vkGetInstanceProcAddr get_instance_proc_addr = nullptr;
    VkInstance instance = VK_NULL_HANDLE;
    VkPhysicalDevice physical_device = VK_NULL_HANDLE;
    VkDevice device = VK_NULL_HANDLE;
    std::uint32_t queue_family = 0;
    /// For uploads, self-tests and Plan::run; never used by record(). Null: nothing is submitted to the device. Uploads wait
    /// for record_setup(), and kernels are tried out on a device of Hekla's own on the same GPU.
    VkQueue queue = VK_NULL_HANDLE;
    std::uint32_t api_version = VK_API_VERSION_1_1;  // that the instance was made for
    bool storage_16bit = false, storage_8bit = false, shader_float16 = false;
    bool extended_image_formats = false;  // shaderStorageImageExtendedFormats
    bool memory_budget = false;           // VK_EXT_memory_budget
    bool debug_utils = false;             // VK_EXT_debug_utils
    const VkAllocationCallbacks* allocator = nullptr;  // must outlive the Device
    VkPipelineCache pipeline_cache = VK_NULL_HANDLE;   // null: one of Hekla's own
    bool disk_cache = false;                           // kept in the user's cache folder, if it is Hekla's own
    KernelSettings kernels;
};

/// Every GPU of every driver in order of preference: discrete, integrated, virtual, CPU (the
/// larger limits and memory first among equals); usable ones before rejected ones. Throws Error
/// (no_device) when no loader or no instance can be had, saying which package brings one.
std::vector<GpuInfo> list_gpus(PFN_vkGetInstanceProcAddr get_instance_proc_addr = nullptr);

class Instance;
struct GpuFacts;

/// Not thread-safe: one thread at a time uses a Device and all that was made from it.
/// Two devices in one process are independent.
class Device {
  public:
    /// Throws Error (no_device) with one reason per rejected GPU, or if `select` fits none.
    explicit Device(const DeviceOptions& options);
    explicit Device(const BorrowedDevice& borrowed, const std::string& caps = "");
    ~Device();
    Device(const Device&) = delete;
    Device& operator=(const Device&) = delete;

    const GpuInfo& gpu() const { return gpu_; }
    const DeviceCaps& caps() const { return caps_; }
    /// What a caps file asked for and this device has not: one sentence each.
    const std::vector<std::string>& caps_notes() const { return caps_notes_; }
    const Quirks& quirks() const { return quirks_; }
    const InstanceFunctions& vki() const { return instance_functions_; }
    const DeviceFunctions& vk() const { return functions_; }
    VkDevice handle() const { return device_; }
    VkPhysicalDevice physical() const { return physical_; }
    VkQueue queue() const { return queue_; }
    std::uint32_t queue_family() const { return queue_family_; }
    bool has_queue() const { return queue_ != VK_NULL_HANDLE; }
    VkPipelineCache pipeline_cache() const { return cache_; }
    /// The application's, on a borrowed device that came with some.
    const VkAllocationCallbacks* allocator() const { return allocator_; }
    /// minStorageBufferOffsetAlignment: of buffers that are not Hekla's.
    VkDeviceSize storage_offset_alignment() const { return storage_offset_alignment_; }
    /// Whether images of all the formats that storage images may have can be written.
    bool extended_image_formats() const { return extended_image_formats_; }
    /// Where kernels are tried out: this device, or one of its own on the same GPU if this one has no queue.
    Device& trial_device();
    PipelineTable& pipelines() { return pipelines_; }
    bool debug_labels() const { return debug_labels_; }
    bool pipeline_reports() const { return pipeline_reports_; }
    /// Names an object for debuggers and validation messages, if VK_EXT_debug_utils is on.
    template <typename Handle>
    void set_label(VkObjectType type, Handle handle, const char* label) const {
        if (debug_labels_) set_label_word(type, (std::uint64_t)handle, label);  // pointer or word
    }

    /// Index of a memory type fit for `use` among `type_bits`; throws Error if there is none.
    /// `host_visible` is false for MemoryUse::device where caps().mapped_device_memory is.
    std::uint32_t memory_type(std::uint32_t type_bits, MemoryUse use, bool& host_visible,
                              bool& coherent) const;
    /// VkMemoryPropertyFlags of a memory type.
    VkMemoryPropertyFlags memory_flags(std::uint32_t type) const;
    /// Bytes that can still be allocated on the device's heap: VK_EXT_memory_budget if there,
    /// otherwise heap size less what this Device allocated.
    std::uint64_t memory_available() const;
    std::uint64_t memory_allocated() const { return allocated_bytes_; }
    /// Live allocations of this Device; never more than caps().max_allocations.
    std::uint32_t allocations() const { return allocations_; }
    /// Called by Buffer: the bytes of a new allocation, or less than 0 for one that was freed.
    void count_allocation(std::int64_t bytes);

    /// Without a queue, upload() and fill() are kept until this records them; what it returns must live until the commands
    /// have run. The commands end with a barrier for compute. Null if there was nothing to do.
    std::unique_ptr<Buffer> record_setup(VkCommandBuffer cmd);
    bool setup_pending() const { return !pending_.empty(); }
    /// Called by a Buffer that goes: what was to be copied into it is dropped.
    void forget(const Buffer& buffer) noexcept;

    /// Copies host bytes to the start of a range, through staging or, where the memory is mapped,
    /// directly; waits. Throws Error (invalid_argument) if the bytes do not fit in the range.
    void upload(const BufferRange& range, std::span<const std::byte> bytes);
    /// Copies the start of a range to the host; waits for the queue. Any size.
    void download(const BufferRange& range, std::span<std::byte> bytes);
    /// Fills a range with a 4-byte word; waits. The range's size must be a multiple of 4.
    void fill(const BufferRange& range, std::uint32_t word);
    /// Records with `record`, submits, waits. Throws Error (unsupported) on a device without a queue.
    void run_once(const std::function<void(VkCommandBuffer)>& record);

    /// Objects created and allocations made since the start; replay must not change them.
    std::uint64_t objects_created() const { return objects_created_; }
    void count_object() { ++objects_created_; }

    const KernelSettings& kernel_settings() const { return kernel_settings_; }
    /// Whether something may be kept in the user's cache folder.
    bool disk_cache() const { return disk_cache_; }
    /// What an upper layer keeps for the life of the device (it may not own Vulkan objects).
    std::shared_ptr<void>& attachment() { return attachment_; }

    /// Throws the fitting Error unless result is VK_SUCCESS; `what` names the call.
    void check(VkResult result, const char* what) const;

  private:
    void open(const GpuFacts& facts);
    void take(const GpuFacts& facts, std::uint32_t queue_family, const std::string& caps);
    void open_pipeline_cache(const GpuFacts& facts);
    void save_pipeline_cache() noexcept;
    void release() noexcept;
    void set_label_word(VkObjectType type, std::uint64_t handle, const char* label) const;
    void check_range(const BufferRange& range, std::uint64_t bytes, const char* what) const;
    void settle_for_host();
    Buffer& staging();
    Device(Device& tried_for, const GpuFacts& facts);  // trial_device()

    /// A copy or (without bytes) a fill that waits for record_setup().
    struct Pending {
        BufferRange range;
        std::vector<std::byte> bytes;
        std::uint32_t word = 0;
    };

    std::unique_ptr<Instance> own_instance_;  // null on a borrowed device
    bool owns_device_ = false;
    const VkAllocationCallbacks* allocator_ = nullptr;
    bool extended_image_formats_ = false;
    VkDeviceSize storage_offset_alignment_ = 256;
    std::unique_ptr<Device> trial_;
    std::vector<Pending> pending_;
    InstanceFunctions instance_functions_{};
    DeviceFunctions functions_{};
    VkPhysicalDevice physical_ = VK_NULL_HANDLE;
    VkDevice device_ = VK_NULL_HANDLE;
    VkQueue queue_ = VK_NULL_HANDLE;
    std::uint32_t queue_family_ = 0;
    VkPipelineCache cache_ = VK_NULL_HANDLE;
    bool owns_cache_ = true;
    std::filesystem::path cache_path_;  // empty: not kept on disk
    std::vector<std::byte>
        cache_loaded_;  // what the file held, so that it is not rewritten in vain
    GpuInfo gpu_;
    DeviceCaps caps_;
    std::vector<std::string> caps_notes_;
    Quirks quirks_;
    VkPhysicalDeviceMemoryProperties memory_{};
    KernelSettings kernel_settings_;
    bool disk_cache_ = false;
    std::shared_ptr<void> attachment_;
    bool debug_labels_ = false;
    bool pipeline_reports_ = false;
    bool memory_budget_ = false;
    std::uint64_t allocated_bytes_ = 0;
    std::uint32_t allocations_ = 0;
    std::uint64_t objects_created_ = 0;
    PipelineTable pipelines_;
    std::unique_ptr<Buffer> staging_;  // made at the first transfer that needs it
    std::unique_ptr<CommandPool> commands_;
    VkCommandBuffer once_ = VK_NULL_HANDLE;
    std::unique_ptr<Submission> once_submission_;
};

}  // namespace hekla::vulkan
