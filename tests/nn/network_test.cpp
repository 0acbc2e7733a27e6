// Networks that are no chain on the device: training by a Graph of one's own and by the Trainer, shared and frozen layers.

#include <gmock/gmock.h>
#include <hekla/nn.h>
#include <hekla/plan.h>

#include "support/derived.h"
#include "support/expect_error.h"
#include "support/shared_device.h"
#include "support/small_training.h"

namespace hekla {
namespace {

using tests::shared_device;
using tests::values_of;

/// Two inputs, a shared layer, two outputs.
Network two_ended() {
    Network net;
    const auto left = net.input("left", Shape{6}), right = net.input("right", Shape{6});
    const auto shared = net.layer(Dense{.units = 5}, {.name = "shared"});
    const auto a = net.add(Tanh{}, net.apply_layer(shared, left)), b = net.add(Tanh{}, net.apply_layer(shared, right));
    net.output(net.add(Dense{3}, net.add(Multiply{}, {a, b}), {.name = "product"}), "product");
    net.output(net.add(Dense{2}, net.add(Concat{}, {a, b}), {.name = "pair"}), "pair");
    net.build(5);
    return net;
}

std::vector<float> numbers(std::uint32_t stream, std::size_t count) {
    const std::vector<double> values = tests::derived_parameter(stream, count, 1.0);
    return {values.begin(), values.end()};
}

/// Loss before and after some steps of gradient descent on sums of squares of both outputs.
std::pair<float, float> descend(const Network& net, int steps) {
    Graph graph;
    const Tensor left = graph.input("left", {Shape{7, 6}, DType::f32}), right = graph.input("right", {Shape{7, 6}, DType::f32});
    const std::vector<Tensor> outputs = net.apply({left, right}, true);
    const Tensor loss = add(reduce_sum(square(shift(outputs[0], -0.5f))), reduce_sum(square(outputs[1])));
    minimize(loss, Sgd{});
    Plan plan = compile(shared_device(), graph, {loss}, std::make_shared<ParameterStore>(shared_device(), net.parameters()));
    plan.set_learning_rate(0.02f);
    plan.set(left, std::span<const float>(numbers(1, 42)));
    plan.set(right, std::span<const float>(numbers(2, 42)));
    plan.run();
    const float first = plan.read(loss)[0];
    for (int step = 1; step < steps; ++step) plan.run();
    return {first, plan.read(loss)[0]};
}

TEST(NetworkOnTheDevice, TrainsThroughSeveralEndsAndASharedLayer) {
    const Network net = two_ended();
    const auto before = values_of(net);
    const auto [first, last] = descend(net, 60);
    EXPECT_LT(last, first * 0.5f);
    const auto after = values_of(net);
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_NE(after[i], before[i]) << net.parameters()[i]->name();
}

TEST(NetworkOnTheDevice, FrozenLayersKeepEveryBit) {
    Network net = two_ended();
    net.set_trainable("shared", false);
    const auto before = values_of(net);
    const auto [first, last] = descend(net, 60);
    EXPECT_LT(last, first);
    const auto after = values_of(net);
    for (std::size_t i = 0; i < before.size(); ++i)
        EXPECT_EQ(after[i] == before[i], net.parameters()[i]->name().starts_with("shared.")) << net.parameters()[i]->name();
}

TEST(NetworkOnTheDevice, FreezingWaitsUntilNoPlanHoldsTheParameters) {
    Network net = two_ended();
    auto store = std::make_shared<ParameterStore>(shared_device(), net.parameters());
    EXPECT_THAT(tests::error_of(ErrorCode::invalid_argument, [&] { net.set_trainable("shared", false); }), testing::HasSubstr("shared.weight"));
    store.reset();
    net.set_trainable("shared", false);
    EXPECT_FALSE(net.parameter("shared.bias")->trainable());
}

/// A residual and a concatenating path on images.
Network small_residual() {
    Network net;
    const auto conv = [](std::uint32_t filters) { return Conv2d{.filters = filters, .padding = Padding::same()}; };
    const auto stem = net.add(Relu{}, net.add(conv(4), net.input("image")));
    const auto sum = net.add(Add{}, {stem, net.add(conv(4), stem)});
    const auto both = net.add(Concat{}, {net.add(Relu{}, sum), net.add(MaxPool2d{.size = 3, .stride = Size2(1), .padding = Padding::same()}, stem)});
    net.output(net.add(Dense{10}, net.add(Flatten{}, both)), "logits");
    return net;
}

std::vector<std::vector<float>> trained(std::uint32_t steps_per_submit, double* loss = nullptr) {
    Network net = small_residual();
    Trainer trainer(shared_device(), net, {.optimizer = Adam{.learning_rate = 5e-3f}, .seed = 2});
    FitOptions fit{.epochs = 4, .batch = 16, .steps_per_submit = steps_per_submit, .submit_ms = 0};
    const History history = trainer.fit(tests::derived_dataset(100, tests::small_image), fit);
    if (loss) *loss = history.epochs.back().loss / history.epochs.front().loss;
    return values_of(net);
}

TEST(NetworkOnTheDevice, TheTrainerTrainsResidualAndConcatenatingPaths) {
    double improvement = 1;
    const auto first = trained(32, &improvement);
    EXPECT_LT(improvement, 0.7);
    EXPECT_TRUE(trained(1) == first) << "the submits changed a bit";
}

TEST(NetworkOnTheDevice, TheTrainerRefusesSeveralInputs) {
    Network net = two_ended();
    Trainer trainer(shared_device(), net);
    EXPECT_THAT(tests::error_of(ErrorCode::invalid_argument, [&] { trainer.fit(tests::derived_dataset(10, tests::small_image)); }),
                testing::HasSubstr("2 inputs"));
}

}  // namespace
}  // namespace hekla
