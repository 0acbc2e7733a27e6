// Networks that are no chain, without a device: places, shapes, sharing, freezing, files, and what does not fit.

#include <gmock/gmock.h>
#include <hekla/io.h>
#include <hekla/nn.h>

#include <cstdio>
#include <random>

#include "support/expect_error.h"

namespace hekla {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using tests::error_of;

/// Two inputs through one shared layer, a residual connection, a concatenation and two outputs; one layer frozen.
Network branched() {
    Network net;
    const auto left = net.input("left", Shape{4, 4, 2}), right = net.input("right", Shape{4, 4, 2});
    const auto shared = net.layer(Conv2d{.filters = 3, .padding = Padding::same()}, {.name = "shared"});
    const auto a = net.apply_layer(shared, left), b = net.apply_layer(shared, right);
    const auto sum = net.add(Add{}, {a, b}, {.name = "sum"});
    const auto both = net.add(Concat{}, {sum, net.add(Relu{}, a)});
    const auto features = net.add(Flatten{}, both);
    net.output(net.add(Dense{5}, features, {.name = "frozen", .trainable = false}), "logits");
    net.output(net.add(Dense{2}, features), "offset");
    net.build(3);
    return net;
}

TEST(Network, KnowsItsShapesAndParameters) {
    const Network net = branched();
    EXPECT_EQ(net.input_names(), (std::vector<std::string>{"left", "right"}));
    EXPECT_EQ(net.output_names(), (std::vector<std::string>{"logits", "offset"}));
    EXPECT_EQ(net.output_shapes(), (std::vector<Shape>{{5}, {2}}));
    EXPECT_EQ(net.layer_names(), (std::vector<std::string>{"shared", "sum", "relu_1", "concat_1", "flatten_1", "frozen", "dense_2"}));
    std::vector<std::string> names;
    for (const ParameterPtr& parameter : net.parameters()) names.push_back(parameter->name() + (parameter->trainable() ? "" : " frozen"));
    EXPECT_EQ(names, (std::vector<std::string>{"shared.weight", "shared.bias", "frozen.weight frozen", "frozen.bias frozen", "dense_2.weight", "dense_2.bias"}));
    EXPECT_EQ(net.parameter("dense_2.weight")->shape(), (Shape{96, 2}));
    EXPECT_EQ(net.parameter_count(), 57u + 485 + 194);
}

TEST(Network, SummaryHasARowPerPlace) {
    const std::vector<LayerSummary> rows = branched().summary();
    ASSERT_EQ(rows.size(), 8u);
    EXPECT_EQ(rows[0].name, "shared");
    EXPECT_EQ(rows[0].parameters, 57u);
    EXPECT_EQ(rows[1].name, "shared@2");
    EXPECT_EQ(rows[1].parameters, 0u) << "shared parameters count once";
    EXPECT_EQ(rows[1].multiply_adds, rows[0].multiply_adds);
    EXPECT_EQ(rows[4].output, (Shape{4, 4, 6}));
}

TEST(Network, SharedLayersAreOneParameterOfTheGraph) {
    const Network net = branched();
    Graph graph;
    const auto input = [&](const char* name) { return graph.input(name, {Shape{3, 4, 4, 2}, DType::f32}); };
    const std::vector<Tensor> outputs = net.apply({input("left"), input("right")});
    ASSERT_EQ(outputs.size(), 2u);
    EXPECT_EQ(outputs[0].shape(), (Shape{3, 5}));
    std::size_t parameters = 0;
    for (const Value& value : graph.values()) parameters += value.kind == ValueKind::parameter;
    EXPECT_EQ(parameters, 6u);
}

TEST(Network, LayersFreezeAndThaw) {
    Network net = branched();
    net.set_trainable("shared", false);
    net.set_trainable("frozen", true);
    EXPECT_FALSE(net.parameter("shared.weight")->trainable());
    EXPECT_TRUE(net.parameter("frozen.bias")->trainable());
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { net.set_trainable("stem", false); }), AllOf(HasSubstr("'stem'"), HasSubstr("shared, sum")));
}

