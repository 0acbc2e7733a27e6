// Fused plans against those of the same graph without any fusion: fewer dispatches, the same results.

#include <gtest/gtest.h>
#include <hekla/nn.h>

#include <functional>
#include <numeric>

#include "nn/step_plan.h"
#include "support/shared_device.h"
#include "support/small_training.h"

namespace hekla::tests {
namespace {

struct Trained {
    std::size_t dispatches = 0;
    std::vector<std::vector<float>> parameters;
    std::vector<StepRecord> records;
};

/// Three epochs of 15 images in batches of 4: the last one is smaller.
Trained train(Sequential network, bool fuse, const std::vector<std::vector<float>>& begin) {
    Device& device = shared_device();
    const data::Dataset data = derived_dataset(15, small_image);
    network.build({small_image, 1.0f / 255, 0, data.classes});
    for (std::size_t i = 0; i < begin.size(); ++i) network.parameters()[i]->set_values(begin[i]);
    auto resident = std::make_shared<nn::ResidentData>(device.vulkan(), data);
    auto store = std::make_shared<ParameterStore>(device, network.parameters());
    nn::StepSettings settings;
    settings.batch = 4;
    settings.optimizer = Sgd{.learning_rate = 0.05f, .momentum = 0.9f};
    settings.fuse = fuse;
    nn::StepPlan plan(device, network, resident, store, settings);
    Trained result;
    for (const plan::LayerCalls& layer : plan.compiled().layers) result.dispatches += layer.calls.size();
    std::vector<std::uint32_t> order(15);
    std::iota(order.begin(), order.end(), 0u);
    StepState state;
    state.learning_rate = state.base_learning_rate = 0.05f;
    state.seed = 7;
    for (int epoch = 0; epoch < 3; ++epoch)
        EXPECT_TRUE(plan.run_epoch(order, state, [&](std::span<const StepRecord> records) {
            result.records.insert(result.records.end(), records.begin(), records.end());
            return true;
        }));
    store->fetch();
    result.parameters = values_of(network);
    return result;
}

void expect_the_same_from_fewer(const std::function<Sequential()>& make) {
    Sequential first = make();
    first.build({small_image, 1.0f / 255, 0, derived_dataset(1, small_image).classes});
    const std::vector<std::vector<float>> begin = values_of(first);
    const Trained fused = train(make(), true, begin), again = train(make(), true, begin), unfused = train(make(), false, begin);
    EXPECT_LT(fused.dispatches + 6, unfused.dispatches);
    EXPECT_EQ(fused.parameters, again.parameters) << "the same bits";
    EXPECT_NE(fused.parameters, begin) << "it learned";
    ASSERT_EQ(fused.records.size(), unfused.records.size());
    for (std::size_t i = 0; i < fused.records.size(); ++i) {
        EXPECT_NEAR(fused.records[i].loss, unfused.records[i].loss, 1e-4) << "step " << i;
        EXPECT_EQ(fused.records[i].correct, unfused.records[i].correct) << "step " << i;
        EXPECT_EQ(fused.records[i].live_rows, unfused.records[i].live_rows) << "step " << i;
    }
    for (std::size_t i = 0; i < fused.parameters.size(); ++i)
        for (std::size_t j = 0; j < fused.parameters[i].size(); ++j)
            ASSERT_NEAR(fused.parameters[i][j], unfused.parameters[i][j], 1e-4) << "parameter " << i << ", number " << j;
}

TEST(Fusion, TrainsTheSameThroughReluAndDropout) { expect_the_same_from_fewer(small_network); }

TEST(Fusion, TrainsTheSameWithDenseLayersInARow) {
    expect_the_same_from_fewer([] { return Sequential{Flatten{}, Dense{20}, Relu{}, Dense{24}, Relu{}, Dense{16}, Tanh{}, Dense{10}}; });
}

TEST(Fusion, TrainsTheSameWithOddConvolutions) {
    expect_the_same_from_fewer([] { return Sequential{Conv2d{.filters = 6}, Relu{}, Conv2d{.filters = 5}, Relu{}, MaxPool2d{2}, Flatten{}, Dense{10}}; });
}

}  // namespace
}  // namespace hekla::tests
