// A plan in an application's command buffer, between the application's own buffers and images.

#include <gtest/gtest.h>

#include <cstring>
#include <thread>

#include "embed/small_plans.h"
#include "support/app_memory.h"
#include "support/shared_device.h"

namespace hekla {
namespace {

using tests::AppBuffer;
using tests::AppCommands;
using tests::AppDevice;
using tests::AppImage;
using tests::Filter;
using tests::Floats;
using tests::ramp;

/// An application with Hekla on its device; fails with what validation says.
class Record : public testing::Test {
  protected:
    void TearDown() override {
        device.reset();
        commands.reset();
        app.reset();
        for (const std::string& message : messages) ADD_FAILURE() << "validation: " << message;
    }
    void set_up(const Plan& plan) {
        std::optional<Staging> staging;
        commands->run([&](VkCommandBuffer cmd) { staging = record_setup(plan, cmd); });
    }
    std::vector<std::string> messages;
    std::unique_ptr<AppDevice> app = std::make_unique<AppDevice>(messages);
    std::unique_ptr<AppCommands> commands = std::make_unique<AppCommands>(*app);
    std::unique_ptr<Device> device = std::make_unique<Device>(adopt(app->adopted()));
};

constexpr VkBufferUsageFlags storage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT;

BufferBinding whole(const AppBuffer& buffer, ElementFormat format = ElementFormat::f32) {
    BufferBinding binding;
    binding.buffer = buffer.handle();
    binding.bytes = buffer.view<std::byte>().size();
    binding.usage = storage;
    binding.format = format;
    return binding;
}

Floats filtered_alone(const Floats& x) {
    Filter filter;
    Plan plan = compile(tests::shared_device(), filter.graph, {filter.y});
    plan.set(filter.x, x);
    plan.run();
    return plan.read(filter.y);
}

TEST_F(Record, GivesTheBitsOfPlanRun) {
    const Floats x = ramp(480);
    Filter filter;
    const Plan plan = compile(*device, filter.graph, {filter.y});
    const AppBuffer in(*app, 480 * 4, storage), out(*app, 384 * 4, storage);
    std::copy(x.begin(), x.end(), in.view<float>().begin());
    const Bindings bindings = bind(plan, {{{filter.x, {}, whole(in)}}}, {{{filter.y, {}, whole(out)}}});
    set_up(plan);
    const Floats expected = filtered_alone(x);
    for (const bool secondary : {false, true}) {
        std::ranges::fill(out.view<float>(), -1.0f);
        const auto frame = [&](VkCommandBuffer cmd) { record(bindings, cmd); };
        if (secondary) commands->run_secondary(frame);
        else commands->run(frame);
        const auto found = out.view<float>();
        EXPECT_EQ(Floats(found.begin(), found.end()), expected);
    }
}

TEST_F(Record, ReadsImagesAsChannelsAndWritesAnImage) {
    // Colour (8-bit), depth and one channel of 16-bit floats, in two layers.
    constexpr std::size_t pixels = 2 * 6 * 8;
    std::vector<std::uint8_t> colour(pixels * 4);
    for (std::size_t i = 0; i < colour.size(); ++i) colour[i] = static_cast<std::uint8_t>(i * 7);
    const Floats depth = ramp(pixels), height = ramp(pixels * 4, 2, 11);
    AppImage colours(*app, *commands, VK_FORMAT_R8G8B8A8_UNORM, {8, 6}, VK_IMAGE_USAGE_SAMPLED_BIT, 2);
    AppImage depths(*app, *commands, VK_FORMAT_D32_SFLOAT, {8, 6}, VK_IMAGE_USAGE_SAMPLED_BIT, 2);
    AppImage heights(*app, *commands, VK_FORMAT_R32G32B32A32_SFLOAT, {8, 6}, VK_IMAGE_USAGE_SAMPLED_BIT, 2);
    AppImage result(*app, *commands, VK_FORMAT_R32G32B32A32_SFLOAT, {8, 6}, VK_IMAGE_USAGE_STORAGE_BIT, 2);
    colours.put(std::as_bytes(std::span(colour)));
    depths.put(std::as_bytes(std::span(depth)));
    heights.put(std::as_bytes(std::span(height)));
    const Floats nothing(pixels * 4, -1.0f);
    result.put(std::as_bytes(std::span(nothing)));

    Filter filter;
    const Plan plan = compile(*device, filter.graph, {filter.y});
    ImageBinding scaled = colours.binding(3);
    scaled.scale = {2, 2, 2, 1};
    scaled.shift = {-1, -1, -1, 0};
    const Bindings bindings = bind(plan, {{{filter.x, {scaled, depths.binding(), heights.binding(1)}}}}, {{{filter.y, {result.binding()}}}});
    set_up(plan);
    commands->run([&](VkCommandBuffer cmd) { record(bindings, cmd); });

    Floats x(pixels * 5);
    for (std::size_t p = 0; p < pixels; ++p) {
        for (std::size_t c = 0; c < 3; ++c) x[p * 5 + c] = static_cast<float>(colour[p * 4 + c]) / 255.0f * 2.0f - 1.0f;
        x[p * 5 + 3] = depth[p];
        x[p * 5 + 4] = height[p * 4];
    }
    const Floats expected = filtered_alone(x);
    const std::vector<std::byte> bytes = result.take(pixels * 16);
    Floats found(pixels * 4);
    std::memcpy(found.data(), bytes.data(), bytes.size());
    for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], expected[i], 1e-5f) << i;
}

