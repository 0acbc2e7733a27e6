// The reference against the operator cases in HEKLA_DATA_DIR (float32 values made by PyTorch).

#include <cstdio>
#include <tuple>

#include "reference/pointwise.h"
#include "reference/reference.h"
#include "support/compare.h"
#include "support/gradient_cases.h"

namespace hekla::tests {
namespace {

constexpr double tolerance = 2e-6;  // the files hold float32 values
using Values = std::vector<double>;
using reference::Reduction;

/// Both entries of an option that is one number or a pair.
std::pair<std::uint32_t, std::uint32_t> pair_of(const nlohmann::json& option) {
    if (option.is_array()) return {option.at(0), option.at(1)};
    return {option, option};
}

Pool2dGeometry pool_geometry(const GradientCase& test, const GoldenTensor& x,
                             const GoldenTensor& y) {
    Pool2dGeometry g;
    g.batch = x.shape[0], g.height = x.shape[1], g.width = x.shape[2], g.channels = x.shape[3];
    g.out_h = y.shape[1], g.out_w = y.shape[2];
    if (test.operation == "GlobalPooling") {
        g.kernel_h = g.height, g.kernel_w = g.width;
        return g;
    }
    std::tie(g.kernel_h, g.kernel_w) = pair_of(test.options.at("kernel"));
    std::tie(g.stride_h, g.stride_w) = pair_of(test.options.at("stride"));
    std::tie(g.pad_top, g.pad_left) = pair_of(test.options.at("pad"));
    g.pad_bottom = g.pad_top, g.pad_right = g.pad_left;
    g.count_include_pad = test.options.at("count_include_pad");
    return g;
}

void check_pooling(const GradientCase& test) {
    const GoldenTensor x = to_nhwc(test.inputs[0]), y = to_nhwc(test.outputs[0]);
    const GoldenTensor dy = to_nhwc(test.output_gradients[0]);
    const Pool2dGeometry g = pool_geometry(test, x, y);
    Values out(y.values.size()), dx(x.values.size());
    if (test.options.at("mode") == "max") {
        reference::max_pool2d(g, x.values, out);
        reference::max_pool2d_gradient(g, x.values, dy.values, dx);
    } else {
        reference::average_pool2d(g, x.values, out);
        reference::average_pool2d_gradient(g, dy.values, dx);
    }
    EXPECT_TRUE(close(out, y.values, tolerance));
    EXPECT_TRUE(close(to_nchw({x.shape, dx}).values, test.input_gradients[0].values, tolerance));
}

double relu6(double x) {
    const auto rows = reference::binary_rows();
    const double low = rows[reference::binary_index("maximum")].forward(x, 0.0);
    return rows[reference::binary_index("minimum")].forward(low, 6.0);
}

void activate(const std::string& name, Values& values) {
    if (name == "identity") return;
    for (double& value : values)
        value = name == "relu6" ? relu6(value)
                                : reference::unary_rows()[reference::unary_index(name)].forward(
                                      value, 0.0);
}

/// Gradient of an activation that is known from its output: relu, sigmoid, tanh, identity.
void activation_gradient(const std::string& name, const Values& y, Values& dy) {
    if (name == "identity") return;
    const auto& row = reference::unary_rows()[reference::unary_index(name)];
    ASSERT_FALSE(row.gradient_reads_input);
    for (std::size_t i = 0; i < y.size(); ++i) dy[i] = row.gradient(0.0, y[i], dy[i], 0.0);
}

void check_activation(const GradientCase& test) {
    const std::string name = test.options.at("activation");
    Values y = test.inputs[0].values, dx = test.output_gradients[0].values;
    activate(name, y);
    EXPECT_TRUE(close(y, test.outputs[0].values, tolerance));
    if (name == "relu6") return;  // made of maximum and minimum, whose gradient is a graph's matter
    activation_gradient(name, y, dx);
    EXPECT_TRUE(close(dx, test.input_gradients[0].values, tolerance));
}

void check_inner_product(const GradientCase& test) {
    const std::uint32_t inputs = test.options.at("inputs"), outputs = test.options.at("outputs");
    const Values &x = test.inputs[0].values, &weight = test.parameters[0].values;
    const std::uint32_t rows = x.size() / inputs;
    const bool bias = test.options.at("bias");
    const std::string activation = test.options.at("activation");
    Values y(rows * outputs), dx(x.size()), dweight(weight.size()), dbias(outputs);
    Values dy = test.output_gradients[0].values;
    reference::matmul({.rows = rows, .columns = outputs, .depth = inputs, .transpose_b = true}, x,
                      weight, bias ? test.parameters[1].values : Values(), y);
    activate(activation, y);
    EXPECT_TRUE(close(y, test.outputs[0].values, tolerance));
    activation_gradient(activation, y, dy);
    reference::matmul({.rows = rows, .columns = inputs, .depth = outputs}, dy, weight, {}, dx);
    reference::matmul({.rows = outputs, .columns = inputs, .depth = rows, .transpose_a = true}, dy,
                      x, {}, dweight);
    EXPECT_TRUE(close(dx, test.input_gradients[0].values, tolerance));
    EXPECT_TRUE(close(dweight, test.parameter_gradients[0].values, tolerance));
    if (!bias) return;
    reference::reduce(Reduction::sum, 1, rows, outputs, dy, dbias);
    EXPECT_TRUE(close(dbias, test.parameter_gradients[1].values, tolerance));
}

/// Over axis 1 of [N, C] or [N, C, L].
void check_softmax(const GradientCase& test) {
    const GoldenTensor x = to_nhwc(test.inputs[0]);
    const std::uint64_t columns = x.shape.back(), rows = x.values.size() / columns;
    Values y(x.values.size()), dx(x.values.size());
    reference::softmax(rows, columns, x.values, y);
    EXPECT_TRUE(close(y, to_nhwc(test.outputs[0]).values, tolerance));
    reference::softmax_gradient(rows, columns, y, to_nhwc(test.output_gradients[0]).values, dx);
    EXPECT_TRUE(close(dx, to_nhwc(test.input_gradients[0]).values, tolerance));
}

std::vector<std::uint32_t> labels_of(const GradientCase& test) {
    return {test.inputs[1].values.begin(), test.inputs[1].values.end()};
}

void check_softmax_loss(const GradientCase& test) {
    const std::uint64_t rows = test.inputs[0].shape[0], columns = test.inputs[0].shape[1];
    const Values& logits = test.inputs[0].values;
    const double dloss = test.output_gradients[0].values[0];
    Values losses(rows), mean(1), dlogits(logits.size());
    reference::cross_entropy(rows, columns, logits, labels_of(test), losses);
    reference::reduce(Reduction::mean, 1, rows, 1, losses, mean);
    reference::cross_entropy_gradient(rows, columns, logits, labels_of(test),
                                      Values(rows, dloss / rows), dlogits);
    EXPECT_TRUE(close(mean, test.outputs[0].values, tolerance));
    EXPECT_TRUE(close(dlogits, test.input_gradients[0].values, tolerance));
}

/// Result of reducing per-element losses the way the option says.
Values reduced(const GradientCase& test, const Values& losses) {
    const std::string kind = test.options.at("reduce");
    if (kind == "none") return losses;
    Values result(1);
    reference::reduce(kind == "mean" ? Reduction::mean : Reduction::sum, 1, losses.size(), 1,
                      losses, result);
    return result;
}

/// Gradient of each per-element loss.
Values spread(const GradientCase& test, std::size_t count) {
    const Values& given = test.output_gradients[0].values;
    const std::string kind = test.options.at("reduce");
    if (kind == "none") return given;
    return Values(count, kind == "mean" ? given[0] / count : given[0]);
}

void check_nll_loss(const GradientCase& test) {
    const std::uint32_t rows = test.inputs[0].shape[0], columns = test.inputs[0].shape[1];
    Values onehot(rows * columns), picked(rows), dx(rows * columns);
    const auto labels = labels_of(test);
    for (std::uint32_t r = 0; r < rows; ++r) onehot[r * columns + labels[r]] = -1;
    reference::matmul({.batch = rows, .depth = columns}, test.inputs[0].values, onehot, {}, picked);
    const Values drow = spread(test, rows);
    reference::matmul({.batch = rows, .columns = columns}, drow, onehot, {}, dx);
    EXPECT_TRUE(close(reduced(test, picked), test.outputs[0].values, tolerance));
    EXPECT_TRUE(close(dx, test.input_gradients[0].values, tolerance));
}

void check_mse_loss(const GradientCase& test) {
    const auto& subtract = reference::binary_rows()[reference::binary_index("subtract")];
    const auto& square = reference::unary_rows()[reference::unary_index("square")];
    const std::size_t count = test.inputs[0].values.size();
    const Values drow = spread(test, count);
    Values losses(count), left(count), right(count);
    for (std::size_t i = 0; i < count; ++i) {
        const double d = subtract.forward(test.inputs[0].values[i], test.inputs[1].values[i]);
        losses[i] = square.forward(d, 0.0);
        left[i] = square.gradient(d, losses[i], drow[i], 0.0);
        right[i] = -left[i];
    }
    EXPECT_TRUE(close(reduced(test, losses), test.outputs[0].values, tolerance));
    EXPECT_TRUE(close(left, test.input_gradients[0].values, tolerance));
    EXPECT_TRUE(close(right, test.input_gradients[1].values, tolerance));
}

const std::map<std::string, void (*)(const GradientCase&)> checks{
    {"Activation", check_activation},     {"GlobalPooling", check_pooling},
    {"InnerProduct", check_inner_product}, {"MSELoss", check_mse_loss},
    {"NLLLoss", check_nll_loss},          {"Pooling2D", check_pooling},
    {"Softmax", check_softmax},           {"SoftmaxWithLoss", check_softmax_loss}};

TEST(ReferenceGradientCases, AgreeWithPyTorch) {
    std::string reason;
    const auto folder = gradient_case_folder(reason);
    if (!folder) GTEST_SKIP() << reason;
    std::map<std::string, int> checked;
    for (const std::string& file : gradient_case_files(*folder))
        for (const GradientCase& test : load_gradient_cases(file)) {
            SCOPED_TRACE(test.name + " " + test.options.dump());
            ASSERT_EQ(checks.count(test.operation), 1u) << file;
            checks.at(test.operation)(test);
            ++checked[test.operation];
        }
    EXPECT_EQ(checked.size(), checks.size()) << "operations with cases in " << *folder;
    for (const auto& [operation, count] : checked)
        std::printf("%s: %d cases\n", operation.c_str(), count);
}

TEST(GradientCases, LayoutsConvertBothWays) {
    GoldenTensor nchw{{2, 3, 5, 7}, Values(210)};
    for (std::size_t i = 0; i < nchw.values.size(); ++i) nchw.values[i] = i;
    const GoldenTensor nhwc = to_nhwc(nchw);
    EXPECT_EQ(nhwc.shape, (Shape{2, 5, 7, 3}));
    EXPECT_EQ(nhwc.values[1], 35);                         // channel 1 of the first pixel
    EXPECT_EQ(nhwc.values[((1 * 5 + 4) * 7 + 6) * 3], 139);  // last pixel of image 1, channel 0
    const GoldenTensor back = to_nchw(nhwc);
    EXPECT_EQ(back.shape, nchw.shape);
    EXPECT_EQ(back.values, nchw.values);
}

}  // namespace
}  // namespace hekla::tests
