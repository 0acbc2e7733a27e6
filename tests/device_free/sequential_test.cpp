// Networks without a device: sizes, names, initial values, and what does not fit.

#include <gmock/gmock.h>
#include <hekla/nn.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "support/expect_error.h"

namespace hekla {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using tests::error_of;

const Shape mnist{28, 28, 1}, cifar{32, 32, 3};

TEST(Recipes, HaveTheirNumberOfParameters) {
    const std::map<std::string, std::pair<Shape, std::uint64_t>> expected = {{"keras-mnist", {mnist, 54410}},
                                                                            {"keras-mnist-dropout", {mnist, 108618}},
                                                                            {"lenet-cifar10", {cifar, 62006}},
                                                                            {"keras-cifar10", {cifar, 167562}},
                                                                            {"feed-forward", {mnist, 101770}},
                                                                            {"rnn-mnist", {mnist, 81674}},
                                                                            {"hekla-cifar10", {cifar, 266346}}};
    EXPECT_EQ(recipe_names().size(), expected.size());
    for (const std::string& name : recipe_names()) {
        ASSERT_TRUE(expected.contains(name)) << name;
        Recipe chosen = recipe(name);
        EXPECT_EQ(chosen.name, name);
        chosen.network.build({expected.at(name).first, 1, 0, {}});
        EXPECT_EQ(chosen.network.parameter_count(), expected.at(name).second) << name;
        EXPECT_EQ(chosen.network.output_shapes(), (std::vector<Shape>{{10}})) << name;
    }
}

TEST(Recipes, AnUnknownNameListsWhatThereIs) {
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [] { recipe("resnet"); }),
                AllOf(HasSubstr("resnet"), HasSubstr("keras-mnist, keras-mnist-dropout"), HasSubstr("feed-forward")));
}

TEST(Recipes, OfOneNameShareNothing) {
    Recipe first = recipe("keras-mnist"), second = recipe("keras-mnist");
    first.network.build({mnist, 1, 0, {}});
    EXPECT_FALSE(second.network.built());
}

TEST(Sequential, SummaryTellsSizes) {
    Network network = recipe("keras-mnist-dropout").network;
    network.build({mnist, 1, 0, {}});
    const std::vector<LayerSummary> rows = network.summary();
    ASSERT_EQ(rows.size(), 11u);
    EXPECT_EQ(rows[0].name, "conv2d_1");
    EXPECT_EQ(rows[0].output, (Shape{26, 26, 16}));
    EXPECT_EQ(rows[0].parameters, 160u);
    EXPECT_EQ(rows[0].multiply_adds, 26u * 26 * 16 * 9);
    EXPECT_EQ(rows[0].output_bytes, 26u * 26 * 16 * 4);
    EXPECT_EQ(rows[3].name, "conv2d_2");
    EXPECT_EQ(rows[3].multiply_adds, 11u * 11 * 32 * 16 * 9);
    EXPECT_EQ(rows[6].type, "flatten");
    EXPECT_EQ(rows[6].output, (Shape{800}));
    EXPECT_EQ(rows[7].multiply_adds, 800u * 128);
    EXPECT_EQ(rows[9].type, "dropout");
    EXPECT_EQ(rows[9].parameters, 0u);
    const std::string text = network.summary_text();
    EXPECT_THAT(text, AllOf(HasSubstr("conv2d_2"), HasSubstr("11x11x32"), HasSubstr("108618"), HasSubstr("102528")));
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 13);
}

TEST(Sequential, ParametersAreNamedInLayerOrder) {
    Sequential network{Conv2d{.filters = 2}, Relu{}, Conv2d{.filters = 4, .groups = 2, .bias = false}, Flatten{}, Dense{3}};
    network.build({Shape{8, 8, 1}, 1, 0, {}});
    std::vector<std::string> names;
    for (const ParameterPtr& parameter : network.parameters()) names.push_back(parameter->name() + " " + to_string(parameter->shape()));
    EXPECT_EQ(names, (std::vector<std::string>{"conv2d_1.weight 3x3x1x2", "conv2d_1.bias 2", "conv2d_2.weight 3x3x1x4",
                                               "dense_1.weight 64x3", "dense_1.bias 3"}));
    for (const ParameterPtr& parameter : network.parameters()) EXPECT_TRUE(parameter->trainable());
}

