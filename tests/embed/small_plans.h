#pragma once
// Plans small enough to be compared bit by bit.

#include <vector>

#include <hekla/ops.h>
#include <hekla/plan.h>

namespace hekla::tests {

using Floats = std::vector<float>;

inline Floats ramp(std::size_t count, float scale = 1, int step = 37, int modulus = 101) {
    Floats values(count);
    for (std::size_t i = 0; i < count; ++i) values[i] = scale * static_cast<float>(static_cast<int>(i) * step % modulus) / static_cast<float>(modulus);
    return values;
}

/// 2 pictures of 6x8 with 5 channels to 4 channels of the same size.
struct Filter {
    ParameterPtr weight = std::make_shared<Parameter>("weight", Shape{3, 3, 5, 4}, ramp(180, 0.2f, 53));
    Graph graph;
    Tensor x = graph.input("x", {Shape{2, 6, 8, 5}, DType::f32});
    Tensor y;

    Filter() {
        graph.begin_layer("filter");
        y = relu(conv2d(x, graph.parameter(weight), {}, {.padding = Padding::pixels(1)}));
    }
};

/// A training step: loss out, parameters trained.
struct Step {
    ParameterPtr weight = std::make_shared<Parameter>("weight", Shape{3, 3, 1, 4}, Floats(36, 0.1f));
    ParameterPtr dense_weight = std::make_shared<Parameter>("dense", Shape{36, 5}, Floats(180, 0.02f));
    Graph graph;
    Tensor x = graph.input("x", {Shape{2, 8, 8, 1}, DType::f32});
    Tensor labels = graph.input("labels", {Shape{2}, DType::u32});
    Tensor loss;

    Step() {
        graph.begin_layer("conv");
        const Tensor y = max_pool2d(relu(conv2d(x, graph.parameter(weight))));
        graph.begin_layer("dense");
        loss = softmax_cross_entropy(matmul(flatten(y), graph.parameter(dense_weight)), labels);
        minimize(loss, Adam{});
    }
    static Floats pixels() { return ramp(128); }
    static std::vector<std::uint32_t> classes() { return {1, 4}; }
};

}  // namespace hekla::tests
