// Devices, memory, transfers and timestamps on whatever driver is there, with validation on.

#include <gtest/gtest.h>
#include <hekla/error.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/scoped_variable.h"
#include "vulkan/device.h"
#include "vulkan/library.h"

namespace hekla::vulkan {
namespace {

using Bytes = std::vector<std::byte>;

Bytes random_bytes(std::size_t count) {
    std::mt19937 random(7);
    Bytes bytes(count);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    return bytes;
}

/// The message of the Error that `call` throws; it must have this code.
template <typename Call>
std::string error_of(ErrorCode code, Call&& call) {
    try {
        call();
    } catch (const Error& error) {
        EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(code)) << error.what();
        return error.what();
    }
    ADD_FAILURE() << "no Error was thrown";
    return {};
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// Collects validation messages; a test fails if there is one.
class DeviceTest : public testing::Test {
  protected:
    DeviceOptions options() {
        DeviceOptions options;
        options.validation = true;
        options.disk_cache = false;
        options.on_message = [this](const std::string& message) { messages_.push_back(message); };
        return options;
    }
    void TearDown() override {
        for (const std::string& message : messages_) ADD_FAILURE() << message;
    }

    std::vector<std::string> messages_;
};

void round_trip(Device& device, std::uint64_t bytes, std::uint64_t offset) {
    Buffer buffer(device, offset + bytes + 3, MemoryUse::device, "round trip");
    const BufferRange whole{&buffer, 0, buffer.bytes()};
    const Bytes before(buffer.bytes(), std::byte{0x5a});
    device.upload(whole, before);
    const Bytes sent = random_bytes(bytes);
    device.upload({&buffer, offset, bytes}, sent);
    Bytes received(bytes);
    device.download({&buffer, offset, bytes}, received);
    EXPECT_TRUE(sent == received) << bytes << " bytes at " << offset;
    Bytes all(buffer.bytes());
    device.download(whole, all);
    std::fill_n(all.begin() + static_cast<std::ptrdiff_t>(offset), bytes, std::byte{0x5a});
    EXPECT_TRUE(all == before) << "neighbours changed, " << bytes << " bytes at " << offset;
}

void round_trips(Device& device) {
    for (const std::uint64_t bytes : {1, 3, 4, 17, 1000, 4099}) round_trip(device, bytes, 256);
    round_trip(device, (8u << 20) + 5, 512);  // more than a staging buffer
}

TEST(Gpus, AreListedInOrderOfPreference) {
    const std::vector<GpuInfo> gpus = list_gpus();
    ASSERT_FALSE(gpus.empty());
    for (std::size_t i = 0; i < gpus.size(); ++i) {
        EXPECT_EQ(gpus[i].index, i);
        EXPECT_FALSE(gpus[i].name.empty());
        EXPECT_FALSE(gpus[i].driver.empty());
        EXPECT_FALSE(gpus[i].api_version.empty());
        EXPECT_GT(gpus[i].memory_bytes, 0u);
        if (i > 0 && gpus[i].rejected.empty()) {
            EXPECT_LE(gpus[i - 1].device_class, gpus[i].device_class);
        }
    }
}

TEST_F(DeviceTest, IsChosenByIndexNameOrDriver) {
    DeviceOptions chosen = options();
    chosen.select = "0";
    const GpuInfo best = Device(chosen).gpu();
    EXPECT_EQ(best.index, 0u);
    for (std::string part : {best.name.substr(1, 6), best.driver.substr(0, 6)}) {
        std::transform(part.begin(), part.end(), part.begin(), [](unsigned char c) {
            return static_cast<char>(std::isupper(c) != 0 ? std::tolower(c) : std::toupper(c));
        });
        chosen.select = part;
        EXPECT_EQ(Device(chosen).gpu().name, best.name) << part;
    }
}

TEST_F(DeviceTest, AnUnknownNameListsWhatThereIs) {
    for (const char* select : {"no such gpu", "99"}) {
        DeviceOptions chosen = options();
        chosen.select = select;
        const std::string message = error_of(ErrorCode::no_device, [&] { Device device(chosen); });
        EXPECT_TRUE(contains(message, select)) << message;
        EXPECT_TRUE(contains(message, list_gpus().front().name)) << message;
    }
}

TEST_F(DeviceTest, UnknownCapsAreRefused) {
    DeviceOptions chosen = options();
    chosen.caps = "tiny";
    const std::string message =
        error_of(ErrorCode::invalid_argument, [&] { Device device(chosen); });
    EXPECT_TRUE(contains(message, "tiny") && contains(message, "minimum")) << message;
}

TEST_F(DeviceTest, CapsReachTheSpecificationsMinimum) {
    const Device device(options());
    const DeviceCaps minimum;
    const DeviceCaps& caps = device.caps();
    EXPECT_GE(caps.max_invocations, minimum.max_invocations);
    EXPECT_GE(caps.max_groups, minimum.max_groups);
    EXPECT_GE(caps.max_shared_bytes, minimum.max_shared_bytes);
    EXPECT_GE(caps.max_push_constant_bytes, minimum.max_push_constant_bytes);
    EXPECT_GE(caps.max_storage_buffers, minimum.max_storage_buffers);
    EXPECT_GE(caps.max_storage_range_bytes, minimum.max_storage_range_bytes - 1);
    EXPECT_GE(caps.max_texel_elements, minimum.max_texel_elements);
    EXPECT_GE(caps.subgroup_size, 1u);
    EXPECT_LE(caps.non_coherent_atom_bytes, minimum.non_coherent_atom_bytes);
}

TEST_F(DeviceTest, MinimumCapsAreTheMinimum) {
    DeviceOptions chosen = options();
    chosen.caps = "minimum";
    Device device(chosen);
    EXPECT_EQ(device.caps().max_invocations, 128u);
    EXPECT_EQ(device.caps().max_storage_buffers, 4u);
    EXPECT_EQ(device.caps().max_texel_elements, 65536u);
    EXPECT_EQ(device.caps().subgroup_size, 1u);
    EXPECT_FALSE(device.caps().shader_float16);
    Timestamps none(device, 2);
    EXPECT_TRUE(none.read_ns(0, 2).empty());
    EXPECT_EQ(Buffer(device, 64, MemoryUse::device, "unmapped").mapped(), nullptr);
}

TEST_F(DeviceTest, BytesMakeTheRoundTrip) {
    Device device(options());
    round_trips(device);
}

TEST_F(DeviceTest, BytesMakeTheRoundTripThroughStaging) {
    DeviceOptions chosen = options();
    chosen.caps = "minimum";  // device-local memory is not mapped
    Device device(chosen);
    round_trips(device);
}

TEST_F(DeviceTest, FillsWithWords) {
    Device device(options());
    Buffer buffer(device, 1024, MemoryUse::device, "fill");
    device.fill({&buffer, 0, 1024}, 0);
    device.fill({&buffer, 256, 12}, 0x04030201);
    std::vector<std::uint32_t> words(256);
    device.download({&buffer, 0, 1024}, std::as_writable_bytes(std::span(words)));
    for (std::size_t i = 0; i < words.size(); ++i) {
        EXPECT_EQ(words[i], i >= 64 && i < 67 ? 0x04030201u : 0u) << i;
    }
    error_of(ErrorCode::invalid_argument, [&] { device.fill({&buffer, 0, 6}, 0); });
}

TEST_F(DeviceTest, RefusesTransfersOutOfRange) {
    Device device(options());
    Buffer buffer(device, 100, MemoryUse::device, "small");
    Bytes bytes(101);
    error_of(ErrorCode::invalid_argument, [&] { device.upload({&buffer, 0, 100}, bytes); });
    error_of(ErrorCode::invalid_argument, [&] { device.download({&buffer, 256, 101}, bytes); });
    error_of(ErrorCode::invalid_argument, [&] { device.upload({}, bytes); });
}

TEST_F(DeviceTest, AHugeBufferNamesNeedAndRoom) {
    Device device(options());
    const std::uint64_t huge = 1ull << 50;
    const std::string message = error_of(ErrorCode::out_of_memory, [&] {
        Buffer buffer(device, huge, MemoryUse::device, "activations");
    });
    EXPECT_TRUE(contains(message, "activations")) << message;
    EXPECT_TRUE(contains(message, std::to_string(huge) + " bytes")) << message;
    EXPECT_TRUE(contains(message, "available")) << message;
    error_of(ErrorCode::invalid_argument,
             [&] { Buffer buffer(device, 0, MemoryUse::device, "empty"); });
    EXPECT_EQ(device.memory_allocated(), 0u);
}

TEST_F(DeviceTest, CountsItsAllocations) {
    Device device(options());
    const std::uint64_t objects = device.objects_created();
    {
        Buffer buffer(device, 5000, MemoryUse::readback, "readback");
        EXPECT_NE(buffer.mapped(), nullptr);
        EXPECT_GE(device.memory_allocated(), 5000u);
        EXPECT_EQ(device.allocations(), 1u);
    }
    EXPECT_EQ(device.memory_allocated(), 0u);
    EXPECT_EQ(device.allocations(), 0u);
    EXPECT_GT(device.objects_created(), objects);
    EXPECT_GT(device.memory_available(), 0u);
}

TEST_F(DeviceTest, TimestampsGrow) {
    Device device(options());
    if (device.caps().timestamp_valid_bits == 0) GTEST_SKIP() << "no timestamps on this device";
    Buffer buffer(device, 4 << 20, MemoryUse::device, "work");
    Timestamps times(device, 4);
    device.run_once([&](VkCommandBuffer cmd) {
        times.reset(cmd, 0, 4);
        for (std::uint32_t i = 0; i < 4; ++i) {
            begin_label(device, cmd, "fill");
            device.vk().CmdFillBuffer(cmd, buffer.handle(), 0, VK_WHOLE_SIZE, i);
            compute_barrier(device, cmd);
            end_label(device, cmd);
            times.write(cmd, i);
        }
    });
    const std::vector<std::uint64_t> ns = times.read_ns(0, 4);
    ASSERT_EQ(ns.size(), 4u);
    EXPECT_TRUE(std::is_sorted(ns.begin(), ns.end()));
    EXPECT_GT(ns[3], ns[0]);
    EXPECT_EQ(times.read_ns(1, 2).size(), 2u);
}

TEST_F(DeviceTest, AnErrorWhileRecordingLeavesTheDeviceUsable) {
    Device device(options());
    EXPECT_THROW(device.run_once([](VkCommandBuffer) { throw 1; }), int);
    round_trip(device, 100, 0);
}

TEST_F(DeviceTest, SecondariesReplay) {
    Device device(options());
    Buffer buffer(device, 64, MemoryUse::device, "replayed");
    CommandPool pool(device);
    VkCommandBuffer secondary = pool.allocate(VK_COMMAND_BUFFER_LEVEL_SECONDARY);
    begin(device, secondary, VK_COMMAND_BUFFER_LEVEL_SECONDARY);
    compute_barrier(device, secondary);
    device.vk().CmdFillBuffer(secondary, buffer.handle(), 0, 64, 9);
    end(device, secondary);
    VkCommandBuffer primary = pool.allocate(VK_COMMAND_BUFFER_LEVEL_PRIMARY);
    begin(device, primary, VK_COMMAND_BUFFER_LEVEL_PRIMARY);
    for (int i = 0; i < 3; ++i) device.vk().CmdExecuteCommands(primary, 1, &secondary);
    end(device, primary);
    Submission first(device);
    Submission second(device);
    first.submit(primary);
    second.submit(primary);
    EXPECT_TRUE(second.in_flight());
    second.wait();
    first.wait();
    EXPECT_FALSE(first.in_flight());
    std::vector<std::uint32_t> words(16);
    device.download({&buffer, 0, 64}, std::as_writable_bytes(std::span(words)));
    EXPECT_EQ(words, std::vector<std::uint32_t>(16, 9));
}

TEST_F(DeviceTest, TwoDevicesAreIndependent) {
    Device first(options());
    {
        Device second(options());
        round_trip(second, 333, 256);
        round_trip(first, 333, 256);
        Buffer buffer(second, 64, MemoryUse::device, "second's");
        EXPECT_EQ(first.memory_allocated(), 0u);
    }
    round_trip(first, 333, 256);
}

/// A device that an application made, with the loader opened by hand and validation on.
class AppDevice {
  public:
    AppDevice(std::vector<std::string>& messages) : messages_(messages) {
        const Library library = open_vulkan_library(vulkan_library_names());
        library_ = library.handle;
        borrowed_.get_instance_proc_addr = library.get_instance_proc_addr;
        create_instance();
        functions_ = load_instance_functions(borrowed_.get_instance_proc_addr, borrowed_.instance);
        functions_.CreateDebugUtilsMessengerEXT(borrowed_.instance, &messenger_info_, nullptr,
                                                &messenger_);
        create_device();
    }
    ~AppDevice() {
        device_functions_.DestroyDevice(borrowed_.device, nullptr);
        functions_.DestroyDebugUtilsMessengerEXT(borrowed_.instance, messenger_, nullptr);
        functions_.DestroyInstance(borrowed_.instance, nullptr);
        close_vulkan_library(library_);
    }
    const BorrowedDevice& borrowed() const { return borrowed_; }

