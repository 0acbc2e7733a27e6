// Several operations together: what fusing, sharing and fan-out may get wrong.

#include "reference/pointwise.h"
#include "support/op_case.h"

namespace hekla::tests {
namespace {

float parameter_of(const std::string& row) { return row == "elu" ? 1.5f : 0.1f; }
/// Moves what comes before into the domain of the row.
float bias_for(const std::string& row) { return row == "log" || row == "sqrt" ? 4.0f : 0.0f; }

/// A row of the pointwise table right after a convolution or a product, which computes it as well.
OpCase fused_case(const std::string& row, const std::string& name, std::vector<OpInput> inputs, OpCase::Build product) {
    OpCase test{.name = row + " after " + name, .inputs = std::move(inputs), .build = {}};
    OpInput& bias = test.inputs.back();
    bias.low += bias_for(row), bias.high += bias_for(row);
    for (std::size_t i = 0; i + 1 < test.inputs.size(); ++i) test.inputs[i].low = -0.4, test.inputs[i].high = 0.4;
    test.build = [row, product](Graph& graph, std::span<const Tensor> in) {
        return unary(row, product(graph, in), parameter_of(row));
    };
    return test;
}

std::vector<OpCase> fused_cases() {
    const auto conv = [](Graph&, std::span<const Tensor> in) { return conv2d(in[0], in[1], in[2]); };
    const auto product = [](Graph&, std::span<const Tensor> in) { return dense(in[0], in[1], in[2]); };
    std::vector<OpCase> cases;
    for (const reference::UnaryRow& row : reference::unary_rows()) {
        cases.push_back(fused_case(row.name, "conv2d", {random_input({2, 5, 9, 2}), random_input({3, 3, 2, 8}), random_input(Shape{8})}, conv));
        cases.push_back(fused_case(row.name, "conv2d of five", {random_input({1, 5, 4, 3}), random_input({3, 3, 3, 5}), random_input(Shape{5})}, conv));
        cases.push_back(fused_case(row.name, "dense", {random_input({6, 11}), random_input({11, 7}), random_input(Shape{7})}, product));
        cases.push_back(fused_case(row.name, "dense of four", {random_input({4, 16}), random_input({16, 8}), random_input(Shape{8})}, product));
    }
    return cases;
}

/// The result before the activation is needed too: it must not be fused away.
Tensor used_twice(Graph&, std::span<const Tensor> in) {
    const Tensor x = dense(in[0], in[1]);
    return multiply(sigmoid(x), x);
}
/// y = x + f(x): two paths lead to x.
Tensor residual(Graph&, std::span<const Tensor> in) {
    return add(in[0], relu(conv2d(in[0], in[1], {}, {.padding = Padding::same()})));
}
Tensor residual_twice(Graph& graph, std::span<const Tensor> in) {
    const Tensor first = residual(graph, in);
    return residual(graph, std::vector{first, in[1]});
}
Tensor fan_out_of_four(Graph&, std::span<const Tensor> in) {
    const Tensor x = in[0];
    return add(add(square(x), scale(x, 3)), multiply(tanh(x), sigmoid(x)));
}
Tensor shared_dense(Graph&, std::span<const Tensor> in) {
    return dense(tanh(dense(in[0], in[1], in[2])), in[1], in[2]);
}
Tensor shared_conv(Graph&, std::span<const Tensor> in) {
    const Conv2dOptions same{.padding = Padding::same()};
    return conv2d(relu(conv2d(in[0], in[1], {}, same)), in[1], {}, same);
}
Tensor operand_twice(Graph&, std::span<const Tensor> in) { return matmul(in[0], in[0], {.transpose_b = true}); }
Tensor two_activations(Graph&, std::span<const Tensor> in) { return sigmoid(relu(dense(in[0], in[1]))); }
Tensor normalized(Graph&, std::span<const Tensor> in) {
    const Tensor centered = subtract(in[0], reduce_mean(in[0], {0, 1, 2}, true));
    const Tensor variance = reduce_mean(square(centered), {0, 1, 2}, true);
    return divide(centered, sqrt(shift(variance, 1e-3f)));
}
Tensor small_network(Graph&, std::span<const Tensor> in) {
    const Tensor image = max_pool2d(relu(conv2d(in[0], in[1], in[2])));
    return cross_entropy_rows(dense(flatten(image), in[3], in[4]), in[5]);
}
Tensor concat_of_paths(Graph&, std::span<const Tensor> in) {
    const Tensor left = relu(conv2d(in[0], in[1], {}, {.padding = Padding::same()}));
    return concat(std::vector{in[0], left, average_pool2d(in[0], {.size = 3, .stride = Size2(1), .padding = Padding::pixels(1)})}, 3);
}

std::vector<OpCase> graph_cases() {
    return {
        {.name = "result before the activation", .inputs = {random_input({5, 6}), random_input({6, 4})}, .build = used_twice},
        {.name = "residual", .inputs = {random_input({2, 6, 7, 4}), random_input({3, 3, 4, 4})}, .build = residual},
        {.name = "residual twice", .inputs = {random_input({1, 5, 5, 3}), random_input({3, 3, 3, 3})}, .build = residual_twice},
        {.name = "fan-out of four", .inputs = {random_input({5, 7})}, .build = fan_out_of_four},
        {.name = "shared dense", .inputs = {random_input({5, 6}), random_input({6, 6}), random_input(Shape{6})}, .build = shared_dense},
        {.name = "shared convolution", .inputs = {random_input({1, 6, 6, 4}), random_input({3, 3, 4, 4})}, .build = shared_conv},
        {.name = "one tensor, both operands", .inputs = {random_input({5, 7})}, .build = operand_twice},
        {.name = "two activations", .inputs = {random_input({5, 6}), random_input({6, 4})}, .build = two_activations},
        {.name = "batch normalization", .inputs = {random_input({4, 5, 3, 6})}, .build = normalized},
        {.name = "concat of paths", .inputs = {random_input({1, 6, 5, 3}), random_input({3, 3, 3, 4})}, .build = concat_of_paths},
        {.name = "small network",
         .inputs = {random_input({4, 10, 10, 1}), random_input({3, 3, 1, 4}), random_input(Shape{4}), random_input({64, 10}), random_input(Shape{10}), labels(4, 10)},
         .build = small_network},
    };
}

HEKLA_OP_CASES(FusedActivation, fused_cases());
HEKLA_OP_CASES(Composite, graph_cases());

/// A value on which the result does not depend has a gradient of zeros.
TEST(Gradients, OfAnUnusedInputAreZero) {
    OpCase test{.name = "unused", .inputs = {random_input({2, 3}), random_input({4, 5})}, .build = {}};
    test.build = [](Graph&, std::span<const Tensor> in) { return square(in[0]); };
    check_gradients(test);
}

}  // namespace
}  // namespace hekla::tests
