// A plan on a device that an application made, recorded into the application's own command buffer.

#include <gtest/gtest.h>

#include <memory>

#include "embed/small_plans.h"
#include "plan/plan_state.h"
#include "support/app_memory.h"

namespace hekla {
namespace {

using tests::AppCommands;
using tests::Floats;
using tests::Step;

TEST(BorrowedDevice, RecordsAPlanIntoTheApplicationsCommandBuffer) {
    std::vector<std::string> messages;
    {
        const tests::AppDevice app(messages);
        const Device device(std::make_shared<vulkan::Device>(app.borrowed()));
        Floats losses[2];
        std::vector<Floats> weights[2];
        for (const bool own : {false, true}) {
            Step step;
            Plan plan = compile(device, step.graph, {step.loss});
            plan.set(step.x, Step::pixels());
            plan.set(step.labels, Step::classes());
            plan.set_learning_rate(0.01f);
            AppCommands commands(app);
            for (int i = 0; i < 3; ++i) {
                if (own) {
                    commands.run([&](VkCommandBuffer cmd) {
                        for (const plan::LayerCalls& layer : plan.state().layers) plan::emit(device.vulkan(), cmd, layer);
                    });
                    plan.state().store->state().mark_written();
                } else {
                    plan.run();
                }
            }
            losses[own] = plan.read(step.loss);
            weights[own] = {step.weight->values(), step.dense_weight->values()};
        }
        EXPECT_EQ(losses[0], losses[1]);
        EXPECT_EQ(weights[0], weights[1]);
        EXPECT_NE(weights[0][0], Floats(36, 0.1f)) << "nothing was trained";
    }
    for (const std::string& message : messages) ADD_FAILURE() << "validation: " << message;
}

}  // namespace
}  // namespace hekla
