#include "kernels/peak.h"

#include <algorithm>

#include "shaders.h"

namespace hekla::kernels {
namespace {

// The map's fixed point is 1, and some hundred steps are still far from it: a self-test of few steps sees each of them.
constexpr float factor = 0.97f, addend = 0.03f;

}  // namespace

std::string MultiplyAdds::name() const {
    return "multiply-adds " + std::to_string(elements_) + " " + std::to_string(std::uint64_t{turns_} * steps_per_turn);
}
std::vector<Operand> MultiplyAdds::operands() const {
    return {{DType::f32, elements_}, {DType::f32, elements_, true, false}};
}
template <class S>
void MultiplyAdds::add(std::vector<Implementation>& list, const vulkan::Device& device, const char* form, std::uint32_t accumulators) const {
    const std::uint32_t group_size = traits(device).group_size;
    const auto pairs = static_cast<std::uint32_t>((elements_ + 1) / 2);
    list.push_back({std::string("peak ") + form + " " + std::to_string(accumulators),
                    {make_call<S>({.group_size = group_size}, {.pairs = pairs, .turns = turns_, .factor = factor, .addend = addend},
                                  groups_for(pairs, group_size), {{0}, {1}}, 1.0 * accumulators * pairs * turns_ * steps_per_turn)},
                    {}});
}
std::vector<Implementation> MultiplyAdds::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    add<shaders::peak_fma_8>(list, device, "fma", 8);
    add<shaders::peak_fma_10>(list, device, "fma", 10);
    add<shaders::peak_fma_12>(list, device, "fma", 12);
    add<shaders::peak_fma_16>(list, device, "fma", 16);
    add<shaders::peak_fma_20>(list, device, "fma", 20);
    add<shaders::peak_fma_24>(list, device, "fma", 24);
    add<shaders::peak_fma_28>(list, device, "fma", 28);
    add<shaders::peak_plain_8>(list, device, "a*b+c", 8);
    add<shaders::peak_plain_10>(list, device, "a*b+c", 10);
    add<shaders::peak_plain_12>(list, device, "a*b+c", 12);
    add<shaders::peak_plain_16>(list, device, "a*b+c", 16);
    add<shaders::peak_plain_20>(list, device, "a*b+c", 20);
    add<shaders::peak_plain_24>(list, device, "a*b+c", 24);
    add<shaders::peak_plain_28>(list, device, "a*b+c", 28);
    return list;
}
std::unique_ptr<Problem> MultiplyAdds::small() const {
    return std::make_unique<MultiplyAdds>(std::min<std::uint64_t>(elements_, 67), std::min(turns_, 3u));
}
void MultiplyAdds::reference(std::vector<std::vector<double>>& operands) const {
    for (std::size_t i = 0; i < operands[0].size(); ++i) {
        double value = operands[0][i];
        for (std::uint64_t step = 0; step < std::uint64_t{turns_} * steps_per_turn; ++step) value = value * double{factor} + double{addend};
        operands[1][i] = value;
    }
}

std::vector<Operand> Copy::operands() const { return {{DType::f32, elements_}, {DType::f32, elements_, true, false}}; }
std::vector<Implementation> Copy::implementations(const vulkan::Device& device) const {
    const std::uint32_t group_size = traits(device).group_size, vectors = vectors_of(elements_);
    std::vector<Implementation> list;
    for (std::uint32_t per_invocation : {1u, 4u, 16u})
        add_both<shaders::copy, shaders::copy_texel>(list, device, texels_fit(device, elements_, 4), [&]<class S>() {
            return Implementation{"copy x" + std::to_string(per_invocation),
                                  {make_call<S>({.group_size = group_size, .per_invocation = per_invocation}, {.vectors = vectors},
                                                groups_for((vectors + per_invocation - 1) / per_invocation, group_size), {{0, 4}, {1}},
                                                2.0 * static_cast<double>(elements_))},
                                  {}};
        });
    return list;
}
// Several groups and a part of one, whatever an invocation copies.
std::unique_ptr<Problem> Copy::small() const { return std::make_unique<Copy>(std::min<std::uint64_t>(elements_, 9001)); }

}  // namespace hekla::kernels
