// bind(): checks an application's buffers and images and prepares what crosses between them and a plan's tensors.

#include <algorithm>

#include <hekla/error.h>

#include "embed/bind_checks.h"
#include "embed/bindings_state.h"
#include "shaders.h"
#include "vulkan/structure.h"

namespace hekla {
namespace embed {
namespace {

enum class Way : std::uint8_t { in, out };

class Binder {
  public:
    Binder(Bindings::State& state) : state_(state), device_(*state.device) {}

    void bind(const TensorBinding& binding, Way way) {
        const std::string what = check_tensor(state_.plan, binding.tensor, way == Way::in);
        if (binding.images.empty() == (binding.buffer.buffer == VK_NULL_HANDLE))
            throw Error(ErrorCode::invalid_argument, what + " needs either a buffer or images");
        if (binding.images.empty()) bind_buffer(binding, way, what);
        else bind_images(binding, way, what);
    }

  private:
    Crossing& crossing(Way way) { return way == Way::in ? state_.inputs : state_.outputs; }
    vulkan::DescriptorArena::Bound tensor_of(const TensorBinding& binding, std::uint32_t texel_components = 0) const {
        return {state_.plan.range_of(binding.tensor.id()), texel_components};
    }

    void add(Way way, const kernels::KernelCall& call, const vulkan::DescriptorArena::Bound& from, const vulkan::DescriptorArena::Bound& to) {
        const vulkan::Pipeline& pipeline = device_.pipelines().get(call.variant);
        const vulkan::DescriptorArena::Bound bound[] = {from, to};
        crossing(way).calls.push_back({&pipeline, state_.sets.make(pipeline, bound), call.params, call.groups, call.work});
    }

    // Buffers -----------------------------------------------------------------------------------------
    void bind_buffer(const TensorBinding& binding, Way way, const std::string& what) {
        const BufferBinding& buffer = binding.buffer;
        check_buffer(device_, binding.tensor.desc(), buffer, what);
        const Shape& shape = binding.tensor.shape();
        const auto elements = static_cast<std::uint32_t>(shape.elements());
        const bool nchw = buffer.order == ElementOrder::nchw;
        const std::uint32_t channels = nchw ? static_cast<std::uint32_t>(shape[3]) : 1;
        const std::uint32_t pixels = nchw ? static_cast<std::uint32_t>(shape[1] * shape[2]) : 1;
        vulkan::DescriptorArena::Bound foreign;
        foreign.foreign = {buffer.buffer, buffer.offset, buffer_bytes(elements, buffer.format)};
        const auto format = static_cast<std::uint32_t>(buffer.format);
        if (way == Way::in)
            add(way,
                kernels::make_call<shaders::buffer_to_tensor>({kernels::default_group_size, format, nchw},
                                                              {elements, pixels, channels, buffer.scale, buffer.shift},
                                                              kernels::groups_for(elements), {}, elements),
                foreign, tensor_of(binding));
        else
            add(way,
                kernels::make_call<shaders::tensor_to_buffer>({kernels::default_group_size, format, nchw},
                                                              {elements, pixels, channels, buffer.scale, buffer.shift},
                                                              kernels::groups_for(foreign.foreign.range / 4), {}, elements),
                tensor_of(binding), foreign);
        if (buffer.owner) own_buffer(buffer, foreign.foreign.range, way);
    }

    void own_buffer(const BufferBinding& buffer, VkDeviceSize bytes, Way way) {
        auto barrier = vulkan::structure<VkBufferMemoryBarrier>(VK_STRUCTURE_TYPE_BUFFER_MEMORY_BARRIER);
        barrier.buffer = buffer.buffer;
        barrier.offset = buffer.offset;
        barrier.size = bytes;
        own(barrier, *buffer.owner, way, crossing(way).buffer_takes, crossing(way).buffer_returns);
    }

    /// An acquire before and a release after.
    template <class Barrier>
    void own(Barrier barrier, std::uint32_t owner, Way way, std::vector<Barrier>& takes, std::vector<Barrier>& returns) {
        barrier.srcQueueFamilyIndex = owner;
        barrier.dstQueueFamilyIndex = device_.queue_family();
        barrier.dstAccessMask = way == Way::in ? VK_ACCESS_SHADER_READ_BIT : VK_ACCESS_SHADER_WRITE_BIT;
        takes.push_back(barrier);
        std::swap(barrier.srcQueueFamilyIndex, barrier.dstQueueFamilyIndex);
        barrier.srcAccessMask = way == Way::in ? 0 : VK_ACCESS_SHADER_WRITE_BIT;
        barrier.dstAccessMask = 0;
        returns.push_back(barrier);
    }

