// Smaller networks: masks that training keeps, channels that are gone, and rounds of both.

#include <gmock/gmock.h>
#include <hekla/prune.h>

#include <algorithm>
#include <cmath>

#include "support/expect_error.h"
#include "support/shared_device.h"
#include "support/small_training.h"

namespace hekla {
namespace {

using tests::derived_dataset;
using tests::error_of;
using tests::shared_device;
using tests::small_image;
using tests::small_network;
using tests::values_of;

Network built(Network net, const Shape& image = small_image) {
    net.build({.image_shape = image, .classes = {}}, 6);
    return net;
}

std::uint64_t zeros(const Parameter& parameter) {
    return static_cast<std::uint64_t>(std::count(parameter.values().begin(), parameter.values().end(), 0.0f));
}

TEST(PruneWeights, TakesTheSmallestTheLargestOrAny) {
    const auto weights_after = [](PruneMethod method, double share) {
        Network net = built(small_network());
        const std::vector<float> before = net.parameter("dense_1.weight")->values();
        prune_weights(net, method, share, 11);
        return std::pair(before, net.parameter("dense_1.weight")->values());
    };
    Network net = built(small_network());
    std::uint64_t weights = 0, gone = 0;
    prune_weights(net, PruneMethod::magnitude, 0.3);
    for (const ParameterPtr& parameter : net.parameters()) {
        if (parameter->shape().rank() < 2) {
            EXPECT_TRUE(parameter->mask().empty()) << parameter->name();
            continue;
        }
        weights += parameter->values().size();
        gone += zeros(*parameter);
    }
    EXPECT_EQ(gone, static_cast<std::uint64_t>(std::llround(0.3 * static_cast<double>(weights))));
    EXPECT_EQ(size_of(net).parameters - size_of(net).nonzero, gone + 4 + 12 + 10) << "and the biases, which begin at 0";

    for (PruneMethod method : {PruneMethod::magnitude, PruneMethod::largest}) {
        const auto [before, after] = weights_after(method, 0.3);
        float largest_gone = 0, smallest_gone = 1e9f, largest_left = 0, smallest_left = 1e9f;
        for (std::size_t i = 0; i < before.size(); ++i) {
            float& largest = after[i] == 0 ? largest_gone : largest_left;
            float& smallest = after[i] == 0 ? smallest_gone : smallest_left;
            largest = std::max(largest, std::abs(before[i]));
            smallest = std::min(smallest, std::abs(before[i]));
            EXPECT_TRUE(after[i] == 0 || after[i] == before[i]) << i;
        }
        EXPECT_TRUE(method == PruneMethod::magnitude ? largest_gone <= smallest_left : smallest_gone >= largest_left) << name(method);
    }
    const auto [same, some] = weights_after(PruneMethod::random, 0.3);
    EXPECT_EQ(some, weights_after(PruneMethod::random, 0.3).second);
    const auto [all, more] = weights_after(PruneMethod::random, 0.6);
    for (std::size_t i = 0; i < some.size(); ++i)
        EXPECT_TRUE(some[i] != 0 || more[i] == 0) << i << ": what is out stays out";
    EXPECT_GT(std::count(more.begin(), more.end(), 0.0f), std::count(some.begin(), some.end(), 0.0f));
}

TEST(PruneWeights, StayOutInEveryUpdate) {
    const data::Dataset data = derived_dataset(40, small_image);
    struct Case {
        Optimizer optimizer;
        UpdateOptions update;
    };
    const std::vector<Case> cases = {{Adam{.learning_rate = 1e-2f}, {}},
                                     {Sgd{.learning_rate = 0.1f, .momentum = 0.9f, .weight_decay = 0.01f}, {.accumulate = 2}},
                                     {Lion{.learning_rate = 1e-2f}, {.clip_norm = 1, .average_decay = 0.9f}},
                                     {RmsProp{}, {.weight_range = UpdateOptions::Range{0.01f, 1}, .max_norm = 0.5f}}};
    for (const Case& c : cases) {
        Network net = built(small_network());
        prune_weights(net, PruneMethod::magnitude, 0.6);
        const auto before = values_of(net);
        {
            Trainer trainer(shared_device(), net, {.optimizer = c.optimizer, .update = c.update});
            trainer.fit(data, {.epochs = 3, .batch = 16});
            EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { prune_weights(net, PruneMethod::magnitude, 0.7); }), testing::HasSubstr("lies on a device"));
        }
        for (std::size_t p = 0; p < before.size(); ++p) {
            const Parameter& parameter = *net.parameters()[p];
            if (parameter.mask().empty()) continue;
            std::size_t moved = 0;
            for (std::size_t i = 0; i < before[p].size(); ++i) {
                ASSERT_TRUE(parameter.mask()[i] != 0 || parameter.values()[i] == 0) << name(c.optimizer) << " " << parameter.name() << " " << i;
                moved += parameter.mask()[i] != 0 && parameter.values()[i] != before[p][i];
            }
            EXPECT_GT(moved, before[p].size() / 8) << name(c.optimizer) << " " << parameter.name();
        }
    }
}

