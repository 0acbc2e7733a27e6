#pragma once
// What everything else is measured by: the device's multiply-adds per second in registers, and its copy bandwidth.

#include "bench/figures.h"
#include "vulkan/device.h"

namespace hekla::bench {

/// Elements of the tensors whose bandwidth is measured: more than caches hold, where the memory allows it.
std::uint64_t large_elements(const vulkan::Device& device);

/// Each member of both families, and the best of each as peak_gflops and copy_gbps.
void measure_peak(vulkan::Device& device, const Budget& budget, Collector& collector);

}  // namespace hekla::bench
