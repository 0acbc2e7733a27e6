#pragma once
// Hekla inside an application that has a Vulkan device of its own: it records into the application's command buffers, reads
// and writes its buffers and images, and trains in slices that keep to a time budget per frame.
//
//   requirements()   before vkCreateDevice: what to enable
//   adopt()          once: a hekla::Device on the application's VkDevice
//   compile()        once per plan (<hekla/plan.h>), on any thread that alone uses the Device
//   bind()           once per set of buffers and images; all checks are here
//   record_setup()   once, after compiling: copies weights into device memory
//   record()         every frame; or record_slice() for a part of a training step
//
// Without a queue given to adopt(), Hekla never submits, waits or creates a queue on the application's device.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <hekla/plan.h>
#include <vulkan/vulkan_core.h>

namespace hekla {

/// What a physical device is to be opened with, for Hekla to work on it.
struct VulkanRequirements {
    std::string rejected;                              // empty, or why Hekla can't use this device at all
    std::vector<const char*> device_extensions;        // must be given to vkCreateDevice
    std::vector<const char*> preferred_extensions;     // the device has them and Hekla makes use of them
    std::uint32_t queue_family = 0;                    // a family that fits: any with VK_QUEUE_COMPUTE_BIT does
    /// Features that Hekla makes use of where they are, on where the device has them: for VkDeviceCreateInfo::pNext, or
    /// to be merged into a chain of your own. None is required. Lives as long as this object or a copy.
    const VkPhysicalDeviceFeatures2* features() const { return chain.get(); }