TEST(PruneWeights, GiveTheSameBitsHoweverTheStepsAreSubmitted) {
    const auto trained = [](std::uint32_t steps, double milliseconds) {
        Network net = built(small_network());
        prune_weights(net, PruneMethod::random, 0.5, 3);
        Trainer trainer(shared_device(), net, {.optimizer = Adam{.learning_rate = 1e-2f}});
        trainer.fit(derived_dataset(40, small_image), {.epochs = 3, .batch = 16, .steps_per_submit = steps, .submit_ms = milliseconds});
        return values_of(net);
    };
    const auto once = trained(1, 0);
    EXPECT_TRUE(trained(32, 0) == once);
    EXPECT_TRUE(trained(32, 0.05) == once) << "cut dispatches";
}

/// What channels may pass through on their way to the next product.
Network passing() {
    return built(Sequential{Conv2d{.filters = 8, .padding = Padding::same()}, BatchNorm{}, Relu{}, MaxPool2d{2}, DepthwiseConv2d{.padding = Padding::same()},
                            Relu{}, Conv2d{.filters = 6}, Relu{}, SeparableConv2d{.filters = 6, .kernel = 2}, Tanh{}, Flatten{}, Dense{10}, BatchNorm{}, Relu{},
                            Dropout{0.5f}, Dense{10}});
}

/// The odd channels of a layer give 0.
void silence(const Network& net, const std::string& weight, const std::string& bias) {
    for (const std::string& name : {weight, bias}) {
        const ParameterPtr parameter = net.parameter(name);
        std::vector<float> values = parameter->values();
        const std::uint64_t channels = parameter->shape().back();
        for (std::size_t i = 0; i < values.size(); ++i)
            if (i % channels % 2 == 1) values[i] = 0;
        parameter->set_values(values);
    }
}

TEST(PruneChannels, LeavesOutWhatSaidNothing) {
    const Network net = passing();
    silence(net, "conv2d_1.weight", "conv2d_1.bias");
    silence(net, "conv2d_2.weight", "conv2d_2.bias");
    silence(net, "separable_conv2d_1.pointwise", "separable_conv2d_1.bias");
    silence(net, "dense_1.weight", "dense_1.bias");
    const ChannelPruning pruned = prune_channels(net, 0.5);
    const auto layer = [&](std::size_t i) { return std::tuple(pruned.layers[i].name, pruned.layers[i].before, pruned.layers[i].after); };
    ASSERT_EQ(pruned.layers.size(), 5u);
    EXPECT_EQ(layer(0), std::tuple("conv2d_1", 8u, 4u));
    EXPECT_EQ(layer(1), std::tuple("conv2d_2", 6u, 3u));
    EXPECT_EQ(layer(2), std::tuple("separable_conv2d_1", 6u, 3u));
    EXPECT_EQ(layer(3), std::tuple("dense_1", 10u, 5u));
    EXPECT_EQ(layer(4), std::tuple("dense_2", 10u, 10u));
    EXPECT_THAT(pruned.layers[4].kept, testing::HasSubstr("output"));
    EXPECT_LT(size_of(pruned.network).parameters, size_of(net).parameters / 2);
    EXPECT_LT(size_of(pruned.network).multiply_adds, size_of(net).multiply_adds / 2);

    const data::Dataset data = derived_dataset(20, small_image);
    const std::vector<float> before = Trainer(shared_device(), net).predict(data), after = Trainer(shared_device(), pruned.network).predict(data);
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_NEAR(before[i], after[i], 1e-6f) << i;
    EXPECT_GT(*std::max_element(before.begin(), before.end()) - *std::min_element(before.begin(), before.end()), 1e-3f);
}

