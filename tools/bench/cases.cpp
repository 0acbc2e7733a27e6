#include "bench/cases.h"

#include <algorithm>
#include <cstdio>

#include "bench/workload.h"
#include "kernels/conv2d.h"
#include "kernels/matmul.h"
#include "kernels/pointwise.h"
#include "kernels/pool2d.h"
#include "kernels/reduce.h"
#include "kernels/selection.h"
#include "kernels/softmax.h"
#include "kernels/training.h"
#include "reference/pointwise.h"

namespace hekla::bench {
namespace {

using kernels::Problem;

Case product(const std::string& name, const MatmulGeometry& geometry) {
    return {"matmul/" + name, std::make_shared<kernels::Matmul>(geometry), Unit::gflops, 2.0 * static_cast<double>(geometry.multiply_adds())};
}

struct ConvolutionShape {
    std::uint32_t kernel, channels, filters, size, batch;
    bool padded;  // the output is as large as the input
};

void add_convolution(std::vector<Case>& list, const ConvolutionShape& s, bool with_input_gradient) {
    const std::uint32_t out = s.padded ? s.size : s.size - s.kernel + 1, pad = s.padded ? s.kernel / 2 : 0;
    const Conv2dGeometry g{.batch = s.batch, .height = s.size, .width = s.size, .channels = s.channels, .kernel_h = s.kernel,
                           .kernel_w = s.kernel, .filters = s.filters, .out_h = out, .out_w = out, .pad_top = pad, .pad_left = pad};
    const std::string kernel = std::to_string(s.kernel);
    const std::string name = "conv" + kernel + "x" + kernel + "/" + std::to_string(s.channels) + "x" + std::to_string(s.filters) + "x" +
                             std::to_string(s.size) + "x" + std::to_string(s.batch);
    const double operations = 2.0 * static_cast<double>(g.multiply_adds());
    list.push_back({name + "/forward", std::make_shared<kernels::Conv2dForward>(g), Unit::gflops, operations});
    if (with_input_gradient) list.push_back({name + "/input-gradient", std::make_shared<kernels::Conv2dInputGradient>(g), Unit::gflops, operations});
    list.push_back({name + "/weight-gradient", std::make_shared<kernels::Conv2dWeightGradient>(g), Unit::gflops, operations});
}

/// Every operand once: read, written, or both.
double moved_bytes(const Problem& problem) {
    double bytes = 0;
    for (const kernels::Operand& operand : problem.operands())
        bytes += static_cast<double>(operand.elements * byte_size(operand.dtype)) * ((operand.read ? 1 : 0) + (operand.written ? 1 : 0));
    return bytes;
}

template <class P, class... Arguments>
void add_op(std::vector<Case>& list, const std::string& name, Arguments&&... arguments) {
    auto problem = std::make_shared<P>(std::forward<Arguments>(arguments)...);
    const double bytes = moved_bytes(*problem);
    list.push_back({name, std::move(problem), Unit::gbps, bytes});
}

/// Images of CIFAR-10's size; only the rows that are taken count, once as bytes and once as numbers.
Case gather_case(std::uint64_t elements) {
    constexpr std::uint32_t image = 3072;
    const auto rows = static_cast<std::uint32_t>(elements / image);
    const kernels::GatherImages::Settings settings{.rows = rows, .image_bytes = image, .sample_count = rows, .samples = rows, .scale = 1 / 255.0f};
    return {"gather/" + std::to_string(rows) + "x" + std::to_string(image), std::make_shared<kernels::GatherImages>(settings), Unit::gbps,
            5.0 * rows * image};
}

void measure(vulkan::Device& device, const Case& item, const Budget& budget, Collector& collector) {
    const kernels::Implementation chosen = kernels::Selection::of(device).select(*item.problem);
    const Timing timing = time_implementation(Operands(device, *item.problem), chosen, budget);
    const double value = giga_per_second(item.amount, timing.best_ms);
    const double peak = item.unit == Unit::gflops ? collector.figures.peak_gflops : collector.figures.copy_gbps;
    collector.add({item.name, item.unit, value, peak > 0 ? std::optional(value / peak) : std::nullopt, timing.best_ms, timing.median_ms, chosen.name});
}

}  // namespace

std::vector<Case> matmul_cases() {
    std::vector<Case> list;
    for (std::uint32_t size : {128, 256, 512, 1024, 2048, 4096}) {
        list.push_back(product(std::to_string(size), {.rows = size, .columns = size, .depth = size}));
        if (size != 512) continue;
        list.push_back(product("512/a-transposed", {.rows = size, .columns = size, .depth = size, .transpose_a = true}));
        list.push_back(product("512/b-transposed", {.rows = size, .columns = size, .depth = size, .transpose_b = true}));
    }
    return list;
}

std::vector<Case> convolution_cases() {
    std::vector<Case> list;
    add_convolution(list, {3, 1, 32, 28, 32, false}, false);
    add_convolution(list, {3, 3, 32, 32, 128, false}, false);
    add_convolution(list, {5, 6, 16, 14, 4, false}, true);
    add_convolution(list, {1, 64, 64, 28, 16, true}, true);
    add_convolution(list, {3, 64, 64, 28, 16, true}, true);
    add_convolution(list, {5, 32, 32, 28, 16, true}, true);
    return list;
}

std::vector<Case> op_cases(std::uint64_t elements) {
    const auto n = static_cast<std::uint32_t>(elements / 4096 * 4096);  // whole rows of everything below
    const std::string size = "/" + std::to_string(n);
    std::vector<Case> list;
    add_op<kernels::Unary>(list, "relu" + size, reference::unary_index("relu"), n, 0.0f);
    add_op<kernels::Binary>(list, "add" + size, reference::binary_index("add"), kernels::Binary::Axes{{1, 1, 1, n}, {0, 0, 0, 1}, {0, 0, 0, 1}});
    add_op<kernels::Softmax>(list, "softmax/" + std::to_string(n / 1024) + "x1024", kernels::SoftmaxKind::plain, n / 1024, 1024);
    add_op<kernels::Reduce>(list, "reduce" + size, reference::Reduction::sum, 1, n, 1);
    add_op<kernels::Reduce>(list, "reduce/rows/" + std::to_string(n / 64) + "x64", reference::Reduction::sum, 1, n / 64, 64);
    add_op<kernels::Pool2d>(list, "max_pool/2x2/" + std::to_string(n / 4096) + "x8x8x64", kernels::PoolKind::maximum,
                            Pool2dGeometry{.batch = n / 4096, .height = 8, .width = 8, .channels = 64, .kernel_h = 2, .kernel_w = 2,
                                           .out_h = 4, .out_w = 4, .stride_h = 2, .stride_w = 2});
    add_op<kernels::AdamUpdate>(list, "adam/" + std::to_string(n / 2), n / 2, 0.9f, 0.999f, 1e-7f, 0.0f);
    list.push_back(gather_case(n));
    return list;
}

void measure_cases(vulkan::Device& device, const std::vector<Case>& cases, const Budget& budget, Collector& collector) {
    // A guess for the first case; then what the case before ran at.
    const Figures& figures = collector.figures;
    double operations_rate = figures.peak_gflops / 10, bytes_rate = figures.copy_gbps / 20;
    for (const Case& item : cases) {
        double& rate = item.unit == Unit::gflops ? operations_rate : bytes_rate;
        if (const double seconds = expected_seconds(item.amount, rate); seconds > budget.longest) {
            char reason[96];
            std::snprintf(reason, sizeof reason, "a run is expected to take %.1f s, more than %g s (--longest)", seconds, budget.longest);
            collector.leave_out(item.name, reason);
            continue;
        }
        collector.attempt(item.name, [&] {
            measure(device, item, budget, collector);
            rate = figures.results.back().value;
        });
    }
}

}  // namespace hekla::bench