    std::shared_ptr<const VkPhysicalDeviceFeatures2> chain;
};

/// `api_version`: VkApplicationInfo::apiVersion of the instance; Vulkan 1.1 is needed. Any thread.
VulkanRequirements requirements(PFN_vkGetInstanceProcAddr get_instance_proc_addr, VkInstance instance, VkPhysicalDevice physical_device,
                                std::uint32_t api_version = VK_API_VERSION_1_1);

/// An application's device. What is not told counts as off; what is told must be true.
struct AdoptedDevice {
    PFN_vkGetInstanceProcAddr get_instance_proc_addr = nullptr;
    VkInstance instance = VK_NULL_HANDLE;
    VkPhysicalDevice physical_device = VK_NULL_HANDLE;
    VkDevice device = VK_NULL_HANDLE;
    std::uint32_t api_version = VK_API_VERSION_1_1;  // VkApplicationInfo::apiVersion
    std::uint32_t queue_family = 0;                  // of the command buffers that are recorded into; with VK_QUEUE_COMPUTE_BIT
    // As they were given to vkCreateInstance and vkCreateDevice; read by adopt() only.
    std::span<const char* const> instance_extensions = {};
    std::span<const char* const> device_extensions = {};
    const void* features = nullptr;                            // VkDeviceCreateInfo::pNext
    const VkPhysicalDeviceFeatures* enabled_features = nullptr;  // VkDeviceCreateInfo::pEnabledFeatures
    /// Used for every object that Hekla makes on `device`; must outlive them.
    const VkAllocationCallbacks* allocator = nullptr;
    /// Used for every pipeline; saved by the application. Null: one of Hekla's own, in the user's cache folder if `disk_cache`.
    VkPipelineCache pipeline_cache = VK_NULL_HANDLE;
    bool disk_cache = true;
    /// Null (the rule): nothing is ever submitted to `device`; kernels test themselves on a second VkDevice of the same GPU
    /// while plans are compiled; weights, and what Plan::set gives, wait for record_setup(); Plan::run, Plan::read and Trainer throw.
    /// A queue of `queue_family`: Hekla submits to it and waits in those functions, in compile() and when parameters are set
    /// or read. The application must not use the queue meanwhile.
    VkQueue queue = VK_NULL_HANDLE;
    /// How kernels are chosen. Tuning needs `queue`.
    KernelSettings kernels = {};
};

/// Throws Error: invalid_argument naming a missing handle, a queue family without compute, a required extension that was not
/// enabled (with the line to add); no_device if requirements() rejects the device. The application's handles must outlive the
/// Device and all that is made from it, and are never destroyed here.
Device adopt(const AdoptedDevice& adopted);

/// How numbers between 0 and 1 are changed on the way. IEC 61966-2-1.
enum class Transfer : std::uint8_t { none, srgb_to_linear, linear_to_srgb };

/// An image, or a part of one, as channels of a tensor NxHxWxC: pixel (x, y) of the tensor is pixel origin + (x, y) of the
/// image, element n of the batch is array layer `array_layer` + n.
///
/// Inputs are read as by texelFetch, so that every format does that may be sampled: 8-bit UNORM, _SRGB (decoded to linear),
/// A2B10G10R10, 16- and 32-bit SFLOAT, depth (one channel). Outputs are written as storage images: R8G8B8A8_UNORM,
/// R16G16B16A16_SFLOAT, R32_SFLOAT, R32G32B32A32_SFLOAT; with shaderStorageImageExtendedFormats also R8, R8G8, R16, R16G16
/// (UNORM, SFLOAT) and A2B10G10R10_UNORM. Components without a channel get 0, alpha 1.
struct ImageBinding {
    VkImage image = VK_NULL_HANDLE;
    VkFormat format = VK_FORMAT_UNDEFINED;  // of the view: the image's, or one that it may be viewed in
    VkImageUsageFlags usage = 0;            // as at vkCreateImage; inputs need SAMPLED, outputs STORAGE
    /// In which the image is when the commands run: for inputs SHADER_READ_ONLY_OPTIMAL, GENERAL, a read-only depth layout;
    /// for outputs GENERAL. Hekla changes no layout.
    VkImageLayout layout = VK_IMAGE_LAYOUT_GENERAL;
    VkExtent2D extent = {};                 // of the mip level, in pixels
    std::uint32_t array_layers = 1;         // as at vkCreateImage
    std::uint32_t mip_level = 0, array_layer = 0;
    VkOffset2D origin = {0, 0};
    std::uint32_t channels = 0;             // of the tensor; 0: as many as the format has
    /// Inputs: tensor = transfer(texel) * scale + shift; outputs: texel = transfer(value * scale + shift). By channel.
    std::array<float, 4> scale = {1, 1, 1, 1}, shift = {0, 0, 0, 0};
    Transfer transfer = Transfer::none;
    /// A queue family that owns the image before and after: record() takes the ownership and gives it back, its queue must
    /// release and acquire it as the specification says.
    std::optional<std::uint32_t> owner = {};
};

enum class ElementFormat : std::uint8_t { f32, f16, unorm8, u32 };
enum class ElementOrder : std::uint8_t { nhwc, nchw };

/// A range of a buffer that holds all elements of a tensor without gaps.
struct BufferBinding {
    VkBuffer buffer = VK_NULL_HANDLE;
    VkDeviceSize offset = 0;       // a multiple of minStorageBufferOffsetAlignment
    VkDeviceSize bytes = 0;        // at least what the elements take, rounded up to 4
    VkBufferUsageFlags usage = 0;  // as at vkCreateBuffer; needs STORAGE_BUFFER
    ElementFormat format = ElementFormat::f32;  // u32 for tensors of u32 (labels), and for no others
    ElementOrder order = ElementOrder::nhwc;    // nchw: of tensors of rank 4
    /// Inputs: tensor = element * scale + shift (unorm8: byte / 255); outputs: element = value * scale + shift.
    float scale = 1, shift = 0;
    std::optional<std::uint32_t> owner = {};    // as for images
};

/// What an input of a plan is read from, or an output is written to: one buffer, or images whose channels one after another
/// are the tensor's (colour, depth, normals ...).
struct TensorBinding {
    Tensor tensor;
    std::vector<ImageBinding> images = {};
    BufferBinding buffer = {};
};

/// A plan's inputs and outputs tied to an application's memory. Several for one plan (frames in flight, ping-pong images) share
/// its memory: their commands must run on one queue, in the order of submission. Must not outlive the plan, nor be destroyed
/// while commands that were recorded with it run. Thread rules are those of the plan's Device, but for record().
class Bindings {
  public:
    Bindings(Bindings&&) noexcept;
    Bindings& operator=(Bindings&&) noexcept;
    ~Bindings();

    struct State;
    explicit Bindings(std::unique_ptr<State> state);
    const State& state() const { return *state_; }

  private:
    std::unique_ptr<State> state_;
};

/// Checks everything that can be wrong, makes views and descriptor sets. Inputs that are not bound keep what they hold (0, or
/// what Plan::set gave them). Throws Error (invalid_argument, unsupported) naming tensor, resource, what it is and what it
/// should be: a tensor that is no input or output of the plan, format, usage, layout, size, alignment, channels.
Bindings bind(const Plan& plan, std::span<const TensorBinding> inputs, std::span<const TensorBinding> outputs);

/// What the commands of record_setup() read. Destroy it when they have run.
class Staging {
  public:
    Staging();
    Staging(Staging&&) noexcept;
    Staging& operator=(Staging&&) noexcept;
    ~Staging();

