#include "kernels/random_values.h"

#include "kernels/training.h"
#include "reference/random_values.h"
#include "shaders.h"

namespace hekla::kernels {

std::vector<Operand> RandomValues::operands() const { return {{DType::u32, state_words}, {DType::f32, elements_, true, false}}; }

std::vector<Implementation> RandomValues::implementations(const vulkan::Device&) const {
    const std::uint32_t vectors = vectors_of(elements_);
    // A hash is some ten operations, a normal number twenty more.
    const double work = (normal() ? 30.0 : 10.0) * static_cast<double>(elements_);
    return {{normal() ? "random normal" : "random uniform",
             {make_call<shaders::random_values>({.group_size = default_group_size, .is_normal = normal()}, {.vectors = vectors, .stream = stream_},
                                                groups_for(vectors), {{0}, {1}}, work)},
             {}}};
}

double random_value(Distribution distribution, std::uint32_t word) {
    return distribution == Distribution::normal ? reference::normal_of(word) : (word >> 8) / 16777216.0;
}

void RandomValues::reference(std::vector<std::vector<double>>& operands) const {
    const StepState state = state_of(operands[0]);
    for (std::size_t i = 0; i < operands[1].size(); ++i)
        operands[1][i] = random_value(distribution_, reference::random_word(state.seed, state.random_counter, stream_, static_cast<std::uint32_t>(i)));
}

std::vector<double> RandomValues::sample(std::uint32_t operand, std::uint32_t seed) const {
    return operand == 0 ? words_of_state(sample_state(8)) : Problem::sample(operand, seed);
}

}  // namespace hekla::kernels
