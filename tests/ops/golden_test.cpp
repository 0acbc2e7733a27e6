// The operations on the device against PyTorch's results (tests/golden/layers.json).

#include "support/golden.h"

#include <gtest/gtest.h>
#include <hekla/ops.h>

#include "support/compare.h"
#include "support/device_run.h"

namespace hekla::tests {
namespace {

constexpr double value_tolerance = 1e-5, gradient_tolerance = 1e-4;

Size2 size_of(const nlohmann::json& option) { return {option.at(0), option.at(1)}; }
Padding pads_of(const nlohmann::json& option) {
    const Size2 pad = size_of(option);
    return Padding::pixels(pad.height, pad.width, pad.height, pad.width);
}

/// Names of the tensors of a case: what goes in, what comes out.
struct Names {
    std::vector<std::string> inputs;
    std::string y = "y", dy = "dy";
    std::vector<std::string> constants = {};  // inputs without a gradient
};

Names names_of(const GoldenCase& test) {
    if (test.op == "cross_entropy") return {{"logits"}, "loss", "dloss", {"labels"}};
    if (test.op == "cross_entropy_onehot") return {{"logits"}, "loss", "dloss", {"targets"}};
    Names names{{"x"}};
    for (const char* more : {"weight", "bias"})
        if (test.has(more)) names.inputs.push_back(more);
    return names;
}

Tensor pool_of(const GoldenCase& test, Tensor x) {
    const auto& o = test.options;
    const Pool2dOptions options{size_of(o.at("kernel")), size_of(o.at("stride")), pads_of(o.at("padding")), o.at("ceil_mode"), o.at("count_include_pad")};
    return test.op == "max_pool2d" ? max_pool2d(x, options) : average_pool2d(x, options);
}

Tensor build(const GoldenCase& test, const std::vector<Tensor>& in) {
    const auto& o = test.options;
    const Tensor bias = in.size() > 2 ? in[2] : Tensor();
    if (test.op == "conv2d")
        return conv2d(in[0], in[1], bias, {size_of(o.at("stride")), pads_of(o.at("padding")), size_of(o.at("dilation")), o.at("groups")});
    if (test.op == "max_pool2d" || test.op == "average_pool2d") return pool_of(test, in[0]);
    if (test.op == "linear") return dense(in[0], in[1], bias);
    if (test.op == "softmax") return softmax(in[0]);
    if (test.op == "log_softmax") return log_softmax(in[0]);
    if (test.op == "cross_entropy") return cross_entropy_rows(in[0], in[1]);
    if (test.op == "cross_entropy_onehot") return cross_entropy_rows_onehot(in[0], in[1]);
    return unary(test.op, in[0], o.value("a", 0.0f));
}

void check(const GoldenCase& test) {
    const Names names = names_of(test);
    Graph graph;
    Feeds feeds;
    std::vector<Tensor> inputs, wrt;
    const auto add_input = [&](const std::string& name) {
        const DType dtype = name == "labels" ? DType::u32 : DType::f32;
        const Tensor tensor = graph.input(name, {test[name].shape, dtype});
        feeds[tensor.id()] = test[name].values;
        return tensor;
    };
    for (const std::string& name : names.inputs) wrt.push_back(add_input(name));
    inputs = wrt;
    for (const std::string& name : names.constants) inputs.push_back(add_input(name));
    const Tensor y = build(test, inputs);
    ASSERT_EQ(y.shape(), test[names.y].shape);
    std::vector<Tensor> outputs = gradients(y, add_input(names.dy), wrt);
    outputs.push_back(y);
    const std::vector<Values> found = run_on_device(graph, feeds, outputs);
    EXPECT_TRUE(close(found.back(), test[names.y].values, value_tolerance)) << names.y;
    for (std::size_t i = 0; i < wrt.size(); ++i)
        EXPECT_TRUE(close(found[i], test["d" + names.inputs[i]].values, gradient_tolerance)) << names.inputs[i];
}

TEST(Golden, LayersOnTheDeviceAgreeWithPyTorch) {
    const std::vector<GoldenCase> cases = load_golden("layers.json");
    EXPECT_GT(cases.size(), 50u);
    for (const GoldenCase& test : cases) {
        SCOPED_TRACE(test.name);
        check(test);
    }
}

}  // namespace
}  // namespace hekla::tests
