// Synchronization validation sees what these tests rely on it for: each drops one barrier of a working
// step and expects a report.
//
// Debian's layer (1.3.239) is blind between two submits and for dispatches with a base
// (vkCmdDispatchBase), and it misses a write after a write of two dispatches to one storage buffer.
// Layers from 1.4 on see all of that, if VK_LAYER_SYNCVAL_SHADER_ACCESSES_HEURISTIC=1 makes them follow
// storage buffers. tools/test runs these tests under both.

#include <gmock/gmock.h>
#include <hekla/ops.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>

#include "plan/plan_state.h"
#include "vulkan/loader.h"

namespace hekla {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using Layers = std::vector<plan::LayerCalls>;

constexpr const char* heuristic = "VK_LAYER_SYNCVAL_SHADER_ACCESSES_HEURISTIC";

/// Of the validation layer that a device gets; 0 if there is none.
std::uint32_t layer_version() {
    const vulkan::Loader loader(nullptr);
    std::uint32_t count = 0;
    loader.functions().EnumerateInstanceLayerProperties(&count, nullptr);
    std::vector<VkLayerProperties> layers(count);
    loader.functions().EnumerateInstanceLayerProperties(&count, layers.data());
    for (const VkLayerProperties& layer : layers)
        if (!std::strcmp(layer.layerName, "VK_LAYER_KHRONOS_validation")) return layer.specVersion;
    return 0;
}

// Debian's layer and later ones word it differently.
auto tells_read_after_write() { return testing::AnyOf(HasSubstr("SYNC-HAZARD-READ-AFTER-WRITE"), HasSubstr("READ_AFTER_WRITE hazard detected")); }
auto tells_hazard() { return testing::AnyOf(HasSubstr("SYNC-HAZARD-"), HasSubstr(" hazard detected")); }

bool sees_beyond_a_submit() { return layer_version() >= VK_MAKE_API_VERSION(0, 1, 4, 0); }

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

    void SetUp() override {
        const char* value = std::getenv(heuristic);
        if (sees_beyond_a_submit() && !(value && !std::strcmp(value, "1")))
            GTEST_SKIP() << "this validation layer follows storage buffers only with " << heuristic << "=1";
    }

    /// What validation says to `steps` steps, in one submit or one each, after `change` has dropped something.
    std::vector<std::string> reports(const std::function<void(Layers&)>& change, std::uint32_t steps, bool one_submit = true) {
        messages_.clear();
        Layers layers = plan_->state().layers;
        change(layers);
        plan::Replay replay(device_->vulkan(), layers, {one_submit ? steps : 1, 0});
        replay.run(steps);
        EXPECT_EQ(replay.counters().submits, one_submit ? 1 : steps);
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
    EXPECT_THAT(reports([](Layers&) {}, 4, false), IsEmpty());
}

TEST_F(Canary, ABarrierDroppedInALayerIsReported) {
    EXPECT_TRUE(plan_->state().layers[0].calls[1].barrier_before);
    EXPECT_THAT(reports([](Layers& layers) { layers[0].calls[1].barrier_before = false; }, 1),
                Contains(tells_read_after_write()));
}

TEST_F(Canary, ABarrierDroppedBetweenLayersIsReported) {
    // Of the hazards of one dispatch one is told: this one writes what the layer before read, too.
    EXPECT_THAT(reports([](Layers& layers) { layers[1].calls[0].barrier_before = false; }, 1), Contains(tells_hazard()));
}

TEST_F(Canary, ABarrierDroppedAtTheWrapOfTheStepIsReported) {
    const auto drop = [](Layers& layers) { layers[0].calls[0].barrier_before = false; };
    EXPECT_THAT(reports(drop, 2), Contains(tells_read_after_write()));
    EXPECT_THAT(reports(drop, 1), IsEmpty()) << "one step has no wrap";
}

TEST_F(Canary, ABarrierDroppedBetweenTwoSubmitsIsReported) {
    if (!sees_beyond_a_submit()) GTEST_SKIP() << "this validation layer is blind between submits: 1.4 or later is needed";
    const auto drop = [](Layers& layers) { layers[0].calls[0].barrier_before = false; };
    EXPECT_THAT(reports(drop, 2, false), Contains(tells_read_after_write()));
}

}  // namespace
}  // namespace hekla
