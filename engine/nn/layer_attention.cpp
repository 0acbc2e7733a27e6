// Attention of several heads, from products of matrices and a softmax.

#include <cmath>

#include "nn/layers.h"

namespace hekla::nn {
namespace {

/// x [N, steps, features] by a dense layer, [N, heads, steps, width / heads].
Tensor in_heads(Tensor x, Tensor weight, Tensor bias, std::uint64_t heads) {
    const std::uint64_t rows = x.shape()[0], steps = x.shape()[1], width = weight.shape()[1];
    const Tensor y = dense(reshape(x, Shape{rows * steps, x.shape()[2]}), weight, bias);
    return transpose(reshape(y, Shape{rows, steps, heads, width / heads}), {0, 2, 1, 3});
}

}  // namespace

Tensor apply_attention(std::uint32_t heads, const std::vector<Tensor>& inputs, const std::vector<Tensor>& parameters) {
    const auto input = [&](std::size_t part) { return inputs[inputs.size() > 1 ? part : 0]; };
    const Tensor queries = in_heads(input(0), parameters[0], parameters[1], heads);
    const Tensor keys = in_heads(input(1), parameters[2], parameters[3], heads);
    const Tensor values = in_heads(input(2), parameters[4], parameters[5], heads);
    const std::uint64_t rows = queries.shape()[0], steps = queries.shape()[2], head_width = queries.shape()[3], width = heads * head_width;
    const Tensor scores = scale(matmul(queries, keys, {.transpose_b = true}), 1.0f / std::sqrt(static_cast<float>(head_width)));
    const Tensor mixed = transpose(matmul(softmax(scores), values), {0, 2, 1, 3});
    return reshape(dense(reshape(mixed, Shape{rows * steps, width}), parameters[6], parameters[7]), Shape{rows, steps, width});
}

}  // namespace hekla::nn