TEST(Sequential, ErrorsNameTheLayerAndItsInput) {
    const auto build = [](Sequential network) { network.build({Shape{8, 8, 1}, 1, 0, {}}); };
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { build({Relu{}, Dense{10}}); }),
                AllOf(HasSubstr("layer dense_1"), HasSubstr("8x8x1"), HasSubstr("Flatten")));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { build({Conv2d{}, Conv2d{.kernel = 7}}); }),
                AllOf(HasSubstr("layer conv2d_2"), HasSubstr("6x6x1")));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { build({Conv2d{.filters = 3, .groups = 2}}); }),
                AllOf(HasSubstr("layer conv2d_1"), HasSubstr("2 groups")));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { build({Flatten{}, MaxPool2d{}}); }),
                AllOf(HasSubstr("layer max_pool2d_1"), HasSubstr("64")));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { build({Reshape{{7, 9}}}); }),
                AllOf(HasSubstr("layer reshape_1"), HasSubstr("8x8x1")));
    EXPECT_THAT(error_of(ErrorCode::unsupported, [&] { build({Flatten{}, Dense{1u << 28}}); }),
                AllOf(HasSubstr("dense_1.weight"), HasSubstr("64x268435456")));
}

TEST(Sequential, IsBuiltOnce) {
    Sequential network{Flatten{}, Dense{3}};
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { network.parameters(); }), HasSubstr("not built"));
    error_of(ErrorCode::invalid_argument, [&] { network.input(); });
    error_of(ErrorCode::invalid_argument, [&] { network.summary(); });
    error_of(ErrorCode::invalid_argument, [&] { network.build({Shape{0, 4, 1}, 1, 0, {}}); });
    network.build({Shape{4, 4, 1}, 1, 0, {"a", "b", "c"}}, 1);
    const std::vector<ParameterPtr> before = network.parameters();
    network.build({Shape{4, 4, 1}, 0.5f, -1, {"x", "y", "z"}}, 2);
    EXPECT_EQ(network.parameters(), before);
    EXPECT_EQ(network.input().classes.front(), "x");
    EXPECT_EQ(network.input().scale, 0.5f);
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { network.build({Shape{5, 4, 1}, 1, 0, {}}); }),
                AllOf(HasSubstr("4x4x1"), HasSubstr("5x4x1")));
    error_of(ErrorCode::invalid_argument, [] { Sequential empty(std::vector<Layer>{}); });
}

TEST(Sequential, CopiesShareTheParameters) {
    Sequential network{Flatten{}, Dense{3}};
    network.build({Shape{4, 4, 1}, 1, 0, {}});
    Sequential copy = network;
    copy.parameters()[0]->set_values(std::vector<float>(48, 2));
    EXPECT_EQ(network.parameters()[0]->values()[47], 2);
}

TEST(Sequential, DropoutIsInTheGraphOfTrainingOnly) {
    Sequential network{Flatten{}, Dense{3}, Dropout{0.5f}};
    network.build({Shape{4, 4, 1}, 1, 0, {}});
    for (const bool training : {false, true}) {
        Graph graph;
        network.apply(graph.input("x", {Shape{2, 4, 4, 1}, DType::f32}), training);
        EXPECT_EQ(graph.nodes().size(), training ? 3u : 2u);
    }
    Graph graph;
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { network.apply(graph.input("x", {Shape{2, 4, 5, 1}, DType::f32})); }),
                AllOf(HasSubstr("4x4x1"), HasSubstr("2x4x5x1")));
}

// Initial values ------------------------------------------------------------------------------------

std::vector<float> initial_weights(Init init, std::uint64_t seed) {
    Sequential network{Conv2d{.filters = 64, .kernel = 5, .weight_init = init, .bias_init = init}};
    network.build({Shape{8, 8, 16}, 1, 0, {}}, seed);
    return network.parameters()[0]->values();
}

