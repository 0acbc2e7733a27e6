// The reference against PyTorch's results in float64 (tests/golden).

#include <cmath>
#include <functional>

#include "reference/pointwise.h"
#include "reference/reference.h"
#include "support/compare.h"
#include "support/derived.h"
#include "support/golden.h"

namespace hekla::tests {
namespace {

constexpr double tolerance = 1e-12;
using Values = std::vector<double>;

Values sized(const GoldenTensor& like) { return Values(like.values.size()); }

std::uint32_t number(const nlohmann::json& options, const char* key, std::size_t index) {
    return options.at(key).at(index).get<std::uint32_t>();
}

std::uint32_t dim(const GoldenTensor& tensor, std::size_t axis) {
    return static_cast<std::uint32_t>(tensor.shape[axis]);
}

Values column_sums(const Values& matrix, std::size_t columns) {
    Values sums(columns);
    reference::reduce(reference::Reduction::sum, 1, matrix.size() / columns, columns, matrix, sums);
    return sums;
}

Conv2dGeometry conv_geometry(const GoldenCase& test) {
    const GoldenTensor &x = test["x"], &weight = test["weight"], &y = test["y"];
    Conv2dGeometry g;
    g.batch = dim(x, 0), g.height = dim(x, 1), g.width = dim(x, 2), g.channels = dim(x, 3);
    g.kernel_h = dim(weight, 0), g.kernel_w = dim(weight, 1), g.filters = dim(weight, 3);
    g.out_h = dim(y, 1), g.out_w = dim(y, 2);
    g.stride_h = number(test.options, "stride", 0), g.stride_w = number(test.options, "stride", 1);
    g.dilation_h = number(test.options, "dilation", 0);
    g.dilation_w = number(test.options, "dilation", 1);
    g.pad_top = number(test.options, "padding", 0);
    g.pad_left = number(test.options, "padding", 1);
    g.groups = test.options.at("groups");
    return g;
}

void check_conv2d(const GoldenCase& test) {
    const Conv2dGeometry g = conv_geometry(test);
    const Values bias = test.has("bias") ? test["bias"].values : Values();
    Values y = sized(test["y"]), dx = sized(test["x"]), dweight = sized(test["weight"]);
    reference::conv2d(g, test["x"].values, test["weight"].values, bias, y);
    reference::conv2d_input_gradient(g, test["dy"].values, test["weight"].values, dx);
    reference::conv2d_weight_gradient(g, test["x"].values, test["dy"].values, dweight);
    EXPECT_TRUE(close(y, test["y"].values, tolerance));
    EXPECT_TRUE(close(dx, test["dx"].values, tolerance));
    EXPECT_TRUE(close(dweight, test["dweight"].values, tolerance));
    if (bias.empty()) return;
    EXPECT_TRUE(close(column_sums(test["dy"].values, g.filters), test["dbias"].values, tolerance));
}

void check_pool2d(const GoldenCase& test) {
    const GoldenTensor &x = test["x"], &y = test["y"];
    Pool2dGeometry g;
    g.batch = dim(x, 0), g.height = dim(x, 1), g.width = dim(x, 2), g.channels = dim(x, 3);
    g.kernel_h = number(test.options, "kernel", 0), g.kernel_w = number(test.options, "kernel", 1);
    g.out_h = dim(y, 1), g.out_w = dim(y, 2);
    g.stride_h = number(test.options, "stride", 0), g.stride_w = number(test.options, "stride", 1);
    g.pad_top = g.pad_bottom = number(test.options, "padding", 0);
    g.pad_left = g.pad_right = number(test.options, "padding", 1);
    g.count_include_pad = test.options.at("count_include_pad");
    Values out = sized(y), dx = sized(x);
    if (test.op == "max_pool2d") {
        reference::max_pool2d(g, x.values, out);
        reference::max_pool2d_gradient(g, x.values, test["dy"].values, dx);
    } else {
        reference::average_pool2d(g, x.values, out);
        reference::average_pool2d_gradient(g, test["dy"].values, dx);
    }
    EXPECT_TRUE(close(out, y.values, tolerance));
    EXPECT_TRUE(close(dx, test["dx"].values, tolerance));
}

void check_linear(const GoldenCase& test) {
    const std::uint32_t rows = dim(test["x"], 0), inputs = dim(test["x"], 1);
    const std::uint32_t outputs = dim(test["y"], 1);
    const Values bias = test.has("bias") ? test["bias"].values : Values();
    const Values &x = test["x"].values, &w = test["weight"].values, &dy = test["dy"].values;
    Values y = sized(test["y"]), dx = sized(test["x"]), dw = sized(test["weight"]);
    reference::matmul({.rows = rows, .columns = outputs, .depth = inputs}, x, w, bias, y);
    reference::matmul({.rows = rows, .columns = inputs, .depth = outputs, .transpose_b = true}, dy,
                      w, {}, dx);
    reference::matmul({.rows = inputs, .columns = outputs, .depth = rows, .transpose_a = true}, x,
                      dy, {}, dw);
    EXPECT_TRUE(close(y, test["y"].values, tolerance));
    EXPECT_TRUE(close(dx, test["dx"].values, tolerance));
    EXPECT_TRUE(close(dw, test["dweight"].values, tolerance));
    if (bias.empty()) return;
    EXPECT_TRUE(close(column_sums(dy, outputs), test["dbias"].values, tolerance));
}

void check_softmax(const GoldenCase& test) {
    const std::uint64_t rows = test["x"].shape[0], columns = test["x"].shape[1];
    const bool is_log = test.op == "log_softmax";
    Values y = sized(test["y"]), dx = y;
    (is_log ? reference::log_softmax : reference::softmax)(rows, columns, test["x"].values, y);
    (is_log ? reference::log_softmax_gradient : reference::softmax_gradient)(
        rows, columns, y, test["dy"].values, dx);
    EXPECT_TRUE(close(y, test["y"].values, tolerance));
    EXPECT_TRUE(close(dx, test["dx"].values, tolerance));
}

void check_cross_entropy(const GoldenCase& test) {
    const std::uint64_t rows = test["logits"].shape[0], columns = test["logits"].shape[1];
    const Values &logits = test["logits"].values, &dloss = test["dloss"].values;
    Values loss = sized(test["loss"]), dlogits = sized(test["logits"]);
    if (test.op == "cross_entropy") {
        const Values& stored = test["labels"].values;
        const std::vector<std::uint32_t> labels(stored.begin(), stored.end());
        reference::cross_entropy(rows, columns, logits, labels, loss);
        reference::cross_entropy_gradient(rows, columns, logits, labels, dloss, dlogits);
    } else {
        const Values& targets = test["targets"].values;
        reference::cross_entropy_onehot(rows, columns, logits, targets, loss);
        reference::cross_entropy_onehot_gradient(rows, columns, logits, targets, dloss, dlogits);
    }
    EXPECT_TRUE(close(loss, test["loss"].values, tolerance));
    EXPECT_TRUE(close(dlogits, test["dlogits"].values, tolerance));
}

void check_unary(const GoldenCase& test) {
    const auto& row = reference::unary_rows()[reference::unary_index(test.op)];
    const double a = test.options.value("a", 0.0);
    const Values &x = test["x"].values, &dy = test["dy"].values;
    Values y = sized(test["y"]), dx = y;
    for (std::size_t i = 0; i < x.size(); ++i) {
        y[i] = row.forward(x[i], a);
        dx[i] = row.gradient(x[i], y[i], dy[i], a);
    }
    EXPECT_TRUE(close(y, test["y"].values, tolerance));
    EXPECT_TRUE(close(dx, test["dx"].values, tolerance));
}

TEST(ReferenceGolden, LayersAgreeWithPyTorch) {
    const std::map<std::string, std::function<void(const GoldenCase&)>> special{
        {"conv2d", check_conv2d},
        {"max_pool2d", check_pool2d},
        {"average_pool2d", check_pool2d},
        {"linear", check_linear},
        {"softmax", check_softmax},
        {"log_softmax", check_softmax},
        {"cross_entropy", check_cross_entropy},
        {"cross_entropy_onehot", check_cross_entropy}};
    std::map<std::string, int> checked;
    for (const GoldenCase& test : load_golden("layers.json")) {
        SCOPED_TRACE(test.name);
        const auto found = special.find(test.op);
        (found != special.end() ? found->second : check_unary)(test);
        ++checked[test.op];
    }
    EXPECT_EQ(checked.size(), special.size() + 8) << "operations with golden cases";
}

void check_optimizer(const GoldenCase& test) {
    const auto& o = test.options;
    const Values &gradients = test["gradients"].values, &trace = test["parameters"].values;
    Values parameter = test["parameter"].values, m(parameter.size()), v = m;
    const std::size_t size = parameter.size();
    for (std::size_t step = 0; step < trace.size() / size; ++step) {
        const std::span<const double> gradient(gradients.data() + step * size, size);
        if (test.op == "sgd") {
            const reference::SgdSettings settings{o.at("learning_rate"), o.at("momentum"),
                                                  o.at("weight_decay"), o.at("nesterov")};
            if (settings.momentum == 0) m.clear();
            reference::sgd(settings, parameter, gradient, m);
        } else {
            const reference::AdamSettings settings{o.at("learning_rate"), o.at("beta1"),
                                                   o.at("beta2"), o.at("epsilon"),
                                                   o.at("weight_decay")};
            reference::adam(settings, std::pow(settings.beta1, step + 1.0),
                            std::pow(settings.beta2, step + 1.0), parameter, gradient, m, v);
        }
        EXPECT_TRUE(close(parameter, {trace.data() + step * size, size}, tolerance))
            << "update " << step;
    }
}

TEST(ReferenceGolden, OptimizersAgreeWithPyTorch) {
    const auto cases = load_golden("optimizers.json");
    EXPECT_EQ(cases.size(), 8u);
    for (const GoldenCase& test : cases) {
        SCOPED_TRACE(test.name);
        check_optimizer(test);
    }
}

/// keras-mnist in terms of the reference: conv32 3x3, relu, max pool 2x2, dense 10.
class KerasMnist {
  public:
    explicit KerasMnist(const GoldenTraining& training) : batch_(training.batch) {
        for (std::uint32_t p = 0; p < training.parameters.size(); ++p) {
            const auto& parameter = training.parameters[p];
            parameters_.push_back(derived_parameter(p, parameter.shape.elements(), parameter.limit));
            first_moments_.emplace_back(parameters_.back().size());
            second_moments_.emplace_back(parameters_.back().size());
        }
        conv_ = {.batch = batch_, .height = 28, .width = 28, .kernel_h = 3, .kernel_w = 3,
                 .filters = 32, .out_h = 26, .out_w = 26};
        pool_ = {.batch = batch_, .height = 26, .width = 26, .channels = 32, .kernel_h = 2,
                 .kernel_w = 2, .out_h = 13, .out_w = 13, .stride_h = 2, .stride_w = 2};
    }

