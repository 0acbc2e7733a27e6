// Training steps cut into slices of frames.

#include <gtest/gtest.h>

#include "embed/small_plans.h"
#include "support/app_memory.h"
#include "support/expect_error.h"
#include "plan/pacing.h"

namespace hekla {
namespace {

using tests::AppBuffer;
using tests::AppCommands;
using tests::AppDevice;
using tests::Floats;
using tests::Step;

constexpr VkBufferUsageFlags storage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT;

/// The training step in an application.
struct Training {
    explicit Training(const AppDevice& app, const Device& device)
        : commands(app), plan(compile(device, step.graph, {step.loss})), pixels(app, 512, storage), labels(app, 8, storage), loss(app, 4, storage),
          bindings(bind(plan,
                        {{{step.x, {}, buffer(pixels)}, {step.labels, {}, buffer(labels, ElementFormat::u32)}}},
                        {{{step.loss, {}, buffer(loss)}}})) {
        const Floats values = Step::pixels();
        std::copy(values.begin(), values.end(), pixels.view<float>().begin());
        labels.view<std::uint32_t>()[0] = Step::classes()[0];
        labels.view<std::uint32_t>()[1] = Step::classes()[1];
        plan.set_learning_rate(0.01f);
        std::optional<Staging> staging;
        commands.run([&](VkCommandBuffer cmd) { staging = record_setup(plan, cmd); });
    }
    static BufferBinding buffer(const AppBuffer& buffer, ElementFormat format = ElementFormat::f32) {
        return {buffer.handle(), 0, buffer.view<std::byte>().size(), storage, format};
    }
    float loss_now() const { return loss.view<float>()[0]; }

    Step step;
    AppCommands commands;
    Plan plan;
    AppBuffer pixels, labels, loss;
    Bindings bindings;
};

class Slices : public testing::Test {
  protected:
    void TearDown() override {
        device.reset();
        app.reset();
        for (const std::string& message : messages) ADD_FAILURE() << "validation: " << message;
    }
    /// Losses of whole steps.
    Floats uncut(std::size_t steps) {
        Training training(*app, *device);
        Floats losses;
        for (std::size_t i = 0; i < steps; ++i) {
            training.commands.run([&](VkCommandBuffer cmd) { record(training.bindings, cmd); });
            losses.push_back(training.loss_now());
        }
        return losses;
    }
    std::vector<std::string> messages;
    std::unique_ptr<AppDevice> app = std::make_unique<AppDevice>(messages);
    std::unique_ptr<Device> device = std::make_unique<Device>(adopt(app->adopted()));
};

TEST_F(Slices, AnyBudgetGivesTheBitsOfWholeSteps) {
    const Floats expected = uncut(4);
    EXPECT_LT(expected.back(), expected.front()) << "nothing was trained";
    for (const double budget_ms : {0.0, 0.05, 0.2, 1000.0}) {
        SCOPED_TRACE(budget_ms);
        Training training(*app, *device);
        SlicedPlan sliced(training.plan, 1);
        Floats losses;
        int slices = 0;
        for (; losses.size() < expected.size() && slices < 2000; ++slices) {
            Slice slice;
            training.commands.run([&](VkCommandBuffer cmd) { slice = record_slice(sliced, training.bindings, cmd, budget_ms); });
            if (slice.steps_ended) losses.push_back(training.loss_now());
        }
        EXPECT_EQ(losses, expected);
        EXPECT_EQ(sliced.steps(), expected.size());
        if (budget_ms == 0.0) { EXPECT_GT(slices, 20) << "the smallest budget cuts each dispatch"; }
        if (budget_ms == 1000.0) { EXPECT_EQ(slices, 4); }
        sliced.check();
    }
}

TEST_F(Slices, ManyStepsFitOneSlice) {
    const Floats expected = uncut(8);
    Training training(*app, *device);
    SlicedPlan sliced(training.plan, 8);
    Slice slice;
    training.commands.run([&](VkCommandBuffer cmd) { slice = record_slice(sliced, training.bindings, cmd, 1e6); });
    EXPECT_EQ(slice.steps_ended, 8u);
    EXPECT_EQ(training.loss_now(), expected.back());
    EXPECT_TRUE(sliced.between_steps());
}

TEST_F(Slices, WhatWasNeverSubmittedIsRecordedAgain) {
    const Floats expected = uncut(3);
    Training training(*app, *device);
    SlicedPlan sliced(training.plan, 1);
    Floats losses;
    for (int frame = 0; losses.size() < expected.size() && frame < 2000; ++frame) {
        Slice slice;
        if (frame % 3 == 1) {  // two frames are dropped, as when a window changes its size
            Slice dropped;
            (void)training.commands.recorded([&](VkCommandBuffer cmd) { dropped = record_slice(sliced, training.bindings, cmd, 0.1); });
            (void)training.commands.recorded([&](VkCommandBuffer cmd) { record_slice(sliced, training.bindings, cmd, 0.1); });
            sliced.discard(dropped);
        }
        training.commands.run([&](VkCommandBuffer cmd) { slice = record_slice(sliced, training.bindings, cmd, 0.1); });
        if (slice.steps_ended) losses.push_back(training.loss_now());
    }
    EXPECT_EQ(losses, expected);
    sliced.check();
}

TEST_F(Slices, MisuseIsTold) {
    Training training(*app, *device), other(*app, *device);
    SlicedPlan sliced(training.plan, 1);
    EXPECT_NE(tests::error_of(ErrorCode::invalid_argument, [&] { sliced.discard({.number = 0}); }).find("can't be discarded"), std::string::npos);
    Slice slice;
    training.commands.run([&](VkCommandBuffer cmd) { slice = record_slice(sliced, other.bindings, cmd, 1); });
    EXPECT_NE(tests::error_of(ErrorCode::invalid_argument, [&] { sliced.check(); }).find("another plan"), std::string::npos);
    if (device->vulkan().caps().timestamp_valid_bits == 0) return;
    SlicedPlan twice(training.plan, 1);
    VkCommandBuffer cmd = training.commands.recorded([&](VkCommandBuffer at) { record_slice(twice, training.bindings, at, 1); }, 0);
    training.commands.submit(cmd);
    twice.check();
    training.commands.submit(cmd);
    EXPECT_NE(tests::error_of(ErrorCode::invalid_argument, [&] { twice.check(); }).find("more than once"), std::string::npos);
}

TEST_F(Slices, TimesAreMeasuredWithoutWaiting) {
    if (device->vulkan().caps().timestamp_valid_bits == 0) GTEST_SKIP() << "no timestamps";
    Training training(*app, *device);
    SlicedPlan sliced(training.plan);
    EXPECT_EQ(sliced.measured_ms(), 0);
    training.commands.run([&](VkCommandBuffer cmd) { record_slice(sliced, training.bindings, cmd, 1); });
    EXPECT_GT(sliced.measured_ms(), 0);
}

}  // namespace
}  // namespace hekla
