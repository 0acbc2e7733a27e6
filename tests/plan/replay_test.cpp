// Replay: however the steps are put into submits, the bits are the same.

#include "plan/replay.h"

#include <gtest/gtest.h>

#include <memory>

#include "nn/step_plan.h"
#include "support/intercept.h"
#include "support/shared_device.h"
#include "support/small_training.h"

namespace hekla {
namespace {

using tests::shared_device;

/// A training step on its own data, at the beginning of an epoch.
class Training {
  public:
    explicit Training(const Device& device, plan::ReplayOptions replay = {8, 0}) : device_(device) {
        const data::Dataset data = tests::derived_dataset(samples, tests::small_image);
        network_.build({data.image_shape, 1 / 255.0f, 0, data.classes}, 5);
        auto resident = std::make_shared<nn::ResidentData>(device_.vulkan(), data);
        auto store = std::make_shared<ParameterStore>(device_, network_.parameters());
        nn::StepSettings settings;
        settings.batch = batch;
        settings.replay = replay;
        step_ = std::make_unique<nn::StepPlan>(device_, network_, resident, store, settings);
        for (std::uint32_t i = 0; i < samples; ++i) order_.push_back(i);
        state_.seed = 77;
        state_.learning_rate = 1e-2f;
        begin();
    }
    /// Another epoch.
    void begin() {
        step_->begin_epoch(order_, state_);
    }
    void begin_next() {
        state_ = state();
        begin();
    }
    plan::Replay& replay() { return step_->replay(); }
    std::vector<std::vector<float>> parameters() const {
        step_->compiled().store->state().mark_written();  // the replay alone does not
        return tests::values_of(network_);
    }
    StepState state() const { return step_->compiled().read_step_state(); }

    static constexpr std::uint32_t samples = 90, batch = 8, steps = 12;  // the last batch has two samples

  private:
    Device device_;
    Sequential network_ = tests::small_network();
    std::unique_ptr<nn::StepPlan> step_;
    std::vector<std::uint32_t> order_;
    StepState state_;
};

class Replay : public testing::Test {
  protected:
    /// Twelve steps in the plainest way: one submit each.
    static const std::vector<std::vector<float>>& expected() {
        static const std::vector<std::vector<float>> parameters = [] {
            Training training(shared_device(), {1, 0});
            const auto before = training.parameters();
            for (std::uint32_t i = 0; i < Training::steps; ++i) training.replay().run(1);
            EXPECT_EQ(training.state().step, Training::steps);
            EXPECT_EQ(training.state().live_rows, 0u) << "the epoch is not over";
            EXPECT_FALSE(training.parameters() == before);
            return training.parameters();
        }();
        return parameters;
    }
};

TEST_F(Replay, ManyStepsAreSingleSteps) {
    for (const std::uint32_t per_submit : {1u, 5u, 12u, 200u}) {
        Training training(shared_device(), {per_submit, 0});
        std::uint32_t ended = 0;
        training.replay().run(Training::steps, [&](std::uint32_t count) {
            EXPECT_LE(count, per_submit);
            ended += count;
            return true;
        });
        EXPECT_EQ(ended, Training::steps);
        EXPECT_EQ(training.replay().counters().steps, Training::steps);
        EXPECT_EQ(training.replay().counters().submits, (Training::steps + per_submit - 1) / per_submit);
        EXPECT_EQ(training.replay().counters().cut_steps, 0u);
        EXPECT_TRUE(training.parameters() == expected()) << per_submit << " steps per submit";
    }
}

TEST_F(Replay, CutStepsAreWholeSteps) {
    for (const double submit_ms : {0.05, 0.2}) {
        Training training(shared_device(), {32, submit_ms});
        training.replay().run(Training::steps);
        EXPECT_GT(training.replay().counters().cut_steps, 0u);
        EXPECT_GT(training.replay().counters().submits, Training::steps);
        EXPECT_EQ(training.replay().counters().steps, Training::steps);
        EXPECT_TRUE(training.parameters() == expected()) << submit_ms << " ms";
    }
}

TEST_F(Replay, TheTargetMayChangeBetweenRuns) {
    Training training(shared_device(), {4, 0});
    training.replay().run(4);
    training.replay().set_options({4, 0.05});
    training.replay().run(4);
    EXPECT_GT(training.replay().counters().cut_steps, 0u);
    training.replay().set_options({2, 0});
    training.replay().run(4);
    EXPECT_TRUE(training.parameters() == expected());
}

TEST_F(Replay, StopsAfterTheCurrentSubmits) {
    Training training(shared_device(), {2, 0});
    std::uint32_t ended = 0;
    training.replay().run(Training::steps, [&](std::uint32_t count) {
        ended += count;
        return false;
    });
    EXPECT_EQ(ended, 4u) << "the submit that ended, and the one that was in flight";
    EXPECT_EQ(training.state().step, ended);
    training.replay().run(Training::steps - ended);
    EXPECT_TRUE(training.parameters() == expected());
}

TEST_F(Replay, ACutStepThatIsStoppedStillEnds) {
    Training training(shared_device(), {1, 0.05});
    std::uint32_t ended = 0;
    training.replay().run(Training::steps, [&](std::uint32_t count) {
        ended += count;
        return false;
    });
    EXPECT_EQ(training.state().step, ended);
    EXPECT_GT(ended, 0u);
    EXPECT_LT(ended, Training::steps);
    training.replay().run(Training::steps - ended);
    EXPECT_TRUE(training.parameters() == expected());
}

/// A device of its own whose calls are counted.
Device counting_device() {
    vulkan::DeviceOptions options;
    options.validation = true;
    options.disk_cache = false;
    options.on_message = [](const std::string& message) { tests::validation_messages().push_back(message); };
    options.get_instance_proc_addr = tests::counting_get_instance_proc_addr();
    return Device(std::make_shared<vulkan::Device>(options));
}

TEST_F(Replay, ADispatchCutIntoRangesOfGroupsIsAWholeOne) {
    const Device device = counting_device();
    Training training(device, {32, 1e-3});
    const auto before = tests::vulkan_calls();
    training.replay().run(2);
    EXPECT_GT(tests::calls_between(before, tests::vulkan_calls(), "CmdDispatchBase"), 20u);
    training.replay().set_options({32, 0});
    training.replay().run(Training::steps - 2);
    EXPECT_TRUE(training.parameters() == expected());
}

TEST_F(Replay, RecordsAndMakesNothingAfterTheFirstEpoch) {
    const Device device = counting_device();
    Training training(device, {5, 0});
    training.replay().run(Training::steps);
    training.begin_next();
    const auto before = tests::vulkan_calls();
    const std::uint64_t objects = device.vulkan().objects_created();
    training.replay().run(Training::steps);
    const auto after = tests::vulkan_calls();
    EXPECT_EQ(tests::calls_between(before, after, "QueueSubmit"), 3u);
    for (const char* none : {"Create", "Allocate", "Cmd", "BeginCommandBuffer", "UpdateDescriptorSets", "Destroy", "Free"})
        EXPECT_EQ(tests::calls_between(before, after, none), 0u) << none;
    EXPECT_EQ(tests::calls_between(before, after, ""), training.replay().counters().vulkan_calls / 2)
        << "the replay's own count of its calls is wrong";
    EXPECT_EQ(device.vulkan().objects_created(), objects);
    EXPECT_EQ(training.state().step, 2 * Training::steps);
}

}  // namespace
}  // namespace hekla