TEST(Network, ASequentialIsANetworkOfOnePath) {
    Sequential chain{Flatten{}, Dense{3}};
    Network net;
    net.output(net.add(Dense{3}, net.add(Flatten{}, net.input("input"))));
    EXPECT_EQ(net.architecture_json(), chain.architecture_json());
    chain.build({Shape{4, 4, 1}, 1, 0, {}}, 9);
    net.build({Shape{4, 4, 1}, 1, 0, {}}, 9);
    EXPECT_EQ(net.parameter("dense_1.weight")->values(), chain.parameters()[0]->values());
}

TEST(Network, ErrorsNameTheLayerAndItsInputs) {
    const auto unfit = [](const Layer& layer) {
        Network net;
        const auto a = net.input("a", Shape{4, 4, 2}), b = net.input("b", Shape{4, 4, 3});
        net.output(net.add(layer, {a, b}, {.name = "meeting"}));
        return error_of(ErrorCode::invalid_argument, [&] { net.build(); });
    };
    EXPECT_THAT(unfit(Add{}), AllOf(HasSubstr("layer meeting"), HasSubstr("4x4x2 and 4x4x3")));
    EXPECT_THAT(unfit(Dense{3}), AllOf(HasSubstr("layer meeting"), HasSubstr("takes 1 inputs, 2 were given")));
    Network one;
    one.output(one.add(Add{}, one.input("a", Shape{3})));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { one.build(); }), HasSubstr("2 to 64 inputs"));
    Network shared;
    const auto dense = shared.layer(Dense{3});
    shared.output(shared.apply_layer(dense, shared.apply_layer(dense, shared.input("a", Shape{5}))));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { shared.build(); }), AllOf(HasSubstr("layer dense_1"), HasSubstr("another shape")));
}

TEST(Network, WhatCannotBeBuiltIsAnError) {
    Network net, other;
    const auto refused = [](const auto& call) { return error_of(ErrorCode::invalid_argument, call); };
    EXPECT_THAT(refused([&] { net.build(); }), HasSubstr("no shape"));
    const auto x = net.input("x", Shape{4});
    EXPECT_THAT(refused([&] { net.build(); }), HasSubstr("an output"));
    EXPECT_THAT(refused([&] { net.input("x", Shape{4}); }), HasSubstr("'x'"));
    EXPECT_THAT(refused([&] { net.input("y"); }), HasSubstr("needs a shape"));
    EXPECT_THAT(refused([&] { net.add(Relu{}, x, {.name = "x"}); }), HasSubstr("'x'"));
    EXPECT_THAT(refused([&] { net.add(Relu{}, x, {.name = "a@2"}); }), HasSubstr("'@'"));
    EXPECT_THAT(refused([&] { net.add(Relu{}, other.input("z", Shape{4})); }), HasSubstr("another network"));
    EXPECT_THAT(refused([&] { net.apply_layer(other.layer(Relu{}), x); }), HasSubstr("another network"));
    EXPECT_THAT(refused([&] { net.add(Relu{}, Network::Value()); }), HasSubstr("empty"));
    net.output(x);
    net.layer(Dense{3}, {.name = "idle"});
    EXPECT_THAT(refused([&] { net.build(); }), HasSubstr("idle is applied nowhere"));
    Network built = branched();
    EXPECT_THAT(refused([&] { built.input("more", Shape{1}); }), HasSubstr("built"));
    EXPECT_THAT(refused([&] { built.build({Shape{5, 4, 2}, 1, 0, {}}); }), AllOf(HasSubstr("4x4x2"), HasSubstr("5x4x2")));
    Graph graph;
    const Tensor left = graph.input("left", {Shape{3, 4, 4, 2}, DType::f32}), right = graph.input("right", {Shape{2, 4, 4, 2}, DType::f32});
    EXPECT_THAT(refused([&] { built.apply({left, right}); }), AllOf(HasSubstr("input right"), HasSubstr("2x4x4x2")));
    EXPECT_THAT(refused([&] { built.apply(std::vector<Tensor>{left}); }), HasSubstr("2 inputs, 1 were given"));
    EXPECT_THAT(refused([&] { built.apply(left); }), HasSubstr("list of tensors"));
}

