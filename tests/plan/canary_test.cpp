// Synchronization validation sees what these tests rely on it for: each drops one barrier of a working
// step and expects a report.
//
// Debian's layer (1.3.239) is blind between two submits and for dispatches with a base
// (vkCmdDispatchBase), and it misses a write after a write of two dispatches to one storage buffer. So
// these hazards are reads after writes inside one submit of plain dispatches; the replay tests with
// equal bits are what guards the rest.

#include <gmock/gmock.h>
#include <hekla/ops.h>

#include <functional>
#include <memory>

#include "plan/plan_state.h"

namespace hekla {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using Layers = std::vector<plan::LayerCalls>;

/// Two layers of two calls each, of which each reads what the one before wrote; the first reads the
/// parameter that the last writes.
class Canary : public testing::Test {
  protected:
    Canary() {
        DeviceSettings settings;
        settings.validation = true;
        settings.disk_cache = false;
        settings.on_message = [this](const std::string& message) { messages_.push_back(message); };
        device_.emplace(settings);
        const Tensor p = graph_.parameter(parameter_);
        graph_.begin_layer("first");
        Tensor x = square(shift(p, 1));
        graph_.begin_layer("second");
        x = scale(x, 0.5f);
        assign(p, x);
        plan_.emplace(compile(*device_, graph_, {}));
        EXPECT_EQ(plan_->state().layers.size(), 2u);
        for (const plan::LayerCalls& layer : plan_->state().layers) EXPECT_EQ(layer.calls.size(), 2u);
    }

    /// What validation says to `steps` steps in one submit after `change` has dropped something.
    std::vector<std::string> reports(const std::function<void(Layers&)>& change, std::uint32_t steps) {
        messages_.clear();
        Layers layers = plan_->state().layers;
        change(layers);
        plan::Replay replay(device_->vulkan(), layers, {steps, 0});
        replay.run(steps);
        return std::exchange(messages_, {});
    }

    std::vector<std::string> messages_;
    std::optional<Device> device_;
    ParameterPtr parameter_ = std::make_shared<Parameter>("p", Shape{256}, std::vector<float>(256, 1), false);
    Graph graph_;
    std::optional<Plan> plan_;
};

TEST_F(Canary, AWholeStepIsSilent) {
    EXPECT_THAT(reports([](Layers&) {}, 1), IsEmpty());
    EXPECT_THAT(reports([](Layers&) {}, 4), IsEmpty());
}

TEST_F(Canary, ABarrierDroppedInALayerIsReported) {
    EXPECT_TRUE(plan_->state().layers[0].calls[1].barrier_before);
    EXPECT_THAT(reports([](Layers& layers) { layers[0].calls[1].barrier_before = false; }, 1),
                Contains(HasSubstr("SYNC-HAZARD-READ-AFTER-WRITE")));
}

TEST_F(Canary, ABarrierDroppedBetweenLayersIsReported) {
    // Of the hazards of one dispatch one is told: this one writes what the layer before read, too.
    EXPECT_THAT(reports([](Layers& layers) { layers[1].calls[0].barrier_before = false; }, 1), Contains(HasSubstr("SYNC-HAZARD-")));
}

TEST_F(Canary, ABarrierDroppedAtTheWrapOfTheStepIsReported) {
    const auto drop = [](Layers& layers) { layers[0].calls[0].barrier_before = false; };
    EXPECT_THAT(reports(drop, 2), Contains(HasSubstr("SYNC-HAZARD-READ-AFTER-WRITE")));
    // One step has no wrap; between submits the layer sees nothing.
    EXPECT_THAT(reports(drop, 1), IsEmpty());
}

}  // namespace
}  // namespace hekla
