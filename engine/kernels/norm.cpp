#include "kernels/norm.h"

#include <algorithm>
#include <cmath>

#include "kernels/training.h"
#include "reference/reference.h"
#include "shaders.h"

namespace hekla::kernels {
namespace {

constexpr std::uint64_t chunked_rows = 64;  // from which on rows are summed in parts

/// Without a state its binding gets the first bytes of an operand: it is not read.
Slot state_slot(bool with_state, std::uint32_t operand) { return with_state ? Slot{operand} : Slot{0, 0, 0, 16}; }

bool groups4(const NormGeometry& g) { return g.width == 1 && g.groups % 4 == 0; }
bool width4(const NormGeometry& g) { return g.width % 4 == 0; }
std::uint32_t lanes(const NormGeometry& g) { return groups4(g) || width4(g) ? 4 : 1; }
std::uint32_t statistic_lanes(const NormGeometry& g) { return groups4(g) ? 4 : 1; }

/// Params in the steps of the fastest variant.
template <class S>
typename S::Params params_of(const NormGeometry& g) {
    typename S::Params params{};
    params.outer = g.outer;
    params.rows = g.rows;
    params.groups = groups4(g) ? g.groups / 4 : g.groups;
    params.width = width4(g) ? g.width / 4 : g.width;
    params.sample_rows = g.sample_rows;
    return params;
}

/// Parts of a sum over the rows, for `invocations` that there are without them.
std::uint32_t chunks_of(const vulkan::Device& device, const NormGeometry& g, std::uint64_t invocations) {
    if (g.rows < chunked_rows) return 1;
    const std::uint64_t wanted = 4 * traits(device).target_invocations / std::max<std::uint64_t>(invocations, 1);
    return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(wanted, 2, std::min<std::uint64_t>(256, g.rows / 16)));
}

bool fits_texels(const vulkan::Device& device, const NormGeometry& g) {
    return texels_fit(device, g.elements(), lanes(g)) && texels_fit(device, 4 * g.statistics(), statistic_lanes(g));
}
/// Scale and shift are read by texel buffers in any case.
bool channels_fit(const vulkan::Device& device, const NormGeometry& g) { return texels_fit(device, g.channels(), lanes(g)); }

/// make.operator()<S>() of the variants for this geometry.
#define ADD_BOTH(shader) add_both<shaders::shader, shaders::shader##_texel>(list, device, fits_texels(device, g_), make)
#define ADD_VARIANTS(plain, groups_4, width_4) \
    if (groups4(g_)) ADD_BOTH(groups_4);       \
    else if (width4(g_)) ADD_BOTH(width_4);    \
    else ADD_BOTH(plain)

}  // namespace

std::uint32_t live_rows(const StepState& state, std::uint32_t rows, std::uint32_t sample_rows) {
    return state.batch ? std::min(state.live_rows * sample_rows, rows) : rows;
}

// What they share ------------------------------------------------------------------------------------------

std::vector<Operand> NormProblem::with_state(std::vector<Operand> inputs, std::uint64_t outputs) const {
    if (with_state_) inputs.push_back({DType::u32, state_words});
    inputs.push_back({DType::f32, outputs, true, false});
    return inputs;
}
std::string NormProblem::described(const char* what) const {
    return std::string(what) + " " + std::to_string(g_.outer) + "x" + std::to_string(g_.rows) + "x" + std::to_string(g_.groups) + "x" +
           std::to_string(g_.width) + (with_state_ ? " of live rows" : "");
}
NormGeometry NormProblem::small_geometry() const {
    const auto shrunk = [](std::uint32_t count) { return count > 12 ? 8 + count % 4 : count; };
    NormGeometry small = g_;
    small.outer = std::min(g_.outer, 3u);
    small.rows = std::min(g_.rows, 83u);
    small.groups = shrunk(g_.groups);
    small.width = shrunk(g_.width);
    small.sample_rows = std::min(g_.sample_rows, 5u);
    return small;
}
std::uint32_t NormProblem::live(const std::vector<std::vector<double>>& operands) const {
    return with_state_ ? live_rows(state_of(operands[operands.size() - 2]), g_.rows, g_.sample_rows) : g_.rows;
}
std::vector<double> NormProblem::sample(std::uint32_t operand, std::uint32_t seed) const {
    const std::uint32_t state = static_cast<std::uint32_t>(operands().size()) - 2;
    if (with_state_ && operand == state) return words_of_state(sample_state((g_.rows + g_.sample_rows - 1) / g_.sample_rows));
    std::vector<double> values = Problem::sample(operand, seed);
    // Inverse deviations and variances are positive.
    if (is_statistics(operand))
        for (std::size_t i = g_.statistics(); i < values.size(); ++i) values[i] = static_cast<float>(0.5 + std::fabs(values[i]));
    return values;
}

