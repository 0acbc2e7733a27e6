#include "bench/peak.h"

#include <hekla/error.h>

#include <algorithm>

#include "bench/workload.h"
#include "kernels/peak.h"
#include "kernels/selection.h"

namespace hekla::bench {
namespace {

using kernels::Implementation;

/// "peak fma 8" to "peak/fma/8"
std::string slashed(std::string name) {
    std::replace(name.begin(), name.end(), ' ', '/');
    return name;
}

/// One member of a family: what is done in a run, and how to time a run.
struct Member {
    std::string kernel;
    double amount = 0;
    std::function<Timing(const Budget&)> time;
};

/// Times all members briefly and the best once more at length; returns the best figure.
double best_of_family(const std::vector<Member>& family, Unit unit, const Budget& budget, Collector& collector, std::string& best_kernel) {
    const Budget brief{budget.seconds / 4, budget.longest};
    std::vector<Figure> figures;
    for (const Member& member : family) {
        const Timing timing = member.time(brief);
        figures.push_back({slashed(member.kernel), unit, giga_per_second(member.amount, timing.best_ms), {}, timing.best_ms, timing.median_ms, member.kernel});
    }
    const auto best = std::max_element(figures.begin(), figures.end(), [](const Figure& l, const Figure& r) { return l.value < r.value; });
    const Member& member = family[static_cast<std::size_t>(best - figures.begin())];
    const Timing again = member.time(budget);
    if (const double value = giga_per_second(member.amount, again.best_ms); value > best->value) {
        best->value = value;
        best->milliseconds = again.best_ms;
        best->median_ms = again.median_ms;
    }
    best_kernel = best->kernel;
    const double peak = best->value;
    for (Figure& figure : figures) {
        figure.fraction_of_peak = figure.value / peak;
        collector.add(std::move(figure));
    }
    return peak;
}

std::vector<Implementation> passing(vulkan::Device& device, const kernels::Problem& problem) {
    std::vector<Implementation> list = kernels::Selection::of(device).select_all(problem);
    if (list.empty()) throw Error(ErrorCode::unsupported, "[bench] no kernel of " + problem.name() + " gives right results on " + device.gpu().name);
    return list;
}

/// Turns that make a run long enough for launching it not to count.
std::uint32_t turns_for(vulkan::Device& device, std::uint64_t elements, const Budget& budget) {
    constexpr std::uint32_t first = 16;
    const kernels::MultiplyAdds brief(elements, first);
    const Timing timing = time_implementation(Operands(device, brief), passing(device, brief).front(), {budget.seconds / 8, budget.longest});
    return first * repeats_for(timing.best_ms, budget, 16, kernels::MultiplyAdds::most_turns / first);
}

double measure_multiply_adds(vulkan::Device& device, const Budget& budget, Collector& collector) {
    const std::uint64_t elements = kernels::traits(device).cpu ? 1 << 14 : 1 << 20;
    const kernels::MultiplyAdds problem(elements, turns_for(device, elements, budget));
    const Operands operands(device, problem);
    std::vector<Member> family;
    for (const Implementation& implementation : passing(device, problem))
        family.push_back({implementation.name, 2 * implementation.calls[0].work,
                          [&operands, implementation](const Budget& given) { return time_implementation(operands, implementation, given); }});
    return best_of_family(family, Unit::gflops, budget, collector, collector.figures.peak_kernel);
}

double measure_copy(vulkan::Device& device, const Budget& budget, Collector& collector) {
    const kernels::Copy problem(large_elements(device));
    const Operands operands(device, problem);
    const vulkan::BufferRange from = operands.ranges()[0], to = operands.ranges()[1];
    const double bytes = 2.0 * static_cast<double>(from.bytes);
    std::vector<Member> family;
    for (const Implementation& implementation : passing(device, problem))
        family.push_back({implementation.name, bytes,
                          [&operands, implementation](const Budget& given) { return time_implementation(operands, implementation, given); }});
    family.push_back({"copy vkCmdCopyBuffer", bytes, [&device, from, to](const Budget& given) {
                          return time_on_device(device, [&](VkCommandBuffer cmd) {
                              const VkBufferCopy region{0, 0, from.bytes};
                              device.vk().CmdCopyBuffer(cmd, from.buffer->handle(), to.buffer->handle(), 1, &region);
                          }, given);
                      }});
    return best_of_family(family, Unit::gbps, budget, collector, collector.figures.copy_kernel);
}

}  // namespace

std::uint64_t large_elements(const vulkan::Device& device) {
    constexpr std::uint64_t most = 16 << 20;
    return std::clamp<std::uint64_t>(device.memory_available() / 64, 1 << 16, most);
}

void measure_peak(vulkan::Device& device, const Budget& budget, Collector& collector) {
    collector.figures.peak_gflops = measure_multiply_adds(device, budget, collector);
    collector.figures.copy_gbps = measure_copy(device, budget, collector);
}

}  // namespace hekla::bench
