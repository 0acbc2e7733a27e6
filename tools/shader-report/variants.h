#pragma once
// Every pipeline that the engine can create on a device for a list of networks.

#include <map>
#include <string>
#include <vector>

#include "shader-report/networks.h"
#include "vulkan/device.h"

namespace hekla::shader_report {

/// Where a variant is used.
struct Use {
    bool chosen = false;   // by the heuristics, for at least one problem
    std::string network;   // the first that needs it; empty: none of the list, shown with the shader's default constants
    std::string problem;   // the largest one that it serves: "matmul 1x128x256 by 512"
    std::string implementation;
    double work = 0;       // of that problem's call, in multiply-adds
};

/// Shader variants by what they are; of one shader and network the largest problem is told. `only` names a network; empty:
/// all. Variants that no network needs are there with their shaders' default constants.
std::map<vulkan::Variant, Use> variants(const vulkan::Device& device, const std::string& only = {});

/// "group_size=64 tile_m=8": constants by name.
std::string constants_text(const vulkan::Variant& variant);

}  // namespace hekla::shader_report