    // Images ------------------------------------------------------------------------------------------
    void bind_images(const TensorBinding& binding, Way way, const std::string& what) {
        std::uint32_t first = 0;
        for (const ImageBinding& image : binding.images) {
            const ImageFormat& format = check_image(device_, binding.tensor.desc(), image, way == Way::in, what);
            const std::uint32_t count = image.channels ? image.channels : format.components;
            check_channels(binding.tensor.desc(), first + count, &image == &binding.images.back(), what);
            bind_image(binding, image, format, way, first, count);
            first += count;
        }
    }

    void bind_image(const TensorBinding& binding, const ImageBinding& image, const ImageFormat& format, Way way, std::uint32_t first,
                    std::uint32_t count) {
        vulkan::DescriptorArena::Bound foreign;
        foreign.image = {VK_NULL_HANDLE, view_of(image, format, batch(binding)), image.layout};
        const auto transfer = static_cast<std::uint32_t>(image.transfer);
        const auto pixels = std::uint64_t{batch(binding)} * binding.tensor.shape()[1] * binding.tensor.shape()[2];
        kernels::KernelCall call = kernels::make_call<shaders::image_to_tensor>(
            {kernels::default_group_size, transfer}, params_of<shaders::image_to_tensor::Params>(binding, image, first, count),
            kernels::groups_for(pixels), {}, static_cast<double>(pixels * count));
        // All writers have the same constants and params as the reader.
        if (way == Way::out) call.variant.shader = format.writer;
        if (way == Way::in) add(way, call, foreign, tensor_of(binding));
        else add(way, call, tensor_of(binding), foreign);
        if (image.owner) own_image(image, format, batch(binding), way);
    }

    static std::uint32_t batch(const TensorBinding& binding) { return static_cast<std::uint32_t>(binding.tensor.shape()[0]); }

    template <class Params>
    static Params params_of(const TensorBinding& binding, const ImageBinding& image, std::uint32_t first, std::uint32_t count) {
        const Shape& shape = binding.tensor.shape();
        const auto size = [&](std::size_t axis) { return static_cast<std::uint32_t>(shape[axis]); };
        Params params{size(0), size(1), size(2), size(3), first, count, {image.origin.x, image.origin.y}, image.scale, image.shift};
        return params;
    }

    static VkImageSubresourceRange part_of(const ImageBinding& image, const ImageFormat& format, std::uint32_t layers) {
        return {format.aspect, image.mip_level, 1, image.array_layer, layers};
    }

    VkImageView view_of(const ImageBinding& image, const ImageFormat& format, std::uint32_t layers) {
        auto info = vulkan::structure<VkImageViewCreateInfo>(VK_STRUCTURE_TYPE_IMAGE_VIEW_CREATE_INFO);
        info.image = image.image;
        info.viewType = VK_IMAGE_VIEW_TYPE_2D_ARRAY;
        info.format = image.format;
        info.subresourceRange = part_of(image, format, layers);
        state_.views.reserve(state_.views.size() + 1);  // so that push_back cannot throw and lose the view
        VkImageView view = VK_NULL_HANDLE;
        device_.check(device_.vk().CreateImageView(device_.handle(), &info, device_.allocator(), &view), "vkCreateImageView");
        device_.count_object();
        state_.views.push_back(view);
        return view;
    }

    void own_image(const ImageBinding& image, const ImageFormat& format, std::uint32_t layers, Way way) {
        auto barrier = vulkan::structure<VkImageMemoryBarrier>(VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER);
        barrier.image = image.image;
        barrier.oldLayout = barrier.newLayout = image.layout;
        barrier.subresourceRange = part_of(image, format, layers);
        own(barrier, *image.owner, way, crossing(way).image_takes, crossing(way).image_returns);
    }

    Bindings::State& state_;
    vulkan::Device& device_;
};

}  // namespace
}  // namespace embed

Bindings::State::~State() {
    for (VkImageView view : views) device->vk().DestroyImageView(device->handle(), view, device->allocator());
}

Bindings::Bindings(std::unique_ptr<State> state) : state_(std::move(state)) {}
Bindings::Bindings(Bindings&&) noexcept = default;
Bindings& Bindings::operator=(Bindings&&) noexcept = default;
Bindings::~Bindings() = default;

Bindings bind(const Plan& plan, std::span<const TensorBinding> inputs, std::span<const TensorBinding> outputs) {
    auto state = std::make_unique<Bindings::State>(plan.state());
    embed::Binder binder(*state);
    for (const TensorBinding& input : inputs) binder.bind(input, embed::Way::in);
    for (const TensorBinding& output : outputs) binder.bind(output, embed::Way::out);
    return Bindings(std::move(state));
}

}  // namespace hekla