    struct State;
    explicit Staging(std::unique_ptr<State> state);

  private:
    std::unique_ptr<State> state_;
};

/// Records what must run once before the plan's first run and again after parameters were set: the copies that wait on a device
/// without a queue (of all its plans), and what the plan makes of its parameters alone (weights turned over, or transformed;
/// where a plan on the same ParameterStore trains them, and was compiled before, record() does that every time). They must run before, on the same
/// queue as, what record() records; no barrier is owed in between. `cmd`: primary or secondary, recording, outside a render
/// pass, of the adopted family. Throws Error (out_of_memory).
[[nodiscard]] Staging record_setup(const Plan& plan, VkCommandBuffer cmd);

/// Records one whole run of the plan that the bindings belong to: inputs in, all layers, outputs out.
///
/// `cmd` is primary or secondary, in the recording state, outside a render pass instance, of the adopted queue family; the
/// application begins, ends and submits it, once or often. Inside, barriers between Hekla's own commands are Hekla's, also those
/// to earlier recordings of the same plan on the same queue. The application owes: before, that what it wrote to bound inputs
/// is available and visible to VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT / VK_ACCESS_SHADER_READ_BIT, and that nothing reads bound
/// outputs any more; after, a barrier from COMPUTE_SHADER / SHADER_WRITE to its reads of the outputs. State of `cmd` that
/// changes: the compute pipeline, compute descriptor sets, push constants of the compute stage. Graphics state stays.
/// A plan that trains leaves newer parameters on the device.
///
/// No allocation, lock, submit or wait; only vkCmd* calls. May run beside compile() and bind() on another thread; the same plan
/// is recorded by one thread at a time.
void record(const Bindings& bindings, VkCommandBuffer cmd) noexcept;

/// What record_slice() put into a command buffer.
struct Slice {
    std::uint64_t number = 0;          // counts from 0
    std::uint32_t steps_ended = 0;     // steps whose last command is in it
    double expected_ms = 0;            // by what was measured so far
    bool over_budget = false;          // even the smallest part is longer than the budget
};

/// A plan's steps cut into slices, each short enough for the rest of a frame; the bits are those of whole steps. Slices run
/// once each, in the order of their numbers, on one queue. Not thread-safe; must not outlive plan and Device, nor be destroyed
/// while slices run.
class SlicedPlan {
  public:
    /// `steps_per_slice`: most steps that end in one slice. Throws Error (out_of_memory).
    explicit SlicedPlan(const Plan& plan, std::uint32_t steps_per_slice = 16);
    SlicedPlan(SlicedPlan&&) noexcept;
    ~SlicedPlan();

    /// The application drops the command buffer of a slice that was never submitted: the next slice begins where this one did. Slices
    /// recorded after it are void and must not be submitted either. Throws Error (invalid_argument) for a slice that is
    /// not among the last 16.
    void discard(const Slice& slice);
    /// Steps whose commands were recorded to their end.
    std::uint64_t steps() const;
    /// Whether the next slice begins a step: the moment to read or change parameters.
    bool between_steps() const;
    /// The newest measured time of a slice in milliseconds, by timestamps; 0 if there is none (yet). Never waits.
    double measured_ms() const;
    /// Throws Error (invalid_argument) if a slice was seen to run twice, which makes the training's state worthless, or if a
    /// slice was asked for with bindings of another plan (it was left empty).
    void check() const;

    struct State;
    State& state() const { return *state_; }

  private:
    std::unique_ptr<State> state_;
};

/// Records the next part of the current step, or the next few steps, as fits into `budget_ms` (0.05 and more) of device time:
/// at least one group of one dispatch, so that there is always progress. Inputs of `bindings` are read where a step begins,
/// outputs written where one ends. Costs are learnt from timestamps in `cmd` (read at later calls, without waiting), or, where
/// the queue has none, guessed from the work. Contract on `cmd`, barriers and threads as for record(); in addition `cmd` is
/// submitted once, and is a primary, or a secondary without queries being inherited. No allocation, lock, submit or wait.
Slice record_slice(SlicedPlan& plan, const Bindings& bindings, VkCommandBuffer cmd, double budget_ms) noexcept;

}  // namespace hekla
