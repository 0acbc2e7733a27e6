// Layers on the device against PyTorch's results (tests/golden/network_layers.json), twice with the same bits.

#include <gtest/gtest.h>
#include <hekla/nn.h>
#include <hekla/plan.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "support/compare.h"
#include "support/golden.h"
#include "support/shared_device.h"

namespace hekla {
namespace {

using nlohmann::json;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;

constexpr double value_tolerance = 1e-5, gradient_tolerance = 1e-4;

Shape shape_of(const json& tensor) { return Shape(tensor.at("shape").get<std::vector<std::uint64_t>>()); }
Doubles doubles_of(const json& tensor) { return tensor.at("values").get<Doubles>(); }
Shape without_batch(const Shape& shape) { return Shape(std::vector<std::uint64_t>(shape.dims().begin() + 1, shape.dims().end())); }
Doubles widened(const Floats& values) { return {values.begin(), values.end()}; }

/// A case's layer as a network with its parameters.
Network network_of(const json& test) {
    const bool indices = test.at("layer").at("type") == "embedding";
    json layer = test.at("layer"), inputs;
    layer["name"] = "layer";
    for (const json& input : test.at("inputs")) {
        const std::string name = "x" + std::to_string(inputs.size());
        inputs.push_back({{"name", name}, {"shape", without_batch(shape_of(input)).dims()}, {"dtype", indices ? "u32" : "f32"}});
        layer["inputs"].push_back(name);
    }
    const json text = {{"inputs", inputs}, {"layers", {layer}}, {"outputs", {{{"name", "y"}, {"value", "layer"}}}}};
    Network network = Network::from_json(text.dump(), test.at("name"));
    network.build();
    EXPECT_EQ(network.parameters().size(), test.at("parameters").size());
    for (const auto& [name, tensor] : test.at("parameters").items()) {
        const Doubles values = doubles_of(tensor);
        EXPECT_EQ(network.parameter("layer." + name)->shape(), shape_of(tensor)) << name;
        network.parameter("layer." + name)->set_values({values.begin(), values.end()});
    }
    return network;
}

void set_input(Plan& plan, Tensor tensor, const Doubles& values) {
    if (tensor.desc().dtype == DType::u32) plan.set(tensor, std::span<const std::uint32_t>(std::vector<std::uint32_t>(values.begin(), values.end())));
    else plan.set(tensor, std::span<const float>(Floats(values.begin(), values.end())));
}

/// A softmax does not see the keys' bias: a gradient that is nought, but for rounding.
void expect_gradient(const Floats& found, const Doubles& expected, const std::string& name) {
    const bool nought = std::all_of(expected.begin(), expected.end(), [](double value) { return std::fabs(value) < 1e-12; });
    if (!nought) EXPECT_TRUE(tests::close(widened(found), expected, gradient_tolerance)) << name;
    else
        for (float value : found) EXPECT_NEAR(value, 0, 1e-5) << name;
}

void check(const json& test) {
    const Network network = network_of(test);
    Graph graph;
    std::vector<Tensor> x, wrt;
    std::vector<std::pair<std::string, Doubles>> expected;
    const auto asks = [&](const std::string& name, Tensor tensor, const json& gradient) {
        wrt.push_back(tensor);
        expected.emplace_back(name, doubles_of(gradient));
    };
    for (const json& input : test.at("inputs")) {
        const bool indices = test.at("layer").at("type") == "embedding";
        x.push_back(graph.input("x", {shape_of(input), indices ? DType::u32 : DType::f32}));
        const json& gradient = test.at("input_gradients")[x.size() - 1];
        if (!gradient.is_null()) asks("x" + std::to_string(x.size() - 1), x.back(), gradient);
    }
    const Tensor y = network.apply(x, test.at("training"))[0];
    ASSERT_EQ(y.shape(), shape_of(test.at("y")));
    for (const auto& [name, gradient] : test.at("parameter_gradients").items()) asks(name, graph.parameter(network.parameter("layer." + name)), gradient);
    const Tensor dy = graph.input("dy", y.desc());
    std::vector<Tensor> outputs = gradients(y, dy, wrt);
    outputs.push_back(y);
    auto store = std::make_shared<ParameterStore>(tests::shared_device(), network.parameters());
    Plan plan = compile(tests::shared_device(), graph, outputs, store);
    for (std::size_t i = 0; i < x.size(); ++i) set_input(plan, x[i], doubles_of(test.at("inputs")[i]));
    set_input(plan, dy, doubles_of(test.at("dy")));
    plan.run();
    std::vector<Floats> found;
    for (Tensor output : outputs) found.push_back(plan.read(output));
    EXPECT_TRUE(tests::close(widened(found.back()), doubles_of(test.at("y")), value_tolerance)) << "y";
    for (std::size_t i = 0; i < wrt.size(); ++i) expect_gradient(found[i], expected[i].second, expected[i].first);
    for (const auto& [name, tensor] : test.at("after").items())
        EXPECT_TRUE(tests::close(widened(network.parameter("layer." + name)->values()), doubles_of(tensor), value_tolerance)) << name << " afterwards";
    plan.run();
    for (std::size_t i = 0; i < outputs.size(); ++i) EXPECT_EQ(plan.read(outputs[i]), found[i]) << "a second run, output " << i;
}

TEST(GoldenLayers, OfNetworksAgreeWithPyTorch) {
    const json file = tests::load_golden_json("network_layers.json");
    std::map<std::string, int> types;
    for (const json& test : file.at("cases")) {
        SCOPED_TRACE(test.at("name").get<std::string>());
        check(test);
        ++types[test.at("layer").at("type")];
    }
    EXPECT_EQ(types.size(), 13u);
}

}  // namespace
}  // namespace hekla