/// A graph that passes on what it is given, so that only the crossings are seen.
struct Same {
    Graph graph;
    Tensor x, y;
    explicit Same(const Shape& shape) : x(graph.input("x", {shape, DType::f32})), y(relu(x)) {}
};

TEST_F(Record, WritesEveryFormatOfImages) {
    struct Case {
        VkFormat format;
        std::uint32_t components, texel_bytes;
        float tolerance;
    };
    const Case cases[] = {{VK_FORMAT_R8G8B8A8_UNORM, 4, 4, 0.5f / 255 + 1e-6f},      {VK_FORMAT_R16G16B16A16_SFLOAT, 4, 8, 1e-3f},
                          {VK_FORMAT_R32_SFLOAT, 1, 4, 0},                           {VK_FORMAT_R32G32B32A32_SFLOAT, 4, 16, 0},
                          {VK_FORMAT_R8_UNORM, 1, 1, 0.5f / 255 + 1e-6f},            {VK_FORMAT_R8G8_UNORM, 2, 2, 0.5f / 255 + 1e-6f},
                          {VK_FORMAT_R16_SFLOAT, 1, 2, 1e-3f},                       {VK_FORMAT_R16G16_SFLOAT, 2, 4, 1e-3f},
                          {VK_FORMAT_A2B10G10R10_UNORM_PACK32, 4, 4, 0.17f}};  // alpha has 2 bits
    std::size_t written = 0;
    for (const Case& one : cases) {
        SCOPED_TRACE(one.format);
        VkFormatProperties properties{};
        app->vki().GetPhysicalDeviceFormatProperties(app->borrowed().physical_device, one.format, &properties);
        if ((properties.optimalTilingFeatures & VK_FORMAT_FEATURE_STORAGE_IMAGE_BIT) == 0) continue;
        AppImage image(*app, *commands, one.format, {5, 3}, VK_IMAGE_USAGE_STORAGE_BIT | VK_IMAGE_USAGE_SAMPLED_BIT);
        image.put(std::vector<std::byte>(15 * one.texel_bytes));
        // There and back again.
        Same there(Shape{1, 3, 5, one.components}), back(Shape{1, 3, 5, one.components});
        const Plan write = compile(*device, there.graph, {there.y}), read = compile(*device, back.graph, {back.y});
        const AppBuffer in(*app, 60 * one.components, storage), out(*app, 60 * one.components, storage);
        const Floats values = ramp(15 * one.components);
        std::copy(values.begin(), values.end(), in.view<float>().begin());
        const Bindings writing = bind(write, {{{there.x, {}, whole(in)}}}, {{{there.y, {image.binding()}}}});
        const Bindings reading = bind(read, {{{back.x, {image.binding()}}}}, {{{back.y, {}, whole(out)}}});
        set_up(write);
        set_up(read);
        commands->run([&](VkCommandBuffer cmd) {
            record(writing, cmd);
            // What the application owes between the two.
            VkMemoryBarrier memory{VK_STRUCTURE_TYPE_MEMORY_BARRIER, nullptr, VK_ACCESS_SHADER_WRITE_BIT, VK_ACCESS_SHADER_READ_BIT};
            app->vk().CmdPipelineBarrier(cmd, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT, 0, 1, &memory, 0,
                                         nullptr, 0, nullptr);
            record(reading, cmd);
        });
        for (std::size_t i = 0; i < values.size(); ++i) ASSERT_NEAR(out.view<float>()[i], values[i], one.tolerance) << i;
        ++written;
    }
    EXPECT_GE(written, 4u) << "the formats that every device has";
}

