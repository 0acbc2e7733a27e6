// A training on drivers that lack something, each simulated, has the same bits as on the real one.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>

#include "support/expect_error.h"
#include "support/mock_driver.h"
#include "support/shared_device.h"
#include "support/small_training.h"
#include "vulkan/device.h"

namespace hekla {
namespace {

using tests::MockDriver;
using tests::MockedVulkan;

constexpr VkMemoryPropertyFlags local = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
constexpr VkMemoryPropertyFlags visible = VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT;
constexpr VkMemoryPropertyFlags coherent = VK_MEMORY_PROPERTY_HOST_COHERENT_BIT;
constexpr VkMemoryPropertyFlags cached = VK_MEMORY_PROPERTY_HOST_CACHED_BIT;

struct Trained {
    std::vector<std::vector<float>> weights;
    std::vector<double> losses;
    bool operator==(const Trained&) const = default;
};

Device open(PFN_vkGetInstanceProcAddr entry, const std::string& caps = "") {
    vulkan::DeviceOptions options;
    options.caps = caps;
    options.validation = true;
    options.disk_cache = false;
    options.on_message = [](const std::string& message) { tests::validation_messages().push_back(message); };
    options.get_instance_proc_addr = entry;
    return Device(std::make_shared<vulkan::Device>(options));
}

/// Two epochs with a partial batch each, under a time target, so that times are asked for.
Trained train(Device device) {
    Sequential network = tests::small_network();
    Trainer trainer(device, network, {.optimizer = Adam{.learning_rate = 1e-2f}, .seed = 5});
    Trained trained;
    FitOptions fit{.epochs = 2, .batch = 16, .validation_split = 0.2f};
    fit.on_step = [&](const StepResult& step) { trained.losses.push_back(step.loss); };
    trainer.fit(tests::derived_dataset(50, tests::small_image), fit);
    trained.weights = tests::values_of(network);
    return trained;
}

/// On the real driver, once.
const Trained& expected() {
    static const Trained trained = train(open(nullptr));
    return trained;
}

using Calls = MockedVulkan::Calls;

/// Trains on the mock and checks bits and faults; `also` looks at the device.
Calls trains_alike(const MockDriver& driver, const std::function<void(vulkan::Device&)>& also = {}) {
    EXPECT_EQ(expected().losses.size(), 6u);
    const MockedVulkan mock(driver);
    {
        const Device device = open(mock.entry());
        if (also) also(device.vulkan());
        EXPECT_TRUE(train(device) == expected()) << "other losses or weights than on the real driver";
    }
    for (const std::string& fault : mock.faults()) ADD_FAILURE() << fault;
    return mock.calls();
}

TEST(Portability, WithoutValidTimestampBits) {
    trains_alike({.queue_family = [](VkQueueFamilyProperties& family) { family.timestampValidBits = 0; }},
                 [](const vulkan::Device& device) { EXPECT_EQ(device.caps().timestamp_valid_bits, 0u); });
}

TEST(Portability, WithoutATimestampPeriod) {
    for (const float period : {0.0f, std::numeric_limits<float>::infinity()})
        trains_alike({.properties = [period](VkPhysicalDeviceProperties& properties) { properties.limits.timestampPeriod = period; }},
                     [](const vulkan::Device& device) { EXPECT_EQ(device.caps().timestamp_valid_bits, 0u); });
}

/// Compute implies transfers, whether the family says so or not.
TEST(Portability, WithAComputeQueueAlone) {
    trains_alike({.queue_family = [](VkQueueFamilyProperties& family) {
        family.queueFlags = VK_QUEUE_COMPUTE_BIT;
        family.queueCount = 1;
    }});
}

TEST(Portability, WithNonCoherentMemoryInAtomsOf256) {
    const Calls calls = trains_alike({.properties = [](VkPhysicalDeviceProperties& properties) { properties.limits.nonCoherentAtomSize = 256; },
                                      .memory_types = {local | visible | cached}},
                                     [](const vulkan::Device& device) { EXPECT_EQ(device.caps().non_coherent_atom_bytes, 256u); });
    EXPECT_GT(calls.flushes, 0u);
    EXPECT_GT(calls.invalidations, 0u);
}

TEST(Portability, WithSeparateDeviceMemory) {
    const Calls calls = trains_alike({.memory_types = {local, visible | coherent, visible | coherent | cached}});
    EXPECT_LT(calls.maps, calls.allocations / 2) << "device memory was mapped";
    EXPECT_EQ(calls.flushes + calls.invalidations, 0u);
}

TEST(Portability, WithSeparateDeviceMemoryAndNonCoherentHostMemory) {
    const Calls calls = trains_alike({.properties = [](VkPhysicalDeviceProperties& properties) { properties.limits.nonCoherentAtomSize = 256; },
                                      .memory_types = {visible | cached, local}});
    EXPECT_GT(calls.flushes, 0u);
    EXPECT_GT(calls.invalidations, 0u);
}

TEST(Portability, AsAPortabilityDriver) {
    const Calls calls = trains_alike({.portability = true});
    EXPECT_EQ(calls.instances_asking_for_portability, 1u);
    EXPECT_EQ(calls.devices_with_subset, 1u);
}

TEST(Portability, AsAPortabilityDriverOfAnOldLoader) {
    const Calls calls = trains_alike({.portability = true, .old_loader = true});
    EXPECT_EQ(calls.instances_asking_for_portability, 0u);
    EXPECT_EQ(calls.devices_with_subset, 1u);
}

/// Few enough that other users of the device find room beside.
constexpr std::uint32_t many_allocations = 64;

TEST(Portability, With4096AllocationsAtMost) {
    const auto limit = [](VkPhysicalDeviceProperties& properties) { properties.limits.maxMemoryAllocationCount = 4096; };
    const Calls calls = trains_alike({.properties = limit, .max_allocations = 4096},
                                     [](const vulkan::Device& device) { EXPECT_EQ(device.caps().max_allocations, 4096u); });
    EXPECT_LE(calls.most_allocations, many_allocations);
}

TEST(Portability, ALimitOfAllocationsThatIsReachedIsNamed) {
    const auto limit = [](VkPhysicalDeviceProperties& properties) { properties.limits.maxMemoryAllocationCount = 6; };
    const MockedVulkan mock({.properties = limit, .max_allocations = 6});
    const Device device = open(mock.entry());
    const std::string message = tests::error_of(ErrorCode::out_of_memory, [&] { train(device); });
    EXPECT_NE(message.find("all 6 allocations are in use"), std::string::npos) << message;
    EXPECT_EQ(mock.calls().most_allocations, 6u);
}

/// The limit is the device's, and others may use some of it.
TEST(Portability, AnAllocationThatFailsIsNamed) {
    const MockedVulkan mock({.max_allocations = 6});
    const Device device = open(mock.entry());
    const std::string message = tests::error_of(ErrorCode::out_of_memory, [&] { train(device); });
    EXPECT_NE(message.find("VK_ERROR_TOO_MANY_OBJECTS"), std::string::npos) << message;
    EXPECT_NE(message.find("needed"), std::string::npos) << message;
}

/// Of the transfers alone: what lies beside the bytes, in the same atom, is not touched.
TEST(Portability, AFlushLeavesWhatTheDeviceWroteInTheSameAtom) {
    const MockedVulkan mock({.memory_types = {local | visible | cached}});
    const Device opened = open(mock.entry());
    vulkan::Device& device = opened.vulkan();
    vulkan::Buffer buffer(device, 256, vulkan::MemoryUse::device, "atom");
    device.fill({&buffer, 0, 256}, 7);
    const std::uint32_t word = 9;
    device.upload({&buffer, 0, 256}, std::as_bytes(std::span(&word, 1)));
    std::vector<std::uint32_t> words(64);
    device.download({&buffer, 0, 256}, std::as_writable_bytes(std::span(words)));
    EXPECT_EQ(words[0], 9u);
    EXPECT_EQ(std::count(words.begin(), words.end(), 7u), 63);
    EXPECT_TRUE(mock.faults().empty());
}

/// The mock itself: a host that forgets to flush, or maps what it cannot, is found out.
TEST(Portability, TheMockIsStrict) {
    const MockedVulkan mock({.properties = [](VkPhysicalDeviceProperties& properties) { properties.limits.nonCoherentAtomSize = 256; },
                             .memory_types = {local, visible | cached}});
    const Device opened = open(mock.entry());
    vulkan::Device& device = opened.vulkan();
    vulkan::Buffer host(device, 1024, vulkan::MemoryUse::upload, "host");
    vulkan::Buffer other(device, 1024, vulkan::MemoryUse::device, "other");
    device.fill({&host, 0, 1024}, 7);
    EXPECT_NE(static_cast<int>(*host.mapped()), 7) << "the host sees what it did not ask for";
    host.invalidate(0, 1024);
    EXPECT_EQ(static_cast<int>(*host.mapped()), 7);
    EXPECT_TRUE(mock.faults().empty());
    vulkan::DeviceFunctions vk = device.vk();
    VkMappedMemoryRange range{VK_STRUCTURE_TYPE_MAPPED_MEMORY_RANGE, nullptr, VK_NULL_HANDLE, 64, 64};
    auto info = VkMemoryAllocateInfo{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, nullptr, 1024, 0};
    ASSERT_EQ(vk.AllocateMemory(device.handle(), &info, nullptr, &range.memory), VK_SUCCESS);
    void* address = nullptr;
    EXPECT_EQ(vk.MapMemory(device.handle(), range.memory, 0, VK_WHOLE_SIZE, 0, &address), VK_ERROR_MEMORY_MAP_FAILED);
    vk.FlushMappedMemoryRanges(device.handle(), 1, &range);
    vk.FreeMemory(device.handle(), range.memory, nullptr);
    EXPECT_GE(mock.faults().size(), 3u);
}

}  // namespace
}  // namespace hekla