  private:
    static VKAPI_ATTR VkBool32 VKAPI_CALL collect(VkDebugUtilsMessageSeverityFlagBitsEXT,
                                                  VkDebugUtilsMessageTypeFlagsEXT,
                                                  const VkDebugUtilsMessengerCallbackDataEXT* data,
                                                  void* app) {
        static_cast<AppDevice*>(app)->messages_.push_back(data->pMessage);
        return VK_FALSE;
    }

    void create_instance() {
        const char* layer = "VK_LAYER_KHRONOS_validation";
        const char* extension = VK_EXT_DEBUG_UTILS_EXTENSION_NAME;
        VkApplicationInfo application{};
        application.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO;
        application.apiVersion = VK_API_VERSION_1_1;
        VkInstanceCreateInfo info{};
        info.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO;
        info.pApplicationInfo = &application;
        info.enabledLayerCount = 1;
        info.ppEnabledLayerNames = &layer;
        info.enabledExtensionCount = 1;
        info.ppEnabledExtensionNames = &extension;
        messenger_info_.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT;
        messenger_info_.messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT |
                                          VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT;
        messenger_info_.messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT;
        messenger_info_.pfnUserCallback = collect;
        messenger_info_.pUserData = this;
        const GlobalFunctions global = load_global_functions(borrowed_.get_instance_proc_addr);
        ASSERT_EQ(global.CreateInstance(&info, nullptr, &borrowed_.instance), VK_SUCCESS);
    }

