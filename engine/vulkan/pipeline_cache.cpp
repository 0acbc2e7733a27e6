// The VkPipelineCache on disk. It is only ever a gain of time, so every failure here is silent.

#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <system_error>

#include "base/fnv.h"
#include "base/system.h"
#include "vulkan/device.h"
#include "vulkan/gpus.h"
#include "vulkan/structure.h"

namespace hekla::vulkan {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::byte>;

// Drivers trust the data behind a fitting VkPipelineCacheHeaderVersionOne, so a file that was cut
// or damaged must be told apart before it reaches them: magic, size and FNV-1a hash stand in front.
struct FileHeader {
    char magic[8];
    std::uint64_t bytes;
    std::uint64_t hash;
};
constexpr char magic[8] = {'H', 'E', 'K', 'L', 'A', 'P', 'C', '1'};
constexpr std::uint64_t max_file_bytes = 256ull << 20;

std::uint64_t hash(std::span<const std::byte> bytes) {
    return base::fnv1a({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string file_name(const VkPhysicalDeviceProperties& properties) {
    using base::hex;
    std::string name = "pipelines-" + hex(properties.vendorID, 4) + "-" +
                       hex(properties.deviceID, 4) + "-" + hex(properties.driverVersion, 8) + "-";
    for (const std::uint8_t byte : properties.pipelineCacheUUID) name += hex(byte, 2);
    return name + ".bin";
}

/// Empty if the file is missing or damaged.
Bytes read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    FileHeader header{};
    if (!file.read(reinterpret_cast<char*>(&header), sizeof header)) return {};
    if (std::memcmp(header.magic, magic, sizeof magic) != 0) return {};
    if (header.bytes > max_file_bytes) return {};
    Bytes bytes(static_cast<std::size_t>(header.bytes));
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (static_cast<std::uint64_t>(file.gcount()) != header.bytes) return {};
    return hash(bytes) == header.hash ? bytes : Bytes{};
}

bool fits(const Bytes& bytes, const VkPhysicalDeviceProperties& properties) {
    VkPipelineCacheHeaderVersionOne header{};
    if (bytes.size() < sizeof header) return false;
    std::memcpy(&header, bytes.data(), sizeof header);
    return header.headerSize >= sizeof header &&
           header.headerVersion == VK_PIPELINE_CACHE_HEADER_VERSION_ONE &&
           header.vendorID == properties.vendorID && header.deviceID == properties.deviceID &&
           std::memcmp(header.pipelineCacheUUID, properties.pipelineCacheUUID, VK_UUID_SIZE) == 0;
}

/// Beside and renamed, so that another process never sees half a file.
void write_file(const fs::path& path, const Bytes& bytes) {
    fs::create_directories(path.parent_path());
    fs::path beside = path;
    beside += "." + base::hex(std::random_device{}(), 8) + ".tmp";
    FileHeader header{{}, bytes.size(), hash(bytes)};
    std::memcpy(header.magic, magic, sizeof magic);
    std::ofstream file(beside, std::ios::binary);
    file.write(reinterpret_cast<const char*>(&header), sizeof header);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    file.close();
    std::error_code error;
    if (file.good()) fs::rename(beside, path, error);
    if (!file.good() || error) fs::remove(beside, error);
}

}  // namespace

void Device::open_pipeline_cache(const GpuFacts& facts) {
    const fs::path folder = base::user_cache_folder();
    if (!folder.empty() && !quirks_.pipeline_cache_grows) {
        cache_path_ = folder / file_name(facts.properties);
        cache_loaded_ = read_file(cache_path_);
        if (!fits(cache_loaded_, facts.properties)) cache_loaded_.clear();
    }
    auto info = structure<VkPipelineCacheCreateInfo>(VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO);
    info.initialDataSize = cache_loaded_.size();
    info.pInitialData = cache_loaded_.empty() ? nullptr : cache_loaded_.data();
    if (functions_.CreatePipelineCache(device_, &info, nullptr, &cache_) == VK_SUCCESS) return;
    info.initialDataSize = 0;
    info.pInitialData = nullptr;
    if (functions_.CreatePipelineCache(device_, &info, nullptr, &cache_) != VK_SUCCESS) {
        cache_ = VK_NULL_HANDLE;
    }
}

void Device::save_pipeline_cache() noexcept {
    if (cache_path_.empty()) return;
    try {
        std::size_t size = 0;
        if (functions_.GetPipelineCacheData(device_, cache_, &size, nullptr) != VK_SUCCESS) return;
        Bytes bytes(size);
        if (functions_.GetPipelineCacheData(device_, cache_, &size, bytes.data()) != VK_SUCCESS) {
            return;
        }
        bytes.resize(size);
        if (bytes != cache_loaded_) write_file(cache_path_, bytes);
    } catch (...) {
        // A full disk or a folder without write permission costs time at the next start, no more.
    }
}

}  // namespace hekla::vulkan
