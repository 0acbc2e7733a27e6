// The operations on the device against the operator cases in HEKLA_DATA_DIR.

#include "support/gradient_cases.h"

#include <gtest/gtest.h>
#include <hekla/ops.h>

#include <cstdio>
#include <map>

#include "support/compare.h"
#include "support/device_run.h"

namespace hekla::tests {
namespace {

// The files hold float32 values, the device adds rounding of its own.
constexpr double value_tolerance = 1e-5, gradient_tolerance = 1e-4;
// More elements in one case take long where the CPU plays the device.
constexpr std::size_t most_elements = 1 << 16;

Size2 size_of(const nlohmann::json& option) {
    if (option.is_array()) return {option.at(0), option.at(1)};
    return Size2(option.get<std::uint32_t>());
}

/// A case's graph under construction: inputs in Hekla's layout, the result in the file's.
struct CaseGraph {
    Graph graph;
    Feeds feeds;
    std::vector<Tensor> wrt;

    Tensor input(const GoldenTensor& tensor, DType dtype = DType::f32) {
        const Tensor made = graph.input("input", {tensor.shape, dtype});
        feeds[made.id()] = tensor.values;
        if (dtype == DType::f32) wrt.push_back(made);
        return made;
    }
};

Tensor activate(const std::string& name, Tensor x) {
    if (name == "identity") return x;
    return name == "relu6" ? minimum(relu(x), x.graph().constant({}, {6.0f})) : unary(name, x);
}

/// All images of the files are [N, C, H, W]: back and forth, so that gradients have the file's layout too.
Tensor from_nchw(Tensor x) { return transpose(x, {0, 2, 3, 1}); }
Tensor to_nchw(Tensor x) { return transpose(x, {0, 3, 1, 2}); }

Tensor pooling(CaseGraph& g, const GradientCase& test) {
    const Tensor x = from_nchw(g.input(test.inputs[0]));
    const bool maximum = test.options.at("mode") == "max";
    Pool2dOptions options;
    if (test.operation == "GlobalPooling") {
        options.size = {static_cast<std::uint32_t>(x.shape()[1]), static_cast<std::uint32_t>(x.shape()[2])};
    } else {
        const Size2 pad = size_of(test.options.at("pad"));
        options.size = size_of(test.options.at("kernel"));
        options.stride = size_of(test.options.at("stride"));
        options.padding = Padding::pixels(pad.height, pad.width, pad.height, pad.width);
        options.count_include_pad = test.options.at("count_include_pad");
    }
    Tensor y = maximum ? max_pool2d(x, options) : average_pool2d(x, options);
    if (y.shape()[1] != test.outputs[0].shape[2] || y.shape()[2] != test.outputs[0].shape[3]) {
        options.ceil_mode = true;
        y = maximum ? max_pool2d(x, options) : average_pool2d(x, options);
    }
    return to_nchw(y);
}
Tensor activation(CaseGraph& g, const GradientCase& test) {
    return activate(test.options.at("activation"), g.input(test.inputs[0]));
}
Tensor inner_product(CaseGraph& g, const GradientCase& test) {
    const std::uint64_t inputs = test.options.at("inputs");
    const Tensor x = g.input(test.inputs[0]);
    const Tensor rows = reshape(x, Shape{x.shape().elements() / inputs, inputs});
    Tensor y = matmul(rows, g.input(test.parameters[0]), {.transpose_b = true});
    if (test.options.at("bias")) y = add(y, g.input(test.parameters[1]));
    return activate(test.options.at("activation"), y);
}
/// Over axis 1 of [N, C] or [N, C, L].
Tensor softmax_case(CaseGraph& g, const GradientCase& test) {
    const Tensor x = g.input(test.inputs[0]);
    if (x.shape().rank() == 2) return softmax(x);
    return transpose(softmax(transpose(x, {0, 2, 1})), {0, 2, 1});
}
Tensor softmax_loss(CaseGraph& g, const GradientCase& test) {
    const Tensor logits = g.input(test.inputs[0]);
    return softmax_cross_entropy(logits, g.input(test.inputs[1], DType::u32));
}
Tensor reduced(const GradientCase& test, Tensor losses) {
    const std::string kind = test.options.at("reduce");
    if (kind == "none") return losses;
    return kind == "mean" ? reduce_mean(losses) : reduce_sum(losses);
}
Tensor nll_loss(CaseGraph& g, const GradientCase& test) {
    const Tensor x = g.input(test.inputs[0]);
    std::vector<float> picks(test.inputs[0].values.size(), 0.0f);
    for (std::size_t row = 0; row < x.shape()[0]; ++row)
        picks[row * x.shape()[1] + static_cast<std::size_t>(test.inputs[1].values[row])] = -1;
    return reduced(test, reduce_sum(multiply(x, g.graph.constant(x.shape(), picks)), {1}));
}
Tensor mse_loss(CaseGraph& g, const GradientCase& test) {
    const Tensor l = g.input(test.inputs[0]);
    return reduced(test, square(subtract(l, g.input(test.inputs[1]))));
}

const std::map<std::string, Tensor (*)(CaseGraph&, const GradientCase&)> builders{
    {"Activation", activation},      {"GlobalPooling", pooling}, {"InnerProduct", inner_product},
    {"MSELoss", mse_loss},           {"NLLLoss", nll_loss},      {"Pooling2D", pooling},
    {"Softmax", softmax_case},       {"SoftmaxWithLoss", softmax_loss}};

/// Gradients that the file states, in the order of CaseGraph::wrt.
std::vector<Values> stated_gradients(const GradientCase& test) {
    std::vector<Values> stated;
    for (const GoldenTensor& gradient : test.input_gradients)
        if (!gradient.values.empty()) stated.push_back(gradient.values);
    for (const GoldenTensor& gradient : test.parameter_gradients) stated.push_back(gradient.values);
    return stated;
}

void check(const GradientCase& test) {
    CaseGraph g;
    const Tensor y = builders.at(test.operation)(g, test);
    std::vector<Tensor> outputs;
    if (test.options.value("activation", "") != "relu6") {  // minimum has no gradient
        const Tensor dy = g.graph.input("dy", y.desc());
        g.feeds[dy.id()] = test.output_gradients[0].values;
        outputs = gradients(y, dy, g.wrt);
    }
    outputs.push_back(y);
    const std::vector<Values> found = run_on_device(g.graph, g.feeds, outputs);
    EXPECT_TRUE(close(found.back(), test.outputs[0].values, value_tolerance));
    const std::vector<Values> stated = stated_gradients(test);
    for (std::size_t i = 0; i + 1 < found.size(); ++i)
        EXPECT_TRUE(close(found[i], stated.at(i), gradient_tolerance)) << "gradient " << i;
}

TEST(GradientCasesOnTheDevice, AgreeWithPyTorch) {
    std::string reason;
    const auto folder = gradient_case_folder(reason);
    if (!folder) GTEST_SKIP() << reason;
    std::map<std::string, int> checked;
    for (const std::string& file : gradient_case_files(*folder))
        for (const GradientCase& test : load_gradient_cases(file)) {
            SCOPED_TRACE(test.name + " " + test.options.dump());
            ASSERT_EQ(builders.count(test.operation), 1u) << file;
            if (test.inputs[0].values.size() > most_elements) continue;
            check(test);
            ++checked[test.operation];
        }
    EXPECT_EQ(checked.size(), builders.size()) << "operations with cases in " << *folder;
    for (const auto& [operation, count] : checked) std::printf("%s: %d cases\n", operation.c_str(), count);
}

}  // namespace
}  // namespace hekla::tests