    void create_device() {
        std::uint32_t count = 1;
        functions_.EnumeratePhysicalDevices(borrowed_.instance, &count, &borrowed_.physical_device);
        ASSERT_EQ(count, 1u);
        const float priority = 1;
        VkDeviceQueueCreateInfo queue{};
        queue.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO;
        queue.queueCount = 1;
        queue.pQueuePriorities = &priority;
        VkDeviceCreateInfo info{};
        info.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO;
        info.queueCreateInfoCount = 1;
        info.pQueueCreateInfos = &queue;
        ASSERT_EQ(
            functions_.CreateDevice(borrowed_.physical_device, &info, nullptr, &borrowed_.device),
            VK_SUCCESS);
        device_functions_ = load_device_functions(functions_, borrowed_.device);
        device_functions_.GetDeviceQueue(borrowed_.device, 0, 0, &borrowed_.queue);
    }

    std::vector<std::string>& messages_;
    void* library_ = nullptr;
    VkDebugUtilsMessengerCreateInfoEXT messenger_info_{};
    VkDebugUtilsMessengerEXT messenger_ = VK_NULL_HANDLE;
    InstanceFunctions functions_;
    DeviceFunctions device_functions_;
    BorrowedDevice borrowed_;
};

TEST_F(DeviceTest, WorksOnABorrowedDeviceAndLeavesItWhole) {
    AppDevice app(messages_);
    for (const char* caps : {"", "minimum", ""}) {
        Device device(app.borrowed(), caps);
        EXPECT_EQ(device.handle(), app.borrowed().device);
        EXPECT_FALSE(device.caps().storage_16bit || device.caps().storage_8bit);
        EXPECT_FALSE(device.debug_labels());
        round_trips(device);
    }
    BorrowedDevice incomplete = app.borrowed();
    incomplete.device = VK_NULL_HANDLE;
    const std::string message =
        error_of(ErrorCode::invalid_argument, [&] { Device device(incomplete); });
    EXPECT_TRUE(contains(message, "device")) << message;
}

/// Points the user's cache folder to an empty one for a test's time.
class CacheFolder {
  public:
    ~CacheFolder() { std::filesystem::remove_all(path_); }
    std::filesystem::path path() const { return path_; }

