// Hekla judged by the validation layer on a device that has the specification's minimum: a layer
// beneath the validation layer (tests/layers) lowers what the driver says of itself.

#include <gtest/gtest.h>
#include <hekla/error.h>

#include <algorithm>
#include <cstdlib>

#include "shaders.h"
#include "support/shared_device.h"
#include "support/small_training.h"
#include "vulkan/caps_file.h"
#include "vulkan/device.h"

namespace hekla {
namespace {

/// An environment variable for a test's time.
class Variable {
  public:
    Variable(const char* name, const std::string& value) : name_(name) {
        const char* old = std::getenv(name);
        had_ = old != nullptr;
        if (had_) old_ = old;
        setenv(name, value.c_str(), 1);
    }
    ~Variable() { had_ ? setenv(name_, old_.c_str(), 1) : unsetenv(name_); }

  private:
    const char* name_;
    std::string old_;
    bool had_ = false;
};

class Minimum : public testing::Test {
  protected:
    vulkan::DeviceOptions options(const std::string& caps) {
        vulkan::DeviceOptions options;
        options.caps = caps;
        options.validation = true;
        options.disk_cache = false;
        options.on_message = [this](const std::string& message) { messages_.push_back(message); };
        return options;
    }
    /// Whether a message names this limit.
    bool reported(const std::string& limit) const {
        return std::any_of(messages_.begin(), messages_.end(), [&](const std::string& message) { return message.find(limit) != std::string::npos; });
    }

    std::vector<std::string> messages_;

  private:
    /// The lower layer last: some loaders take this order, others that of the names below.
    static std::string folders() {
        const char* own = std::getenv("VK_LAYER_PATH");
        const std::string usual = "/usr/local/share/vulkan/explicit_layer.d:/etc/vulkan/explicit_layer.d:/usr/share/vulkan/explicit_layer.d";
        return (own ? own : usual) + ":" HEKLA_LAYERS_DIR;
    }
    Variable path_{"VK_LAYER_PATH", folders()};
    Variable layers_{"VK_INSTANCE_LAYERS", "VK_LAYER_KHRONOS_validation:VK_LAYER_HEKLA_minimum"};
};

TEST_F(Minimum, TheLayerLowersTheDevice) {
    const vulkan::Device device(options(""));
    vulkan::DeviceCaps expected;
    expected.mapped_device_memory = true;  // that is no limit
    expected.timestamp_period_ns = device.caps().timestamp_period_ns;
    expected.max_allocation_bytes = std::min(expected.max_allocation_bytes, device.caps().max_allocation_bytes);
    EXPECT_EQ(vulkan::caps_text(device.caps(), {}), vulkan::caps_text(expected, {}));
    EXPECT_TRUE(messages_.empty()) << messages_[0];
}

TEST_F(Minimum, ATrainingStaysWithinIt) {
    for (const char* caps : {"", "minimum"}) {
        Device device(std::make_shared<vulkan::Device>(options(caps)));
        Sequential network = tests::small_network();
        Trainer trainer(device, network);
        trainer.fit(tests::derived_dataset(50, tests::small_image), {.epochs = 2, .batch = 16, .validation_split = 0.2f});
        EXPECT_GT(device.vulkan().pipelines().size(), 10u);
    }
    for (const std::string& message : messages_) ADD_FAILURE() << message;
}

/// A check that cannot fail proves nothing: what goes beyond the minimum is reported.
TEST_F(Minimum, WhatGoesBeyondIsReported) {
    vulkan::Device device(options("minimum"));
    const vulkan::Variant variant{&shaders::fill::info(), {129}};
    EXPECT_THROW(device.pipelines().get(variant), Error);
    EXPECT_TRUE(messages_.empty());
    const vulkan::Pipeline unchecked(device, variant);
    EXPECT_TRUE(reported("maxComputeWorkGroupInvocations"));
    messages_.clear();
    vulkan::Buffer buffer(device, 65537 * 16, vulkan::MemoryUse::device, "texels");
    VkBufferViewCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_BUFFER_VIEW_CREATE_INFO;
    info.buffer = buffer.handle();
    info.format = VK_FORMAT_R32G32B32A32_SFLOAT;
    info.range = VK_WHOLE_SIZE;
    VkBufferView view = VK_NULL_HANDLE;
    device.vk().CreateBufferView(device.handle(), &info, nullptr, &view);
    if (view != VK_NULL_HANDLE) device.vk().DestroyBufferView(device.handle(), view, nullptr);
    EXPECT_TRUE(reported("maxTexelBufferElements"));
}

}  // namespace
}  // namespace hekla
