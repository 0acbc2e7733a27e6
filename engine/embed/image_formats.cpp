#include "embed/image_formats.h"

#include <algorithm>
#include <vector>

#include "shaders.h"

namespace hekla::embed {
namespace {

std::vector<ImageFormat> make_table() {
    constexpr VkImageAspectFlags colour = VK_IMAGE_ASPECT_COLOR_BIT, depth = VK_IMAGE_ASPECT_DEPTH_BIT;
    return {
        {VK_FORMAT_R8_UNORM, "R8_UNORM", 1, colour, &shaders::tensor_to_image_r8::info(), true},
        {VK_FORMAT_R8G8_UNORM, "R8G8_UNORM", 2, colour, &shaders::tensor_to_image_rg8::info(), true},
        {VK_FORMAT_R8G8B8A8_UNORM, "R8G8B8A8_UNORM", 4, colour, &shaders::tensor_to_image_rgba8::info(), false},
        {VK_FORMAT_R8G8B8A8_SRGB, "R8G8B8A8_SRGB", 4, colour, nullptr, false},
        {VK_FORMAT_B8G8R8A8_UNORM, "B8G8R8A8_UNORM", 4, colour, nullptr, false},
        {VK_FORMAT_B8G8R8A8_SRGB, "B8G8R8A8_SRGB", 4, colour, nullptr, false},
        {VK_FORMAT_A2B10G10R10_UNORM_PACK32, "A2B10G10R10_UNORM_PACK32", 4, colour, &shaders::tensor_to_image_rgb10_a2::info(), true},
        {VK_FORMAT_B10G11R11_UFLOAT_PACK32, "B10G11R11_UFLOAT_PACK32", 3, colour, nullptr, false},
        {VK_FORMAT_R16_UNORM, "R16_UNORM", 1, colour, nullptr, false},
        {VK_FORMAT_R16_SFLOAT, "R16_SFLOAT", 1, colour, &shaders::tensor_to_image_r16f::info(), true},
        {VK_FORMAT_R16G16_SFLOAT, "R16G16_SFLOAT", 2, colour, &shaders::tensor_to_image_rg16f::info(), true},
        {VK_FORMAT_R16G16B16A16_SFLOAT, "R16G16B16A16_SFLOAT", 4, colour, &shaders::tensor_to_image_rgba16f::info(), false},
        {VK_FORMAT_R32_SFLOAT, "R32_SFLOAT", 1, colour, &shaders::tensor_to_image_r32f::info(), false},
        {VK_FORMAT_R32G32_SFLOAT, "R32G32_SFLOAT", 2, colour, nullptr, false},
        {VK_FORMAT_R32G32B32A32_SFLOAT, "R32G32B32A32_SFLOAT", 4, colour, &shaders::tensor_to_image_rgba32f::info(), false},
        {VK_FORMAT_D16_UNORM, "D16_UNORM", 1, depth, nullptr, false},
        {VK_FORMAT_X8_D24_UNORM_PACK32, "X8_D24_UNORM_PACK32", 1, depth, nullptr, false},
        {VK_FORMAT_D24_UNORM_S8_UINT, "D24_UNORM_S8_UINT", 1, depth, nullptr, false},
        {VK_FORMAT_D32_SFLOAT, "D32_SFLOAT", 1, depth, nullptr, false},
        {VK_FORMAT_D32_SFLOAT_S8_UINT, "D32_SFLOAT_S8_UINT", 1, depth, nullptr, false},
    };
}

}  // namespace

const ImageFormat* find_image_format(VkFormat format) {
    static const std::vector<ImageFormat> table = make_table();
    const auto found = std::find_if(table.begin(), table.end(), [&](const ImageFormat& row) { return row.format == format; });
    return found == table.end() ? nullptr : &*found;
}

}  // namespace hekla::embed
