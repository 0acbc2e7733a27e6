#include "bench/convolution_networks.h"

#include <hekla/error.h>

#include <algorithm>

#include "bench/workload.h"
#include "kernels/conv2d.h"
#include "kernels/selection.h"

namespace hekla::bench {
namespace {

/// Collects the convolutions of a network while it follows the size of its image.
class Walk {
  public:
    Walk(std::uint32_t size, std::uint32_t channels) : size_(size), channels_(channels) {}

    /// Goes on with the result.
    void convolve(std::uint32_t kernel, std::uint32_t filters, std::uint32_t stride, std::uint32_t pad) {
        size_ = add(kernel, filters, stride, pad);
        channels_ = filters;
    }
    /// A second result of the same input; the size of its image.
    std::uint32_t add(std::uint32_t kernel, std::uint32_t filters, std::uint32_t stride, std::uint32_t pad) {
        const std::uint32_t out = (size_ + 2 * pad - kernel) / stride + 1;
        const Conv2dGeometry g{.height = size_, .width = size_, .channels = channels_, .kernel_h = kernel, .kernel_w = kernel, .filters = filters,
                               .out_h = out, .out_w = out, .stride_h = stride, .stride_w = stride, .pad_top = pad, .pad_left = pad};
        const auto same = std::find_if(list_.begin(), list_.end(), [&](const CountedConvolution& item) { return item.geometry == g; });
        if (same == list_.end()) list_.push_back({g, 1});
        else ++same->count;
        return out;
    }
    /// 3x3, stride 2, rounded up as Caffe does.
    void pool() { size_ = (size_ - 3 + 1) / 2 + 1; }
    void concatenated(std::uint32_t channels) { channels_ = channels; }
    const std::vector<CountedConvolution>& list() const { return list_; }

  private:
    std::uint32_t size_, channels_;
    std::vector<CountedConvolution> list_;
};

std::vector<CountedConvolution> squeezenet() {
    Walk walk(227, 3);
    const auto fire = [&](std::uint32_t squeezed, std::uint32_t expanded) {
        walk.convolve(1, squeezed, 1, 0);
        walk.add(1, expanded, 1, 0);
        walk.add(3, expanded, 1, 1);
        walk.concatenated(2 * expanded);
    };
    walk.convolve(3, 64, 2, 0);
    walk.pool();
    fire(16, 64);
    fire(16, 64);
    walk.pool();
    fire(32, 128);
    fire(32, 128);
    walk.pool();
    fire(48, 192);
    fire(48, 192);
    fire(64, 256);
    fire(64, 256);
    walk.convolve(1, 1000, 1, 0);
    return walk.list();
}

std::vector<CountedConvolution> resnet18() {
    Walk walk(224, 3);
    walk.convolve(7, 64, 2, 3);
    walk.pool();
    for (const std::uint32_t filters : {64u, 128u, 256u, 512u}) {
        const std::uint32_t stride = filters == 64 ? 1 : 2;
        if (stride == 2) walk.add(1, filters, stride, 0);  // of the shortcut
        walk.convolve(3, filters, stride, 1);
        for (int i = 0; i < 3; ++i) walk.convolve(3, filters, 1, 1);
    }
    return walk.list();
}

std::string name_of(const std::string& network, const Conv2dGeometry& g) {
    const std::string kernel = std::to_string(g.kernel_h), size = std::to_string(g.height);
    std::string name = "conv/" + network + "/" + kernel + "x" + kernel + "/" + std::to_string(g.channels) + "x" + std::to_string(g.filters) + "x" + size;
    if (g.stride_h > 1) name += "/stride" + std::to_string(g.stride_h);
    return name;
}

std::optional<double> of_peak(double gflops, const Collector& collector) {
    const double peak = collector.figures.peak_gflops;
    return peak > 0 ? std::optional(gflops / peak) : std::nullopt;
}

Figure measure(vulkan::Device& device, const std::string& network, const CountedConvolution& item, const Budget& budget, const Collector& collector) {
    const kernels::Conv2dForward problem(item.geometry, {.bias = true, .activation = 1 + reference::unary_index("relu")});
    const kernels::Implementation chosen = kernels::Selection::of(device).select(problem);
    const Timing timing = time_implementation(Operands(device, problem), chosen, budget);
    const double gflops = giga_per_second(2.0 * static_cast<double>(item.geometry.multiply_adds()), timing.best_ms);
    return {name_of(network, item.geometry), Unit::gflops, gflops, of_peak(gflops, collector), timing.best_ms, timing.median_ms, chosen.name,
            {{"layers", item.count}}};
}

}  // namespace

const std::vector<std::string>& convolution_network_names() {
    static const std::vector<std::string> names = {"squeezenet", "resnet18"};
    return names;
}

bool is_convolution_network(const std::string& name) {
    const std::vector<std::string>& names = convolution_network_names();
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<CountedConvolution> convolutions_of(const std::string& network) {
    if (network == "squeezenet") return squeezenet();
    if (network == "resnet18") return resnet18();
    throw Error(ErrorCode::invalid_argument, "[bench] there is no network " + network + " of convolutions: take squeezenet or resnet18");
}

void measure_convolutions_of(vulkan::Device& device, const std::string& network, const Budget& budget, Collector& collector) {
    Figure sum{.name = "conv/" + network + "/sum", .unit = Unit::gflops};
    double operations = 0;
    std::uint32_t layers = 0, measured = 0;
    for (const CountedConvolution& item : convolutions_of(network)) {
        layers += item.count;
        collector.attempt(name_of(network, item.geometry), [&] {
            const Figure figure = measure(device, network, item, budget, collector);
            collector.add(figure);
            measured += item.count;
            operations += 2.0 * item.count * static_cast<double>(item.geometry.multiply_adds());
            sum.milliseconds += item.count * figure.milliseconds;
            sum.median_ms += item.count * figure.median_ms;
        });
    }
    if (measured < layers) return collector.leave_out(sum.name, std::to_string(layers - measured) + " of " + std::to_string(layers) + " layers were left out");
    sum.value = giga_per_second(operations, sum.milliseconds);
    sum.fraction_of_peak = of_peak(sum.value, collector);
    sum.more = {{"layers", layers}};
    collector.add(std::move(sum));
}

}  // namespace hekla::bench