TEST_F(Record, ConvertsElementsAndOrder) {
    Same same(Shape{2, 3, 3, 3});
    const Plan plan = compile(*device, same.graph, {same.y});
    const AppBuffer bytes(*app, 56, storage), halves(*app, 108, storage), planes(*app, 216, storage);
    for (std::size_t i = 0; i < 54; ++i) bytes.view<std::uint8_t>()[i] = static_cast<std::uint8_t>(i * 4);
    BufferBinding in = whole(bytes, ElementFormat::unorm8), as_halves = whole(halves, ElementFormat::f16), as_planes = whole(planes);
    in.scale = 255;
    in.shift = 1;
    as_planes.order = ElementOrder::nchw;
    const Bindings to_halves = bind(plan, {{{same.x, {}, in}}}, {{{same.y, {}, as_halves}}});
    const Bindings to_planes = bind(plan, {{{same.x, {}, in}}}, {{{same.y, {}, as_planes}}});
    set_up(plan);
    commands->run([&](VkCommandBuffer cmd) {
        record(to_halves, cmd);
        record(to_planes, cmd);
    });
    EXPECT_EQ(halves.view<std::uint16_t>()[0], 0x3c00) << "1 in 16 bits";
    EXPECT_EQ(halves.view<std::uint16_t>()[1], 0x4500) << "5";
    for (std::size_t n = 0; n < 2; ++n)
        for (std::size_t p = 0; p < 9; ++p)
            for (std::size_t c = 0; c < 3; ++c)
                EXPECT_NEAR(planes.view<float>()[(n * 3 + c) * 9 + p], static_cast<float>(((n * 9 + p) * 3 + c) * 4 + 1), 1e-4f);
    // And from planes back to the order of the engine.
    Same other(Shape{2, 3, 3, 3});
    const Plan again = compile(*device, other.graph, {other.y});
    const AppBuffer out(*app, 216, storage);
    const Bindings from_planes = bind(again, {{{other.x, {}, as_planes}}}, {{{other.y, {}, whole(out)}}});
    set_up(again);
    commands->run([&](VkCommandBuffer cmd) { record(from_planes, cmd); });
    for (std::size_t i = 0; i < 54; ++i) EXPECT_NEAR(out.view<float>()[i], static_cast<float>(i * 4 + 1), 1e-4f);
}

TEST_F(Record, SrgbIsDecodedAndEncoded) {
    Same same(Shape{1, 1, 3, 1});
    const Plan plan = compile(*device, same.graph, {same.y});
    AppImage image(*app, *commands, VK_FORMAT_R32_SFLOAT, {3, 1}, VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_STORAGE_BIT);
    const Floats values = {0.0f, 0.02f, 0.5f};
    image.put(std::as_bytes(std::span(values)));
    const AppBuffer out(*app, 12, storage);
    ImageBinding decoded = image.binding();
    decoded.transfer = Transfer::srgb_to_linear;
    const Bindings bindings = bind(plan, {{{same.x, {decoded}}}}, {{{same.y, {}, whole(out)}}});
    set_up(plan);
    commands->run([&](VkCommandBuffer cmd) { record(bindings, cmd); });
    EXPECT_NEAR(out.view<float>()[1], 0.02f / 12.92f, 1e-6f);
    EXPECT_NEAR(out.view<float>()[2], 0.21404114f, 1e-5f);
    ImageBinding encoded = image.binding();
    encoded.transfer = Transfer::linear_to_srgb;
    const Bindings back = bind(plan, {{{same.x, {}, whole(out)}}}, {{{same.y, {encoded}}}});
    commands->run([&](VkCommandBuffer cmd) { record(back, cmd); });
    Floats found(3);
    std::memcpy(found.data(), image.take(12).data(), 12);
    EXPECT_NEAR(found[1], 0.02f, 1e-5f);
    EXPECT_NEAR(found[2], 0.5f, 1e-5f);
}

