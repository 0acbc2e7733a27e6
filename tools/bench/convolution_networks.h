#pragma once
// Networks known by their convolutions alone, for inference of one image: what other engines publish times of.

#include "base/geometry.h"
#include "bench/figures.h"
#include "vulkan/device.h"

namespace hekla::bench {

struct CountedConvolution {
    Conv2dGeometry geometry;
    std::uint32_t count = 1;  // layers of this shape
};

/// "squeezenet" (1.1, images of 227x227) and "resnet18" (224x224).
const std::vector<std::string>& convolution_network_names();
bool is_convolution_network(const std::string& name);
/// Each shape once, in the order in which it first occurs. Throws Error if there is no network of that name.
std::vector<CountedConvolution> convolutions_of(const std::string& network);

/// Each shape with bias and ReLU in the kernel; then the sum over all layers, unless a shape could not be measured.
void measure_convolutions_of(vulkan::Device& device, const std::string& network, const Budget& budget, Collector& collector);

}  // namespace hekla::bench
