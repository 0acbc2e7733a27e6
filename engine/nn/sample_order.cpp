#include "nn/sample_order.h"

#include <utility>

#include "reference/reference.h"

namespace hekla::nn {

std::vector<std::uint32_t> shuffled(std::uint32_t count, std::uint64_t seed, std::uint32_t epoch) {
    std::vector<std::uint32_t> order(count);
    for (std::uint32_t i = 0; i < count; ++i) order[i] = i;
    const auto low = static_cast<std::uint32_t>(seed), high = static_cast<std::uint32_t>(seed >> 32);
    constexpr std::uint32_t stream = 0x73687566;
    for (std::uint32_t i = count; i > 1; --i) {
        // 64 bits against the bias of a remainder.
        const std::uint64_t word = std::uint64_t{reference::random_word(low, epoch, stream, i)} << 32 |
                                   reference::random_word(high ^ 0x9e3779b9u, epoch, stream, i);
        std::swap(order[i - 1], order[word % i]);
    }
    return order;
}

std::vector<std::uint32_t> in_order(std::uint32_t first, std::uint32_t end) {
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = first; i < end; ++i) order.push_back(i);
    return order;
}

}  // namespace hekla::nn
