#pragma once
// A network of the layers that have kernels of their own.

#include <hekla/nn.h>

namespace hekla::tests {

/// Every layer with a kernel of its own, on 8 x 8 x 1 images.
inline Network many_layers() {
    Network net;
    const auto image = net.input("image");
    const auto stem = net.add(Relu{}, net.add(BatchNorm{}, net.add(Conv2d{.filters = 8, .padding = Padding::same(), .bias = false}, image)));
    const auto depth = net.add(GroupNorm{.groups = 2}, net.add(DepthwiseConv2d{.stride = 2, .padding = Padding::same()}, stem));
    const auto wide = net.add(Upsample2d{.factor = 2, .interpolation = Interpolation::bilinear}, depth);
    const auto up = net.add(Conv2dTranspose{.filters = 8, .kernel = 2, .stride = 2}, depth);
    const auto sum = net.add(InstanceNorm{}, net.add(Add{}, {stem, wide, up}));
    const auto rows = net.add(Reshape{{8, 64}}, sum);
    const auto attended = net.add(LayerNorm{}, net.add(Add{}, {rows, net.add(MultiHeadAttention{.heads = 4}, rows)}));
    const auto state = net.add(Lstm{.units = 8}, net.add(Gru{.units = 8, .sequences = true}, attended));
    net.output(net.add(Dense{10}, state), "logits");
    return net;
}

}  // namespace hekla::tests