// Statistics -------------------------------------------------------------------------------------------------

std::vector<Operand> NormStatistics::operands() const { return with_state({{DType::f32, g_.elements()}}, 3 * g_.statistics()); }

std::vector<Implementation> NormStatistics::implementations(const vulkan::Device& device) const {
    const std::uint64_t sums = g_.statistics() / statistic_lanes(g_);
    const std::uint32_t chunks = chunks_of(device, g_, sums), out = with_state_ ? 2 : 1, partial = out + 1;
    const auto make = [&]<class S>() {
        auto params = params_of<S>(g_);
        params.chunks = chunks;
        const KernelCall first = make_call<S>({.group_size = default_group_size, .has_state = with_state_}, params, groups_for(sums * chunks),
                                              {{0, lanes(g_)}, state_slot(with_state_, 1), {partial}}, 2.0 * static_cast<double>(g_.elements()));
        const auto combine = [&]<class C>() {
            auto combined = params_of<C>(g_);
            combined.width = g_.width;  // in elements
            combined.chunks = chunks;
            combined.epsilon = g_.epsilon;
            return make_call<C>({.group_size = default_group_size, .has_state = with_state_}, combined, groups_for(sums),
                                {{partial}, state_slot(with_state_, 1), {out}}, 4.0 * static_cast<double>(sums * chunks));
        };
        return Implementation{"norm statistics",
                              {first, groups4(g_) ? combine.template operator()<shaders::norm_combine_groups4>()
                                                  : combine.template operator()<shaders::norm_combine>()},
                              {2 * g_.statistics() * chunks * 4}};
    };
    std::vector<Implementation> list;
    ADD_VARIANTS(norm_statistics, norm_statistics_groups4, norm_statistics_width4);
    return list;
}
void NormStatistics::reference(std::vector<std::vector<double>>& operands) const {
    reference::norm_statistics(g_, live(operands), operands[0], operands.back());
}

// Normalized values --------------------------------------------------------------------------------------------

std::vector<Operand> Normalize::operands() const {
    return with_state({{DType::f32, g_.elements()}, {DType::f32, 3 * g_.statistics()}, {DType::f32, g_.channels()}, {DType::f32, g_.channels()}},
                      g_.elements());
}
std::vector<Implementation> Normalize::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    if (!channels_fit(device, g_)) return list;
    const auto make = [&]<class S>() {
        return Implementation{"normalize",
                              {make_call<S>({.group_size = default_group_size, .has_state = with_state_}, params_of<S>(g_),
                                            groups_for(g_.elements() / lanes(g_)),
                                            {{0, lanes(g_)}, {1, statistic_lanes(g_)}, {2, lanes(g_)}, {3, lanes(g_)},
                                             state_slot(with_state_, 4), {with_state_ ? 5u : 4u}},
                                            3.0 * static_cast<double>(g_.elements()))},
                              {}};
    };
    ADD_VARIANTS(normalize, normalize_groups4, normalize_width4);
    return list;
}
void Normalize::reference(std::vector<std::vector<double>>& operands) const {
    reference::normalize(g_, live(operands), operands[0], operands[1], operands[2], operands[3], operands.back());
}