  private:
    std::string path_ =
        testing::TempDir() + "hekla-cache-" + std::to_string(std::random_device{}());
    test::ScopedVariable variable_{"XDG_CACHE_HOME", path_.c_str()};
};

Bytes content(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    Bytes bytes(std::filesystem::file_size(path));
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return bytes;
}

TEST_F(DeviceTest, ThePipelineCacheIsKeptAndRepaired) {
    const CacheFolder folder;
    DeviceOptions chosen = options();
    chosen.disk_cache = true;
    bool kept = false;
    {
        const Device device(chosen);
        EXPECT_NE(device.pipeline_cache(), VkPipelineCache(VK_NULL_HANDLE));
        kept = !device.quirks().pipeline_cache_grows;
    }
    if (!kept) {
        EXPECT_FALSE(std::filesystem::exists(folder.path() / "hekla"));
        return;
    }
    std::vector<std::filesystem::path> files;
    for (const auto& file : std::filesystem::directory_iterator(folder.path() / "hekla")) {
        if (file.path().filename().string().starts_with("pipelines-")) files.push_back(file.path());
    }
    ASSERT_EQ(files.size(), 1u);
    EXPECT_EQ(files[0].extension(), ".bin");
    const Bytes whole = content(files[0]);
    std::filesystem::resize_file(files[0], whole.size() / 2);
    EXPECT_NE(Device(chosen).pipeline_cache(), VkPipelineCache(VK_NULL_HANDLE));
    EXPECT_TRUE(content(files[0]) == whole);
    const auto written = std::filesystem::last_write_time(files[0]);
    EXPECT_NE(Device(chosen).pipeline_cache(), VkPipelineCache(VK_NULL_HANDLE));
    EXPECT_EQ(std::filesystem::last_write_time(files[0]), written) << "rewritten in vain";
}

TEST_F(DeviceTest, APipelineCacheThatCannotBeKeptIsHarmless) {
    const CacheFolder folder;
    std::ofstream(folder.path()) << "a file where the folder should be";
    DeviceOptions chosen = options();
    chosen.disk_cache = true;
    EXPECT_NE(Device(chosen).pipeline_cache(), VkPipelineCache(VK_NULL_HANDLE));
}

TEST_F(DeviceTest, AMissingBarrierIsReported) {
    {
        Device device(options());
        Buffer buffer(device, 1024, MemoryUse::device, "twice filled");
        device.run_once([&](VkCommandBuffer cmd) {
            device.vk().CmdFillBuffer(cmd, buffer.handle(), 0, 1024, 1);
            device.vk().CmdFillBuffer(cmd, buffer.handle(), 0, 1024, 2);
        });
    }
    ASSERT_EQ(messages_.size(), 1u);
    EXPECT_TRUE(contains(messages_[0], "SYNC-HAZARD-WRITE-AFTER-WRITE")) << messages_[0];
    messages_.clear();
}

TEST_F(DeviceTest, AnExceptionInOnMessageStaysThere) {
    DeviceOptions throwing = options();
    int calls = 0;
    throwing.on_message = [&](const std::string&) {
        ++calls;
        throw std::runtime_error("from on_message");
    };
    Device device(throwing);
    Buffer buffer(device, 1024, MemoryUse::device, "twice filled");
    device.run_once([&](VkCommandBuffer cmd) {
        device.vk().CmdFillBuffer(cmd, buffer.handle(), 0, 1024, 1);
        device.vk().CmdFillBuffer(cmd, buffer.handle(), 0, 1024, 2);
    });
    EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace hekla::vulkan
