// What adopt() and bind() say to what does not fit.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hekla/nn.h>

#include "embed/small_plans.h"
#include "support/app_memory.h"
#include "support/expect_error.h"

namespace hekla {
namespace {

using tests::error_of;
using testing::HasSubstr;

class EmbedErrors : public testing::Test {
  protected:
    void TearDown() override {
        plan.reset();
        device.reset();
        commands.reset();
        app.reset();
        for (const std::string& message : messages) ADD_FAILURE() << "validation: " << message;
    }
    std::string binding_error(const TensorBinding& input, ErrorCode code = ErrorCode::invalid_argument) {
        return error_of(code, [&] { bind(*plan, {{input}}, {}); });
    }
    std::string output_error(const TensorBinding& output, ErrorCode code = ErrorCode::invalid_argument) {
        return error_of(code, [&] { bind(*plan, {}, {{output}}); });
    }
    std::vector<std::string> messages;
    std::unique_ptr<tests::AppDevice> app = std::make_unique<tests::AppDevice>(messages);
    std::unique_ptr<tests::AppCommands> commands = std::make_unique<tests::AppCommands>(*app);
    std::unique_ptr<Device> device = std::make_unique<Device>(adopt(app->adopted()));
    tests::Filter filter;
    std::optional<Plan> plan = compile(*device, filter.graph, {filter.y});
};

TEST_F(EmbedErrors, OfAdopting) {
    const auto adopting = [&](auto&& change) {
        AdoptedDevice adopted = app->adopted();
        change(adopted);
        return [adopted] { adopt(adopted); };
    };
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, adopting([](AdoptedDevice& a) { a.device = VK_NULL_HANDLE; })), HasSubstr("device is missing"));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, adopting([](AdoptedDevice& a) { a.get_instance_proc_addr = nullptr; })),
                HasSubstr("get_instance_proc_addr is missing"));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, adopting([](AdoptedDevice& a) { a.queue_family = 77; })), HasSubstr("77"));
    EXPECT_THAT(error_of(ErrorCode::no_device, adopting([](AdoptedDevice& a) { a.api_version = VK_API_VERSION_1_0; })), HasSubstr("apiVersion"));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, adopting([](AdoptedDevice& a) { a.kernels.tune = Tune::quick; })), HasSubstr("queue"));
}

TEST_F(EmbedErrors, WithoutAQueueNothingIsSubmitted) {
    EXPECT_THAT(error_of(ErrorCode::unsupported, [&] { plan->run(); }), HasSubstr("without a queue"));
    EXPECT_THAT(error_of(ErrorCode::unsupported, [&] { (void)plan->read(filter.y); }), HasSubstr("without a queue"));
    EXPECT_THAT(error_of(ErrorCode::unsupported, [&] {
                    Sequential network{Flatten{}, Dense{10}};
                    const data::Dataset data{"dots", Shape{4, 4, 1}, std::vector<std::uint8_t>(16 * 20), std::vector<std::uint32_t>(20), {"a"}};
                    Trainer trainer(*device, network);
                    trainer.fit(data);
                }),
                HasSubstr("without a queue"));
}

TEST_F(EmbedErrors, OfTensors) {
    EXPECT_THAT(binding_error({}), HasSubstr("empty"));
    EXPECT_THAT(binding_error({filter.y}), HasSubstr("no input"));
    EXPECT_THAT(output_error({filter.x}), HasSubstr("not given to compile()"));
    EXPECT_THAT(binding_error({filter.x}), HasSubstr("either a buffer or images"));
    tests::Filter other;
    EXPECT_THAT(binding_error({other.x}), HasSubstr("another Graph"));
}

TEST_F(EmbedErrors, OfBuffers) {
    const tests::AppBuffer memory(*app, 2000, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT);
    const BufferBinding good{memory.handle(), 0, 1920, VK_BUFFER_USAGE_STORAGE_BUFFER_BIT};
    const auto with = [&](auto&& change) {
        BufferBinding buffer = good;
        change(buffer);
        return binding_error({filter.x, {}, buffer});
    };
    EXPECT_THAT(with([](BufferBinding& b) { b.usage = VK_BUFFER_USAGE_VERTEX_BUFFER_BIT; }), HasSubstr("VK_BUFFER_USAGE_STORAGE_BUFFER_BIT"));
    EXPECT_THAT(with([](BufferBinding& b) { b.bytes = 1919; }), HasSubstr("needs 1920 bytes"));
    EXPECT_THAT(with([](BufferBinding& b) { b.offset = 2; }), HasSubstr("minStorageBufferOffsetAlignment"));
    EXPECT_THAT(with([](BufferBinding& b) { b.format = ElementFormat::u32; }), HasSubstr("u32"));
}