// Sums over the rows ---------------------------------------------------------------------------------------------

std::vector<Operand> NormSums::operands() const {
    return with_state({{DType::f32, g_.elements()}, {DType::f32, g_.elements()}, {DType::f32, 3 * g_.statistics()}},
                      std::uint64_t{2} * g_.outer * g_.channels());
}
std::vector<Implementation> NormSums::implementations(const vulkan::Device& device) const {
    const std::uint64_t channels = g_.channels() / lanes(g_), sums = g_.outer * channels;
    const std::uint32_t chunks = chunks_of(device, g_, sums), out = with_state_ ? 4 : 3, partial = out + 1;
    const auto make = [&]<class S>() {
        auto params = params_of<S>(g_);
        params.chunks = chunks;
        Implementation implementation{"norm sums",
                                      {make_call<S>({.group_size = default_group_size, .has_state = with_state_}, params, groups_for(sums * chunks),
                                                    {{0, lanes(g_)}, {1, lanes(g_)}, {2, statistic_lanes(g_)}, state_slot(with_state_, 3),
                                                     {chunks > 1 ? partial : out}},
                                                    4.0 * static_cast<double>(g_.elements()))},
                                      {}};
        if (chunks == 1) return implementation;
        const auto fold = [&]<class R>() {
            return make_call<R>({.group_size = default_group_size, .kind = 0},
                                {.outer = 2 * g_.outer, .depth = chunks, .inner = static_cast<std::uint32_t>(channels), .chunks = 1, .factor = 1},
                                groups_for(2 * sums), {{partial}, {out}}, 2.0 * static_cast<double>(sums * chunks));
        };
        implementation.calls.push_back(lanes(g_) == 4 ? fold.template operator()<shaders::reduce_vec4>() : fold.template operator()<shaders::reduce>());
        implementation.scratch_bytes = {std::uint64_t{2} * g_.outer * g_.channels() * chunks * 4};
        return implementation;
    };
    std::vector<Implementation> list;
    ADD_VARIANTS(norm_sums, norm_sums_groups4, norm_sums_width4);
    return list;
}
void NormSums::reference(std::vector<std::vector<double>>& operands) const {
    reference::norm_sums(g_, live(operands), operands[0], operands[1], operands[2], operands.back());
}

// The input's gradient ---------------------------------------------------------------------------------------------

std::vector<Operand> NormInputGradient::operands() const {
    return with_state({{DType::f32, g_.elements()}, {DType::f32, g_.elements()}, {DType::f32, std::uint64_t{2} * g_.outer * g_.channels()},
                       {DType::f32, 3 * g_.statistics()}, {DType::f32, g_.channels()}},
                      g_.elements());
}
std::vector<Implementation> NormInputGradient::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    if (!channels_fit(device, g_) || !texels_fit(device, g_.channels(), 1)) return list;
    const std::uint32_t out = with_state_ ? 6 : 5, coefficients = out + 1;
    const auto make = [&]<class S>() {
        typename shaders::norm_coefficients::Params plain{};
        plain.outer = g_.outer;
        plain.rows = g_.rows;
        plain.groups = g_.groups;
        plain.width = g_.width;
        plain.sample_rows = g_.sample_rows;
        const KernelCall first = make_call<shaders::norm_coefficients>(
            {.group_size = default_group_size, .has_state = with_state_}, plain, groups_for(g_.statistics()),
            {{2}, {3}, {4, 1}, state_slot(with_state_, 5), {coefficients}}, 4.0 * g_.outer * g_.channels());
        const KernelCall second = make_call<S>(
            {.group_size = default_group_size, .has_state = with_state_}, params_of<S>(g_), groups_for(g_.elements() / lanes(g_)),
            {{0, lanes(g_)}, {1, lanes(g_)}, {coefficients, statistic_lanes(g_)}, {4, lanes(g_)}, state_slot(with_state_, 5), {out}},
            4.0 * static_cast<double>(g_.elements()));
        return Implementation{"norm input gradient", {first, second}, {4 * g_.statistics() * 4}};
    };
    ADD_VARIANTS(norm_input_gradient, norm_input_gradient_groups4, norm_input_gradient_width4);
    return list;
}
void NormInputGradient::reference(std::vector<std::vector<double>>& operands) const {
    reference::norm_input_gradient(g_, live(operands), operands[0], operands[1], operands[2], operands[3], operands[4], operands.back());
}