TEST_F(Record, AnotherPlanIsCompiledWhileFramesGoOn) {
    Filter filter;
    const Plan plan = compile(*device, filter.graph, {filter.y});
    const AppBuffer in(*app, 480 * 4, storage), out(*app, 384 * 4, storage);
    const Floats x = ramp(480);
    std::copy(x.begin(), x.end(), in.view<float>().begin());
    const Bindings bindings = bind(plan, {{{filter.x, {}, whole(in)}}}, {{{filter.y, {}, whole(out)}}});
    set_up(plan);
    tests::Step step;
    std::optional<Plan> second;
    std::thread worker([&] { second = compile(*device, step.graph, {step.loss}); });
    for (int frame = 0; frame < 20; ++frame) commands->run([&](VkCommandBuffer cmd) { record(bindings, cmd); });
    worker.join();
    const auto found = out.view<float>();
    EXPECT_EQ(Floats(found.begin(), found.end()), filtered_alone(x));
    EXPECT_TRUE(second.has_value());
}

TEST_F(Record, NewParametersWaitForTheNextSetUp) {
    Filter filter;
    const Plan plan = compile(*device, filter.graph, {filter.y});
    const AppBuffer out(*app, 384 * 4, storage);
    const Bindings bindings = bind(plan, {}, {{{filter.y, {}, whole(out)}}});
    set_up(plan);
    commands->run([&](VkCommandBuffer cmd) { record(bindings, cmd); });
    EXPECT_EQ(out.view<float>()[0], 0.0f) << "an input that is not bound is 0";
    const AppBuffer in(*app, 480 * 4, storage);
    std::ranges::fill(in.view<float>(), 1.0f);
    const Bindings bound = bind(plan, {{{filter.x, {}, whole(in)}}}, {{{filter.y, {}, whole(out)}}});
    filter.weight->set_values(Floats(180, 0.5f));
    set_up(plan);
    commands->run([&](VkCommandBuffer cmd) { record(bound, cmd); });
    EXPECT_EQ(out.view<float>()[0], 0.5f * 20) << "a corner sees 4 of 9 pixels of 5 channels";
}

TEST_F(Record, TwoEnginesOnOneDeviceAndOneGoesFirst) {
    Filter first, second;
    auto other = std::make_unique<Device>(adopt(app->adopted()));
    const Plan plan = compile(*device, first.graph, {first.y});
    {
        const Plan others = compile(*other, second.graph, {second.y});
        const Bindings bindings = bind(others, {}, {});
        set_up(others);
        commands->run([&](VkCommandBuffer cmd) { record(bindings, cmd); });
    }
    other.reset();
    const Bindings bindings = bind(plan, {}, {});
    set_up(plan);
    commands->run([&](VkCommandBuffer cmd) { record(bindings, cmd); });
}

TEST_F(Record, TheApplicationsAllocatorAndPipelineCacheAreUsed) {
    VkPipelineCacheCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO;
    VkPipelineCache cache = VK_NULL_HANDLE;
    ASSERT_EQ(app->vk().CreatePipelineCache(app->handle(), &info, nullptr, &cache), VK_SUCCESS);
    static int calls = 0, live = 0;
    VkAllocationCallbacks callbacks{};
    callbacks.pfnAllocation = [](void*, std::size_t bytes, std::size_t alignment, VkSystemAllocationScope) -> void* {
        ++calls, ++live;
        return std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    };
    callbacks.pfnReallocation = [](void*, void* old, std::size_t bytes, std::size_t, VkSystemAllocationScope) -> void* {
        ++calls;
        if (old == nullptr) ++live;
        return std::realloc(old, bytes);
    };
    callbacks.pfnFree = [](void*, void* memory) {
        if (memory != nullptr) --live;
        std::free(memory);
    };
    AdoptedDevice adopted = app->adopted();
    adopted.allocator = &callbacks;
    adopted.pipeline_cache = cache;
    {
        const Device with_callbacks = adopt(adopted);
        Filter filter;
        const Plan plan = compile(with_callbacks, filter.graph, {filter.y});
        EXPECT_GT(calls, 0);
    }
    EXPECT_EQ(live, 0);
    app->vk().DestroyPipelineCache(app->handle(), cache, nullptr);
}

}  // namespace
}  // namespace hekla
