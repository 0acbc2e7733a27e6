#include "kernels/upsample2d.h"

#include <algorithm>

#include "reference/reference.h"
#include "shaders.h"

namespace hekla::kernels {

std::string Upsample2d::name() const {
    const auto n = [](std::uint32_t value) { return std::to_string(value); };
    return std::string("upsample2d ") + (g_.bilinear ? "bilinear " : "nearest ") + (gradient_ ? "gradient " : "") + n(g_.batch) + "x" + n(g_.height) +
           "x" + n(g_.width) + "x" + n(g_.channels) + " by " + n(g_.factor_h) + "x" + n(g_.factor_w);
}

std::vector<Operand> Upsample2d::operands() const {
    const std::uint64_t in = g_.input_elements(), out = g_.output_elements();
    return {{DType::f32, gradient_ ? out : in}, {DType::f32, gradient_ ? in : out, true, false}};
}

std::vector<Implementation> Upsample2d::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    const std::uint32_t components = g_.channels % 4 == 0 ? 4 : 1;
    const std::uint64_t read = gradient_ ? g_.output_elements() : g_.input_elements(), written = operands()[1].elements;
    const auto make = [&]<class S>() {
        return Implementation{gradient_ ? "upsample2d gradient" : "upsample2d",
                              {make_call<S>({.group_size = default_group_size, .kind = g_.bilinear},
                                            {.batch = g_.batch, .height = g_.height, .width = g_.width, .channels = g_.channels / components,
                                             .factor_h = g_.factor_h, .factor_w = g_.factor_w},
                                            groups_for(written / components), {{0, components}, {1}},
                                            (g_.bilinear ? 8.0 : 2.0) * static_cast<double>(g_.output_elements()))},
                              {}};
    };
    const bool texels = texels_fit(device, read, components);
    if (gradient_ && components == 4) add_both<shaders::upsample2d_gradient_vec4, shaders::upsample2d_gradient_vec4_texel>(list, device, texels, make);
    else if (gradient_) add_both<shaders::upsample2d_gradient, shaders::upsample2d_gradient_texel>(list, device, texels, make);
    else if (components == 4) add_both<shaders::upsample2d_vec4, shaders::upsample2d_vec4_texel>(list, device, texels, make);
    else add_both<shaders::upsample2d, shaders::upsample2d_texel>(list, device, texels, make);
    return list;
}

std::unique_ptr<Problem> Upsample2d::small() const {
    Upsample2dGeometry small = g_;
    small.batch = std::min(g_.batch, 2u);
    small.height = std::min(g_.height, 5u);
    small.width = std::min(g_.width, 7u);
    if (g_.channels > 12) small.channels = 8 + g_.channels % 4;
    return std::make_unique<Upsample2d>(small, gradient_);
}

void Upsample2d::reference(std::vector<std::vector<double>>& operands) const {
    if (gradient_) reference::upsample2d_gradient(g_, operands[0], operands[1]);
    else reference::upsample2d(g_, operands[0], operands[1]);
}

}  // namespace hekla::kernels
