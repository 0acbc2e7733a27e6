#include "kernels/reduce.h"

#include <algorithm>

#include "shaders.h"

namespace hekla::kernels {
namespace {

using reference::Reduction;

std::uint32_t shader_kind(Reduction kind) {
    return kind == Reduction::maximum ? 1u : kind == Reduction::minimum ? 2u : 0u;
}

struct Pass {
    std::uint64_t outer, depth, inner, chunks;
    float factor;
    std::uint32_t from, to;  // operands
};

template <class S>
KernelCall call_of(Reduction kind, const Pass& pass, std::uint32_t components) {
    const std::uint64_t inner = pass.inner / components;
    return make_call<S>({.group_size = default_group_size, .kind = shader_kind(kind)},
                        {.outer = static_cast<std::uint32_t>(pass.outer), .depth = static_cast<std::uint32_t>(pass.depth),
                         .inner = static_cast<std::uint32_t>(inner), .chunks = static_cast<std::uint32_t>(pass.chunks),
                         .factor = pass.factor},
                        groups_for(pass.outer * pass.chunks * inner), {{pass.from, components}, {pass.to}},
                        static_cast<double>(pass.outer * pass.depth * pass.inner));
}

}  // namespace

std::string Reduce::name() const {
    static constexpr const char* kinds[] = {"sum", "mean", "maximum", "minimum"};
    return std::string(kinds[static_cast<std::size_t>(kind_)]) + " " + std::to_string(outer_) + "x" +
           std::to_string(depth_) + "x" + std::to_string(inner_);
}

std::vector<Operand> Reduce::operands() const {
    return {{DType::f32, outer_ * depth_ * inner_}, {DType::f32, outer_ * inner_, true, false}};
}

std::vector<Implementation> Reduce::implementations(const vulkan::Device& device) const {
    const std::uint32_t components = inner_ % 4 == 0 ? 4 : 1;
    // Where the results alone do not keep the device busy, each is made of several partial ones.
    const std::uint64_t invocations = outer_ * inner_ / components;
    const std::uint64_t wanted = 4 * traits(device).target_invocations / std::max<std::uint64_t>(invocations, 1);
    // On a CPU few numbers take less time than a second dispatch.
    const bool few = traits(device).cpu && outer_ * depth_ * inner_ <= 8192 && depth_ <= 512;
    const std::uint64_t chunks = few ? 1 : std::clamp<std::uint64_t>(wanted, 1, std::max<std::uint64_t>(depth_ / 16, 1));
    const float factor = kind_ == Reduction::mean ? 1.0f / static_cast<float>(depth_) : 1.0f;

    std::vector<Implementation> list;
    const auto make = [&]<class S>() {
        if (chunks == 1)
            return Implementation{"reduce", {call_of<S>(kind_, {outer_, depth_, inner_, 1, factor, 0, 1}, components)}, {}};
        return Implementation{"reduce",
                              {call_of<S>(kind_, {outer_, depth_, inner_, chunks, 1.0f, 0, 2}, components),
                               call_of<S>(kind_, {outer_, chunks, inner_, 1, factor, 2, 1}, components)},
                              {outer_ * chunks * inner_ * 4}};
    };
    const bool texels = texels_fit(device, outer_ * depth_ * inner_, components);
    if (components == 4) add_both<shaders::reduce_vec4, shaders::reduce_vec4_texel>(list, device, texels, make);
    else add_both<shaders::reduce, shaders::reduce_texel>(list, device, texels, make);
    return list;
}

std::unique_ptr<Problem> Reduce::small() const {
    return std::make_unique<Reduce>(kind_, std::min<std::uint64_t>(outer_, 3), std::min<std::uint64_t>(depth_, 515),
                                    inner_ > 8 ? 8 + inner_ % 4 : inner_);
}

void Reduce::reference(std::vector<std::vector<double>>& operands) const {
    reference::reduce(kind_, outer_, depth_, inner_, operands[0], operands[1]);
}

}  // namespace hekla::kernels