    /// Trains on one batch; the mean loss before the update.
    double step(std::uint32_t index) {
        Values x;
        for (auto byte : derived_images(index * batch_, batch_, 784)) x.push_back(byte / 255.0);
        const auto labels = derived_labels(index * batch_, batch_);
        Values conv(conv_.output_elements()), pooled(pool_.output_elements());
        Values logits(batch_ * 10), losses(batch_), dlogits(batch_ * 10);
        reference::conv2d(conv_, x, parameters_[0], parameters_[1], conv);
        for (double& value : conv) value = std::fmax(value, 0.0);
        reference::max_pool2d(pool_, conv, pooled);
        reference::matmul({.rows = batch_, .columns = 10, .depth = 5408}, pooled, parameters_[2],
                          parameters_[3], logits);
        reference::cross_entropy(batch_, 10, logits, labels, losses);
        reference::cross_entropy_gradient(batch_, 10, logits, labels, Values(batch_, 1.0 / batch_),
                                          dlogits);
        update(index, gradients(x, conv, pooled, dlogits));
        double sum = 0;
        for (double loss : losses) sum += loss;
        return sum / batch_;
    }

  private:
    std::vector<Values> gradients(const Values& x, const Values& conv, const Values& pooled,
                                  const Values& dlogits) const {
        Values dpooled(pooled.size()), dconv(conv.size());
        Values dkernel(parameters_[0].size()), dweight(parameters_[2].size());
        reference::matmul({.rows = 5408, .columns = 10, .depth = batch_, .transpose_a = true},
                          pooled, dlogits, {}, dweight);
        reference::matmul({.rows = batch_, .columns = 5408, .depth = 10, .transpose_b = true},
                          dlogits, parameters_[2], {}, dpooled);
        reference::max_pool2d_gradient(pool_, conv, dpooled, dconv);
        for (std::size_t i = 0; i < conv.size(); ++i)
            if (conv[i] <= 0) dconv[i] = 0;
        reference::conv2d_weight_gradient(conv_, x, dconv, dkernel);
        return {dkernel, column_sums(dconv, 32), dweight, column_sums(dlogits, 10)};
    }

    void update(std::uint32_t index, const std::vector<Values>& gradients) {
        const double t = index + 1.0;
        for (std::size_t p = 0; p < parameters_.size(); ++p)
            reference::adam({.epsilon = 1e-7}, std::pow(0.9, t), std::pow(0.999, t),
                            parameters_[p], gradients[p], first_moments_[p], second_moments_[p]);
    }

    std::uint32_t batch_;
    std::vector<Values> parameters_, first_moments_, second_moments_;
    Conv2dGeometry conv_;
    Pool2dGeometry pool_;
};

TEST(ReferenceGolden, TrainsKerasMnistLikePyTorch) {
    for (const GoldenTraining& training : load_golden_trainings()) {
        if (training.network != "keras-mnist") continue;
        KerasMnist network(training);
        for (std::uint32_t step = 0; step < 5; ++step) {
            const double loss = network.step(step);
            EXPECT_NEAR(loss, training.losses[step], 1e-10 * training.losses[step])
                << "step " << step;
        }
        return;
    }
    FAIL() << "losses.json has no keras-mnist";
}

}  // namespace
}  // namespace hekla::tests