// Statistics that are given ---------------------------------------------------------------------------------------------

std::vector<Operand> GivenStatistics::operands() const {
    return {{DType::f32, channels_}, {DType::f32, channels_}, {DType::f32, std::uint64_t{3} * channels_, true, false}};
}
std::vector<Implementation> GivenStatistics::implementations(const vulkan::Device&) const {
    return {{"given statistics",
             {make_call<shaders::given_statistics>({.group_size = default_group_size}, {.channels = channels_, .epsilon = epsilon_},
                                                   groups_for(channels_), {{0}, {1}, {2}}, 8.0 * channels_)},
             {}}};
}
void GivenStatistics::reference(std::vector<std::vector<double>>& operands) const {
    reference::given_statistics(epsilon_, operands[0], operands[1], operands[2]);
}
std::vector<double> GivenStatistics::sample(std::uint32_t operand, std::uint32_t seed) const {
    std::vector<double> values = Problem::sample(operand, seed);
    if (operand == 1)
        for (double& value : values) value = static_cast<float>(0.5 + std::fabs(value));
    return values;
}

// Running averages ---------------------------------------------------------------------------------------------------

std::vector<Operand> RunningAverage::operands() const {
    std::vector<Operand> list = {{DType::f32, std::uint64_t{3} * channels_}};
    if (with_state_) list.push_back({DType::u32, state_words});
    list.push_back({DType::f32, channels_, true, true});
    list.push_back({DType::f32, channels_, true, true});
    return list;
}
std::vector<Implementation> RunningAverage::implementations(const vulkan::Device&) const {
    const std::uint32_t mean = with_state_ ? 2 : 1;
    return {{"running average",
             {make_call<shaders::running_average>({.group_size = default_group_size, .has_state = with_state_},
                                                  {.channels = channels_, .rows = rows_, .sample_rows = sample_rows_, .momentum = momentum_},
                                                  groups_for(channels_), {{0}, state_slot(with_state_, 1), {mean}, {mean + 1}}, 8.0 * channels_)},
             {}}};
}
void RunningAverage::reference(std::vector<std::vector<double>>& operands) const {
    std::uint32_t live = rows_;
    if (with_state_) {
        const StepState state = state_of(operands[1]);
        live = state.halted ? 0 : live_rows(state, rows_, sample_rows_);
    }
    if (live == 0) return;
    const double unbiased = double(live) / std::max(live - 1, 1u);
    std::vector<double>&mean = operands[operands.size() - 2], &variance = operands.back();
    for (std::size_t c = 0; c < channels_; ++c) {
        mean[c] += double(momentum_) * (operands[0][c] - mean[c]);
        variance[c] += double(momentum_) * (operands[0][2 * std::size_t{channels_} + c] * unbiased - variance[c]);
    }
}
std::vector<double> RunningAverage::sample(std::uint32_t operand, std::uint32_t seed) const {
    if (with_state_ && operand == 1) return words_of_state(sample_state((rows_ + sample_rows_ - 1) / sample_rows_));
    return Problem::sample(operand, seed);
}

#undef ADD_VARIANTS
#undef ADD_BOTH

}  // namespace hekla::kernels
