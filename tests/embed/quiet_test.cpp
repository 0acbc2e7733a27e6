// record() and record_slice() do nothing but record: no other Vulkan call, no allocation.

#include <gtest/gtest.h>

#include <atomic>
#include <map>

#include "embed/allocation_counter.h"
#include "embed/small_plans.h"
#include "support/app_memory.h"
#include "support/intercept.h"

namespace hekla {
namespace {

using Calls = std::map<std::string, std::uint64_t>;

/// What was called between two states, but for commands.
std::string other_calls(const Calls& before, const Calls& after) {
    std::string names;
    for (const auto& [name, count] : after) {
        const auto known = before.find(name);
        if (name.starts_with("Cmd") || (known != before.end() && known->second == count)) continue;
        names += name + " ";
    }
    return names;
}

TEST(Quiet, RecordingAllocatesNothingAndCallsNothingElse) {
    std::vector<std::string> messages;
    {
        const tests::AppDevice app(messages, tests::counting_get_instance_proc_addr());
        const Device device = adopt(app.adopted());
        tests::AppCommands commands(app);
        tests::Step step;
        const Plan plan = compile(device, step.graph, {step.loss});
        const tests::AppBuffer pixels(app, 512, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT), loss(app, 4, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT);
        const Bindings bindings = bind(plan, {{{step.x, {}, {pixels.handle(), 0, 512, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT}}}},
                                       {{{step.loss, {}, {loss.handle(), 0, 4, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT}}}});
        SlicedPlan sliced(plan, 4);
        std::optional<Staging> staging;
        commands.run([&](VkCommandBuffer cmd) { staging = record_setup(plan, cmd); });
        for (int frame = 0; frame < 40; ++frame) {
            Calls before, after;
            std::uint64_t allocated = 0;
            commands.run([&](VkCommandBuffer cmd) {
                before = tests::vulkan_calls();
                const std::uint64_t at_first = tests::allocations();
                if (frame % 2 == 0) record(bindings, cmd);
                else record_slice(sliced, bindings, cmd, frame < 20 ? 0.1 : 50);
                allocated = tests::allocations() - at_first;
                after = tests::vulkan_calls();
            });
            EXPECT_GT(after.at("CmdDispatch"), 0u);
            // Results of timestamps are asked for, never waited for.
            const std::string others = other_calls(before, after);
            EXPECT_TRUE(others.empty() || (frame % 2 == 1 && others == "GetQueryPoolResults ")) << others;
            EXPECT_EQ(allocated, 0u) << (frame % 2 ? "record_slice" : "record");
        }
    }
    for (const std::string& message : messages) ADD_FAILURE() << "validation: " << message;
}

TEST(Quiet, CountsAllocations) {
    const std::uint64_t before = tests::allocations();
    // Kept from the optimizer, which may leave out a new that nothing sees.
    static std::atomic<int*> seen;
    seen = new int(1);
    delete seen.load();
    EXPECT_EQ(tests::allocations(), before + 1);
}

}  // namespace
}  // namespace hekla