TEST(Network, OtherLayersOfTheSameTypes) {
    const Network net = branched();
    std::vector<Layer> layers = net.layers();
    std::get<Dense>(layers[5]).units = 7;
    Network wider = net.with_layers(layers);
    EXPECT_FALSE(wider.built());
    wider.build(3);
    EXPECT_EQ(wider.output_shapes()[0], (Shape{7}));
    EXPECT_EQ(net.output_shapes()[0], (Shape{5}));
    layers[0] = Relu{};
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { net.with_layers(layers); }), HasSubstr("layer shared is of type conv2d"));
    layers.pop_back();
    error_of(ErrorCode::invalid_argument, [&] { net.with_layers(layers); });
}

TEST(NetworkFile, SaveAndLoadKeepEverything) {
    const std::string path = testing::TempDir() + "hekla-network-" + std::to_string(std::random_device{}()) + ".safetensors";
    const Network net = branched();
    net.save(path);
    const Network loaded = Network::load(path);
    std::remove(path.c_str());
    EXPECT_EQ(loaded.architecture_json(), net.architecture_json());
    ASSERT_EQ(loaded.parameters().size(), net.parameters().size());
    for (std::size_t i = 0; i < net.parameters().size(); ++i) {
        EXPECT_EQ(loaded.parameters()[i]->name(), net.parameters()[i]->name());
        EXPECT_EQ(loaded.parameters()[i]->values(), net.parameters()[i]->values());
        EXPECT_EQ(loaded.parameters()[i]->trainable(), net.parameters()[i]->trainable());
    }
    EXPECT_EQ(loaded.output_names(), net.output_names());
}

TEST(NetworkFile, MalformedGraphsAreErrorsThatSayWhere) {
    const auto message = [](const std::string& inputs, const std::string& layers, const std::string& outputs) {
        const std::string text = R"({"inputs": )" + inputs + R"(, "layers": )" + layers + R"(, "outputs": )" + outputs + "}";
        return error_of(ErrorCode::invalid_file, [&] { Network::from_json(text, "net.json"); });
    };
    const std::string in = R"([{"name": "x", "shape": [4]}])", relu = R"([{"type": "relu", "name": "r", "inputs": ["x"]}])",
                      out = R"([{"name": "y", "value": "r"}])";
    Network::from_json(R"({"inputs": )" + in + R"(, "layers": )" + relu + R"(, "outputs": )" + out + "}", "net.json");
    EXPECT_THAT(message("[]", relu, out), HasSubstr("\"inputs\""));
    EXPECT_THAT(message(R"([{"shape": [4]}])", relu, out), HasSubstr("\"name\""));
    EXPECT_THAT(message(R"([{"name": "x", "shape": [4], "dtype": "u8"}])", relu, out), HasSubstr("\"dtype\""));
    EXPECT_THAT(message(R"([{"name": "x", "shape": [4]}, {"name": "x", "shape": [4]}])", relu, out), HasSubstr("'x'"));
    EXPECT_THAT(message(in, R"([{"type": "relu", "inputs": ["x"]}])", out), HasSubstr("\"name\""));
    EXPECT_THAT(message(in, R"([{"type": "relu", "name": "r", "inputs": ["z"]}])", out), AllOf(HasSubstr("layer 1"), HasSubstr("'z'")));
    EXPECT_THAT(message(in, R"([{"type": "relu", "name": "r", "inputs": "x"}])", out), HasSubstr("\"inputs\""));
    EXPECT_THAT(message(in, R"([{"type": "again", "layer": "r", "inputs": ["x"]}])", out), HasSubstr("'r' again"));
    EXPECT_THAT(message(in, R"([{"type": "relu", "name": "x", "inputs": ["x"]}])", out), HasSubstr("'x'"));
    EXPECT_THAT(message(in, relu, R"([{"name": "y", "value": "q"}])"), HasSubstr("'q'"));
    EXPECT_THAT(message(in, relu, "[]"), HasSubstr("\"outputs\""));
    EXPECT_THAT(message(in, relu, R"([{"name": "y", "value": "r"}, {"name": "y", "value": "x"}])"), HasSubstr("'y'"));
}

}  // namespace
}  // namespace hekla
