// Single weights taken out by masks.

#include <algorithm>
#include <cmath>
#include <numeric>

#include <hekla/error.h>
#include <hekla/prune.h>

#include "reference/reference.h"

namespace hekla {
namespace {

constexpr PruneMethod methods[] = {PruneMethod::magnitude, PruneMethod::largest, PruneMethod::random, PruneMethod::channels};

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorCode::invalid_argument, "[prune] " + what); }

/// What is taken out first has the smallest number; what is out already has -1.
double rank_of(PruneMethod method, float weight, std::uint64_t seed, std::uint64_t index) {
    constexpr std::uint32_t stream = 0x7072756e;
    switch (method) {
        case PruneMethod::magnitude: return std::abs(double{weight});
        case PruneMethod::largest: return 1 / (1 + std::abs(double{weight}));
        default:
            return reference::random_word(static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32) ^ static_cast<std::uint32_t>(index >> 32), stream,
                                          static_cast<std::uint32_t>(index));
    }
}

bool has_weights(const Parameter& parameter) { return parameter.trainable() && parameter.shape().rank() >= 2; }

}  // namespace

const char* name(PruneMethod method) {
    switch (method) {
        case PruneMethod::magnitude: return "magnitude";
        case PruneMethod::largest: return "largest";
        case PruneMethod::random: return "random";
        case PruneMethod::channels: return "channels";
    }
    return "";
}

PruneMethod prune_method(std::string_view wanted) {
    std::string names;
    for (PruneMethod method : methods) {
        if (wanted == name(method)) return method;
        names += (names.empty() ? "" : ", ") + std::string(name(method));
    }
    fail("there is no method called '" + std::string(wanted) + "'; there are: " + names);
}

NetworkSize size_of(const Network& network) {
    NetworkSize size;
    for (const ParameterPtr& parameter : network.parameters()) {
        const std::vector<float>& values = parameter->values();
        size.parameters += values.size();
        size.nonzero += values.size() - static_cast<std::uint64_t>(std::count(values.begin(), values.end(), 0.0f));
    }
    for (const LayerSummary& row : network.summary()) size.multiply_adds += row.multiply_adds;
    return size;
}

void prune_weights(Network& network, PruneMethod method, double share, std::uint64_t seed) {
    if (method == PruneMethod::channels) fail("prune_channels takes channels out; weights go by magnitude, largest or random");
    if (!(share >= 0 && share < 1)) fail("the share must lie in [0, 1) and is " + std::to_string(share));
    std::vector<double> ranks;
    for (const ParameterPtr& parameter : network.parameters()) {
        if (!has_weights(*parameter)) continue;
        const std::vector<float>& values = parameter->values();
        for (std::size_t i = 0; i < values.size(); ++i) {
            const bool masked = !parameter->mask().empty() && parameter->mask()[i] == 0;
            ranks.push_back(masked ? -1 : rank_of(method, values[i], seed, ranks.size()));
        }
    }
    if (ranks.empty()) fail("the network has no trainable weights");
    std::vector<std::uint64_t> order(ranks.size());
    std::iota(order.begin(), order.end(), std::uint64_t{0});
    const auto gone = static_cast<std::ptrdiff_t>(std::llround(share * static_cast<double>(ranks.size())));
    // Of equal ones the first: the same weights on every system.
    std::nth_element(order.begin(), order.begin() + gone, order.end(),
                     [&](std::uint64_t l, std::uint64_t r) { return ranks[l] != ranks[r] ? ranks[l] < ranks[r] : l < r; });
    std::vector<std::uint8_t> keep(ranks.size(), 1);
    for (std::ptrdiff_t i = 0; i < gone; ++i) keep[order[static_cast<std::size_t>(i)]] = 0;
    auto next = keep.begin();
    for (const ParameterPtr& parameter : network.parameters()) {
        if (!has_weights(*parameter)) continue;
        const auto count = static_cast<std::ptrdiff_t>(parameter->shape().elements());
        std::vector<std::uint8_t> mask(next, next + count);
        next += count;
        if (!parameter->mask().empty())
            for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = mask[i] && parameter->mask()[i];
        parameter->set_mask(std::move(mask));
    }
}

}  // namespace hekla