TEST_F(EmbedErrors, OfImages) {
    tests::AppImage memory(*app, *commands, VK_FORMAT_R32G32B32A32_SFLOAT, {8, 6}, VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_STORAGE_BIT, 2);
    const ImageBinding good = memory.binding();
    const auto reading = [&](auto&& change, ErrorCode code = ErrorCode::invalid_argument) {
        ImageBinding image = good;
        change(image);
        return binding_error({filter.x, {image, image}}, code);
    };
    const auto writing = [&](auto&& change, ErrorCode code = ErrorCode::invalid_argument) {
        ImageBinding image = good;
        change(image);
        return output_error({filter.y, {image}}, code);
    };
    EXPECT_THAT(reading([](ImageBinding&) {}), HasSubstr("has 5 channels, the images 8"));
    EXPECT_THAT(reading([](ImageBinding& i) { i.channels = 1; }), HasSubstr("has 5 channels, the images 2"));
    EXPECT_THAT(reading([](ImageBinding& i) { i.channels = 5; }), HasSubstr("which has 4"));
    EXPECT_THAT(reading([](ImageBinding& i) { i.usage = VK_IMAGE_USAGE_STORAGE_BIT; }), HasSubstr("VK_IMAGE_USAGE_SAMPLED_BIT"));
    EXPECT_THAT(writing([](ImageBinding& i) { i.usage = VK_IMAGE_USAGE_SAMPLED_BIT; }), HasSubstr("VK_IMAGE_USAGE_STORAGE_BIT"));
    EXPECT_THAT(reading([](ImageBinding& i) { i.layout = VK_IMAGE_LAYOUT_UNDEFINED; }), HasSubstr("SHADER_READ_ONLY_OPTIMAL"));
    EXPECT_THAT(writing([](ImageBinding& i) { i.layout = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL; }), HasSubstr("VK_IMAGE_LAYOUT_GENERAL"));
    EXPECT_THAT(reading([](ImageBinding& i) { i.extent.height = 5; }), HasSubstr("the image has 8x5"));
    EXPECT_THAT(reading([](ImageBinding& i) { i.origin.x = 1; }), HasSubstr("(1, 0)"));
    EXPECT_THAT(reading([](ImageBinding& i) { i.array_layer = 1; }), HasSubstr("array layers"));
    EXPECT_THAT(reading([](ImageBinding& i) { i.format = VK_FORMAT_R8G8B8A8_UINT; }), HasSubstr("can't be read"));
    EXPECT_THAT(writing([](ImageBinding& i) { i.format = VK_FORMAT_B8G8R8A8_SRGB; }), HasSubstr("can't be written"));
    EXPECT_THAT(reading([](ImageBinding& i) { i.image = VK_NULL_HANDLE; }), HasSubstr("no image"));
}

TEST_F(EmbedErrors, FormatsBeyondTheMinimumNeedTheirFeature) {
    AdoptedDevice adopted = app->adopted();
    adopted.features = nullptr;
    const Device bare = adopt(adopted);
    tests::Filter another;
    const Plan bare_plan = compile(bare, another.graph, {another.y});
    tests::AppImage memory(*app, *commands, VK_FORMAT_R32G32B32A32_SFLOAT, {8, 6}, VK_IMAGE_USAGE_STORAGE_BIT, 2);
    ImageBinding image = memory.binding();
    image.format = VK_FORMAT_R16G16_SFLOAT;
    EXPECT_THAT(error_of(ErrorCode::unsupported, [&] { bind(bare_plan, {}, {{{another.y, {image}}}}); }),
                HasSubstr("shaderStorageImageExtendedFormats"));
}

}  // namespace
}  // namespace hekla
