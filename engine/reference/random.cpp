#include "reference/check.h"
#include "reference/reference.h"

namespace hekla::reference {
namespace {

std::uint32_t pcg(std::uint32_t v) {
    const std::uint32_t state = v * 747796405u + 2891336453u;
    const std::uint32_t word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (word >> 22u) ^ word;
}

}  // namespace

std::uint32_t random_word(std::uint32_t seed, std::uint32_t counter, std::uint32_t stream,
                          std::uint32_t index) {
    return pcg(index + pcg(stream + pcg(counter + pcg(seed))));
}

double random_unit(std::uint32_t seed, std::uint32_t counter, std::uint32_t stream,
                   std::uint32_t index) {
    return (random_word(seed, counter, stream, index) >> 8) / 16777216.0;
}

void dropout(double rate, std::uint32_t seed, std::uint32_t counter, std::uint32_t stream, In x,
             Out y) {
    check_size("dropout", "the output", y.size(), x.size());
    if (!(rate >= 0.0 && rate < 1.0))
        throw Error(ErrorCode::invalid_argument, "[reference dropout] the rate is " +
                                                     std::to_string(rate) +
                                                     ", it must be at least 0 and below 1");
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double unit = random_unit(seed, counter, stream, static_cast<std::uint32_t>(i));
        y[i] = unit >= rate ? x[i] / (1.0 - rate) : 0.0;
    }
}

}  // namespace hekla::reference