TEST(PruneChannels, LeavesPathsThatMeetAsTheyAre) {
    Network net = recipe("hekla-cifar10").network;
    net.build({.image_shape = {32, 32, 3}, .classes = {}});
    const ChannelPruning pruned = prune_channels(net, 0.25);
    std::vector<std::string> smaller, met;
    for (const ChannelPruning::Layer& layer : pruned.layers) {
        if (layer.kept.empty()) smaller.push_back(layer.name);
        if (layer.kept.find("it is read by add_") != std::string::npos) met.push_back(layer.name);
    }
    EXPECT_THAT(smaller, testing::ElementsAre("conv2d_1", "conv2d_3", "conv2d_6")) << "the stem and the first convolution of each block";
    EXPECT_THAT(met, testing::ElementsAre("conv2d_2", "conv2d_4", "conv2d_5", "conv2d_7"));
    EXPECT_EQ(pruned.network.output_shapes(), net.output_shapes());
    EXPECT_EQ(pruned.network.parameter("conv2d_1.weight")->shape(), (Shape{3, 3, 3, 24}));
    EXPECT_EQ(pruned.network.parameter("batch_norm_1.running_mean")->shape(), Shape{24});
}

TEST(PruneChannels, SaysWhyNothingCanBeTakenOut) {
    const Network net = built(Sequential{Flatten{}, Dense{10}});
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { prune_channels(net, 0.5); }),
                testing::HasSubstr("no layer's channels can be taken out: dense_1: it leads to the network's output"));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { prune_channels(net, 1); }), testing::HasSubstr("[0, 1)"));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [] { prune_method("most"); }), testing::HasSubstr("magnitude, largest, random, channels"));
}

TEST(Prune, RoundsTakeTheSameShareOfWhatIsLeft) {
    const data::Dataset data = derived_dataset(80, small_image);
    const Network net = built(small_network());
    Trainer(shared_device(), net, {.optimizer = Adam{.learning_rate = 1e-2f}}).fit(data, {.epochs = 10, .batch = 16});
    const auto before = values_of(net);
    std::vector<std::uint32_t> seen;
    PruneOptions options{.method = PruneMethod::magnitude, .amount = 0.75, .rounds = 2, .trainer = {.optimizer = Adam{.learning_rate = 1e-2f}}};
    options.fit = {.epochs = 4, .batch = 16};
    options.on_round = [&](const PruneRound& round) { seen.push_back(round.round); };
    Device device = shared_device();
    const PruneResult result = prune(device, net, data, data, options);
    EXPECT_THAT(seen, testing::ElementsAre(0u, 1u, 2u));
    EXPECT_NEAR(result.rounds[1].share, 0.5, 1e-12);
    EXPECT_NEAR(result.rounds[2].share, 0.75, 1e-12);
    EXPECT_TRUE(values_of(net) == before) << "the network given is left alone";
    EXPECT_LT(result.rounds[2].size.nonzero, 0.3 * static_cast<double>(result.rounds[0].size.nonzero));
    EXPECT_EQ(result.rounds[2].size.parameters, result.rounds[0].size.parameters);
    EXPECT_GE(result.rounds[2].accuracy, result.rounds[2].pruned_accuracy);
    EXPECT_GT(result.rounds[2].images_per_second, 0);

    options.method = PruneMethod::channels;
    const PruneResult narrow = prune(device, net, data, data, options);
    EXPECT_EQ(narrow.network.parameter("conv2d_1.weight")->shape(), (Shape{3, 3, 1, 1}));
    EXPECT_EQ(narrow.network.parameter("dense_1.weight")->shape(), (Shape{9, 3}));
    EXPECT_LT(narrow.rounds[2].size.multiply_adds, narrow.rounds[1].size.multiply_adds);
    options.rounds = 0;
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { prune(device, net, data, data, options); }), testing::HasSubstr("rounds"));
}

}  // namespace
}  // namespace hekla
