#include "embed/bind_checks.h"

#include <algorithm>

#include <hekla/error.h>

namespace hekla::embed {
namespace {

[[noreturn]] void fail(const std::string& what, const std::string& why, ErrorCode code = ErrorCode::invalid_argument) {
    throw Error(code, what + " " + why);
}

std::string hex(std::uint32_t word) {
    constexpr const char* digits = "0123456789abcdef";
    std::string text = "0x";
    for (int shift = 28; shift >= 0; shift -= 4) text += digits[(word >> shift) & 15];
    return text;
}

void check_usage(const std::string& what, std::uint32_t usage, std::uint32_t needed, const char* name) {
    if (usage & needed) return;
    fail(what, "is bound to a resource of usage " + hex(usage) + ", which lacks " + name + ": add it where the resource is made");
}

void check_layout(const std::string& what, const ImageBinding& image, bool input) {
    constexpr VkImageLayout read[] = {VK_IMAGE_LAYOUT_GENERAL, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL,
                                      VK_IMAGE_LAYOUT_DEPTH_STENCIL_READ_ONLY_OPTIMAL,
                                      VK_IMAGE_LAYOUT_DEPTH_READ_ONLY_STENCIL_ATTACHMENT_OPTIMAL, VK_IMAGE_LAYOUT_DEPTH_READ_ONLY_OPTIMAL};
    const bool fits = input ? std::find(std::begin(read), std::end(read), image.layout) != std::end(read) : image.layout == VK_IMAGE_LAYOUT_GENERAL;
    if (!fits)
        fail(what, "is bound to an image in VkImageLayout " + std::to_string(image.layout) + "; " +
                       (input ? "inputs are read in SHADER_READ_ONLY_OPTIMAL, GENERAL or a read-only depth layout"
                              : "outputs are written in VK_IMAGE_LAYOUT_GENERAL"));
}

void check_extent(const std::string& what, const Shape& shape, const ImageBinding& image) {
    if (std::uint64_t{image.array_layer} + shape[0] > image.array_layers)
        fail(what, "needs " + std::to_string(shape[0]) + " array layers from " + std::to_string(image.array_layer) + " on; the image has " +
                       std::to_string(image.array_layers) + " (ImageBinding::array_layers)");
    const auto fits = [](std::int32_t origin, std::uint64_t size, std::uint32_t extent) {
        return origin >= 0 && static_cast<std::uint64_t>(origin) + size <= extent;
    };
    if (fits(image.origin.x, shape[2], image.extent.width) && fits(image.origin.y, shape[1], image.extent.height)) return;
    fail(what, "needs " + std::to_string(shape[2]) + "x" + std::to_string(shape[1]) + " pixels from (" + std::to_string(image.origin.x) +
                   ", " + std::to_string(image.origin.y) + ") on; the image has " + std::to_string(image.extent.width) + "x" +
                   std::to_string(image.extent.height));
}

void check_format_features(const vulkan::Device& device, const std::string& what, const ImageFormat& format, bool input) {
    VkFormatProperties properties{};
    device.vki().GetPhysicalDeviceFormatProperties(device.physical(), format.format, &properties);
    const VkFormatFeatureFlags needed = input ? VK_FORMAT_FEATURE_SAMPLED_IMAGE_BIT : VK_FORMAT_FEATURE_STORAGE_IMAGE_BIT;
    if (((properties.optimalTilingFeatures | properties.linearTilingFeatures) & needed) == 0)
        fail(what, std::string("is bound to an image of ") + format.name + ", which this device can't " + (input ? "sample" : "write as a storage image"),
             ErrorCode::unsupported);
}

}  // namespace

std::string check_tensor(const Plan::State& plan, Tensor tensor, bool input) {
    const std::string kind = input ? "input" : "output";
    if (!tensor || &tensor.graph() != plan.graph)
        throw Error(ErrorCode::invalid_argument, "[bind] an " + kind + " is empty or belongs to another Graph than the plan");
    const Value& value = plan.graph->values()[tensor.id()];
    const std::string what = "[bind] " + kind + (value.name.empty() ? "" : " " + value.name) + " (" + to_string(value.desc) + ")";
    const auto root = [&](std::uint32_t id) { return plan.program.root[id]; };
    const bool output = std::any_of(plan.program.outputs.begin(), plan.program.outputs.end(),
                                    [&](std::uint32_t id) { return root(id) == root(tensor.id()); });
    if (input && value.kind != ValueKind::input) fail(what, "is no input of the graph");
    if (!input && !output) fail(what, "was not given to compile() as an output");
    return what;
}

std::uint64_t buffer_bytes(std::uint64_t elements, ElementFormat format) {
    const std::uint64_t bytes = format == ElementFormat::unorm8 ? 1 : format == ElementFormat::f16 ? 2 : 4;
    return vulkan::align_up(elements * bytes, 4);
}

void check_buffer(const vulkan::Device& device, const TensorDesc& desc, const BufferBinding& buffer, const std::string& what) {
    check_usage(what, buffer.usage, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT, "VK_BUFFER_USAGE_STORAGE_BUFFER_BIT");
    if (desc.dtype != DType::u32 && desc.dtype != DType::f32) fail(what, "can't be bound, only f32 and u32 can");
    if ((desc.dtype == DType::u32) != (buffer.format == ElementFormat::u32))
        fail(what, std::string("is of ") + name(desc.dtype) + ", the buffer " + (buffer.format == ElementFormat::u32 ? "" : "not ") + "of u32");
    if (buffer.order == ElementOrder::nchw && desc.shape.rank() != 4) fail(what, "is in NCHW order, which only tensors of rank 4 have");
    const std::uint64_t needed = buffer_bytes(desc.elements(), buffer.format);
    if (buffer.bytes < needed) fail(what, "needs " + std::to_string(needed) + " bytes, the range of the buffer has " + std::to_string(buffer.bytes));
    if (needed > device.caps().max_storage_range_bytes)
        fail(what, "takes " + std::to_string(needed) + " bytes, a binding of this device holds " + std::to_string(device.caps().max_storage_range_bytes),
             ErrorCode::unsupported);
    const VkDeviceSize alignment = device.storage_offset_alignment();
    if (buffer.offset % alignment != 0)
        fail(what, "is bound at offset " + std::to_string(buffer.offset) + ", which is no multiple of minStorageBufferOffsetAlignment (" +
                       std::to_string(alignment) + ")");
}

const ImageFormat& check_image(const vulkan::Device& device, const TensorDesc& desc, const ImageBinding& image, bool input,
                               const std::string& what) {
    if (desc.dtype != DType::f32 || desc.shape.rank() != 4) fail(what, "can't be bound to images, only NxHxWxC of f32 can");
    if (image.image == VK_NULL_HANDLE) fail(what, "is bound to no image");
    const ImageFormat* format = find_image_format(image.format);
    if (format == nullptr || (!input && format->writer == nullptr))
        fail(what, "is bound to an image of VkFormat " + std::to_string(image.format) + (format ? std::string(" (") + format->name + ")" : "") +
                       ", which can't be " + (input ? "read" : "written") + "; <hekla/vulkan.h>, ImageBinding, lists the formats");
    if (!input && format->extended && !device.extended_image_formats())
        fail(what, std::string("is bound to an image of ") + format->name +
                       ", which is written with shaderStorageImageExtendedFormats: enable it with vkCreateDevice and give the features to adopt()",
             ErrorCode::unsupported);
    check_format_features(device, what, *format, input);
    if (input) check_usage(what, image.usage, VK_IMAGE_USAGE_SAMPLED_BIT, "VK_IMAGE_USAGE_SAMPLED_BIT");
    else check_usage(what, image.usage, VK_IMAGE_USAGE_STORAGE_BIT, "VK_IMAGE_USAGE_STORAGE_BIT");
    check_layout(what, image, input);
    check_extent(what, desc.shape, image);
    if (image.channels > format->components)
        fail(what, "takes " + std::to_string(image.channels) + " channels of an image of " + format->name + ", which has " +
                       std::to_string(format->components));
    return *format;
}

void check_channels(const TensorDesc& desc, std::uint32_t bound, bool last, const std::string& what) {
    const auto channels = static_cast<std::uint32_t>(desc.shape[3]);
    if (bound > channels || (last && bound != channels))
        fail(what, "has " + std::to_string(channels) + " channels, the images " + std::to_string(bound) + (last ? "" : " and more") +
                       ": ImageBinding::channels says how many each gives");
}

}  // namespace hekla::embed
