// A plan on a device that an application made, recorded into the application's own command buffer.

#include <gtest/gtest.h>
#include <hekla/ops.h>

#include <memory>

#include "plan/plan_state.h"
#include "support/app_device.h"

namespace hekla {
namespace {

using Floats = std::vector<float>;

/// A step of a small network: loss out, parameters trained.
struct Step {
    ParameterPtr weight = std::make_shared<Parameter>("weight", Shape{3, 3, 1, 4}, Floats(36, 0.1f));
    ParameterPtr dense_weight = std::make_shared<Parameter>("dense", Shape{36, 5}, Floats(180, 0.02f));
    Graph graph;
    Tensor x = graph.input("x", {Shape{2, 8, 8, 1}, DType::f32});
    Tensor labels = graph.input("labels", {Shape{2}, DType::u32});
    Tensor loss;

    Step() {
        graph.begin_layer("conv");
        const Tensor y = max_pool2d(relu(conv2d(x, graph.parameter(weight))));
        graph.begin_layer("dense");
        loss = softmax_cross_entropy(matmul(flatten(y), graph.parameter(dense_weight)), labels);
        minimize(loss, Adam{});
    }
    void set(Plan& plan) const {
        Floats pixels;
        for (int i = 0; i < 128; ++i) pixels.push_back(static_cast<float>(i * 37 % 101) / 101.0f);
        plan.set(x, pixels);
        plan.set(labels, std::vector<std::uint32_t>{1, 4});
        plan.set_learning_rate(0.01f);
    }
};

/// What an application does: its own pool, command buffer, queue and fence.
class AppCommands {
  public:
    AppCommands(const tests::AppDevice& app) : app_(app), vk_(app.vk()) {
        VkCommandPoolCreateInfo pool{};
        pool.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO;
        pool.flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT;
        EXPECT_EQ(vk_.CreateCommandPool(app.borrowed().device, &pool, nullptr, &pool_), VK_SUCCESS);
        VkCommandBufferAllocateInfo info{};
        info.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO;
        info.commandPool = pool_;
        info.commandBufferCount = 1;
        EXPECT_EQ(vk_.AllocateCommandBuffers(app.borrowed().device, &info, &cmd_), VK_SUCCESS);
    }
    ~AppCommands() { vk_.DestroyCommandPool(app_.borrowed().device, pool_, nullptr); }

    template <class Record>
    void run(Record&& record) {
        VkCommandBufferBeginInfo begin{};
        begin.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO;
        EXPECT_EQ(vk_.BeginCommandBuffer(cmd_, &begin), VK_SUCCESS);
        record(cmd_);
        EXPECT_EQ(vk_.EndCommandBuffer(cmd_), VK_SUCCESS);
        VkSubmitInfo submit{};
        submit.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO;
        submit.commandBufferCount = 1;
        submit.pCommandBuffers = &cmd_;
        EXPECT_EQ(vk_.QueueSubmit(app_.borrowed().queue, 1, &submit, VK_NULL_HANDLE), VK_SUCCESS);
        EXPECT_EQ(vk_.QueueWaitIdle(app_.borrowed().queue), VK_SUCCESS);
    }

  private:
    const tests::AppDevice& app_;
    const vulkan::DeviceFunctions& vk_;
    VkCommandPool pool_ = VK_NULL_HANDLE;
    VkCommandBuffer cmd_ = VK_NULL_HANDLE;
};

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
            step.set(plan);
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