double spread(const std::vector<float>& values) {
    double sum = 0, squares = 0;
    for (double value : values) {
        sum += value;
        squares += value * value;
    }
    const double mean = sum / static_cast<double>(values.size());
    return std::sqrt(squares / static_cast<double>(values.size()) - mean * mean);
}

TEST(InitialValues, KeepToTheirLimits) {
    const double fan_in = 25.0 * 16, fan_out = 25.0 * 64;
    const std::pair<Init, double> uniform[] = {{Init::glorot_uniform, std::sqrt(6 / (fan_in + fan_out))},
                                               {Init::he_uniform, std::sqrt(6 / fan_in)},
                                               {Init::lecun_uniform, std::sqrt(3 / fan_in)},
                                               {Init::fan_in_uniform, 1 / std::sqrt(fan_in)}};
    for (const auto& [init, limit] : uniform) {
        const std::vector<float> values = initial_weights(init, 3);
        const auto [least, most] = std::minmax_element(values.begin(), values.end());
        EXPECT_GE(*least, -limit * 1.000001);
        EXPECT_LE(*most, limit * 1.000001);
        EXPECT_LT(*least, -0.99 * limit);
        EXPECT_GT(*most, 0.99 * limit);
        EXPECT_NEAR(spread(values), limit / std::sqrt(3.0), 0.02 * limit);
    }
    const std::pair<Init, double> normal[] = {{Init::glorot_normal, std::sqrt(2 / (fan_in + fan_out))},
                                              {Init::he_normal, std::sqrt(2 / fan_in)},
                                              {Init::lecun_normal, std::sqrt(1 / fan_in)}};
    for (const auto& [init, deviation] : normal) EXPECT_NEAR(spread(initial_weights(init, 3)), deviation, 0.02 * deviation);
    const std::pair<Init, float> constant[] = {{Init::zeros, 0.0f}, {Init::ones, 1.0f}, {Init::constant(0.25f), 0.25f}};
    for (const auto& [init, value] : constant)
        for (float weight : initial_weights(init, 3)) ASSERT_EQ(weight, value);
}

TEST(InitialValues, OrthogonalOnesAreOrthonormal) {
    for (const auto& [inputs, units] : {std::pair<std::uint64_t, std::uint32_t>{24, 7}, {7, 24}, {16, 16}}) {
        Sequential network{Dense{.units = units, .weight_init = Init::orthogonal}};
        network.build({Shape{inputs}, 1, 0, {}}, 2);
        const std::vector<float>& w = network.parameters()[0]->values();
        const bool wide = units > inputs;
        const std::uint64_t vectors = wide ? inputs : units, length = wide ? units : inputs;
        const auto at = [&](std::uint64_t v, std::uint64_t i) { return double{wide ? w[v * units + i] : w[i * units + v]}; };
        for (std::uint64_t a = 0; a < vectors; ++a)
            for (std::uint64_t b = 0; b <= a; ++b) {
                double dot = 0;
                for (std::uint64_t i = 0; i < length; ++i) dot += at(a, i) * at(b, i);
                EXPECT_NEAR(dot, a == b ? 1 : 0, 1e-6) << inputs << "x" << units << ": " << a << ", " << b;
            }
    }
}

TEST(InitialValues, DependOnTheSeedAlone) {
    for (Init init : {Init::glorot_uniform, Init::he_uniform, Init::he_normal, Init::fan_in_uniform, Init::orthogonal}) {
        EXPECT_EQ(initial_weights(init, 7), initial_weights(init, 7));
        EXPECT_NE(initial_weights(init, 7), initial_weights(init, 8));
        EXPECT_NE(initial_weights(init, 7), initial_weights(init, 7 + (1ull << 32))) << "the seed's upper half";
    }
}

TEST(InitialValues, DifferBetweenLayers) {
    Sequential network{Flatten{}, Dense{16}, Dense{16}};
    network.build({Shape{4, 4, 1}, 1, 0, {}}, 5);
    EXPECT_NE(network.parameters()[0]->values(), network.parameters()[2]->values());
    for (float bias : network.parameters()[1]->values()) EXPECT_EQ(bias, 0);
}

}  // namespace
}  // namespace hekla
