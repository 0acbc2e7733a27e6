#include <hekla/checkpoint_folder.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include <hekla/error.h>
#include <hekla/io.h>

#include "base/system.h"
#include "io/checkpoint_json.h"

namespace hekla::io {
namespace {

namespace fs = std::filesystem;

constexpr const char* json_key = "hekla.checkpoint";
constexpr const char* hash_key = "hekla.checkpoint.sha256";
constexpr const char* prefix = "checkpoint-";
constexpr const char* suffix = ".safetensors";

/// Of the description and of every tensor's name, shape and bytes.
std::string hash_of(const std::string& json, const std::vector<NamedTensor>& tensors) {
    std::string all = json;
    for (const NamedTensor& tensor : tensors)
        all += "\n" + tensor.name + " " + to_string(tensor.shape) + " " + sha256(std::as_bytes(std::span(tensor.values)));
    return sha256(std::as_bytes(std::span(all)));
}

/// Names of files in the folder that begin and end so, the oldest first: the step has leading zeros.
std::vector<std::string> files(const std::string& folder, bool whole) {
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(base::path_of(folder), error)) {
        const std::string name = base::utf8_of(entry.path().filename());
        const bool half = name.find(std::string(suffix) + ".tmp-") != std::string::npos;
        if (name.starts_with(prefix) && (whole ? name.ends_with(suffix) : half)) names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

void remove(const std::string& folder, const std::string& name) {
    std::error_code ignored;  // one that can't be removed is no reason to stop a training
    fs::remove(base::path_of(folder) / base::path_of(name), ignored);
}

std::string path_in(const std::string& folder, const std::string& name) { return base::utf8_of(base::path_of(folder) / base::path_of(name)); }

}  // namespace

void write_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
    Safetensors file;
    for (const Checkpoint::Values& values : checkpoint.tensors) file.tensors.push_back({values.name, values.shape, values.values});
    const std::string json = checkpoint_json(checkpoint);
    file.metadata[json_key] = json;
    file.metadata[hash_key] = hash_of(json, file.tensors);
    write_safetensors(path, file);
}

Checkpoint read_checkpoint(const std::string& path) {
    Safetensors file = read_safetensors(path);
    const auto json = file.metadata.find(json_key), hash = file.metadata.find(hash_key);
    if (json == file.metadata.end() || hash == file.metadata.end())
        throw Error(ErrorCode::invalid_file, path + ": is no checkpoint (no \"" + json_key + "\" in its metadata)");
    if (hash->second != hash_of(json->second, file.tensors))
        throw Error(ErrorCode::invalid_file, path + ": is damaged: its contents do not fit their SHA-256");
    Checkpoint checkpoint = parse_checkpoint_json(json->second, path);
    for (NamedTensor& tensor : file.tensors) checkpoint.tensors.push_back({tensor.name, tensor.shape, std::move(tensor.values)});
    return checkpoint;
}

CheckpointFolder::CheckpointFolder(std::string path, std::uint32_t keep) : path_(std::move(path)), keep_(std::max(keep, 1u)) {}

void CheckpointFolder::open() {
    std::error_code error;
    fs::create_directories(base::path_of(path_), error);
    if (error || !fs::is_directory(base::path_of(path_)))
        throw Error(ErrorCode::invalid_argument, "[checkpoint] can't make the folder '" + path_ + "': " + (error ? error.message() : "it is a file"));
    for (const std::string& name : files(path_, false)) remove(path_, name);
}

void CheckpointFolder::save(const Checkpoint& checkpoint) {
    char name[64];
    std::snprintf(name, sizeof name, "%s%010u%s", prefix, checkpoint.step(), suffix);
    write_checkpoint(path_in(path_, name), checkpoint);
    // Later ones are damaged, or of a future that did not happen.
    const std::vector<std::string> names = files(path_, true);
    const auto own = static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    for (std::size_t i = 0; i < names.size(); ++i)
        if (i + keep_ <= own || i > own) remove(path_, names[i]);
}

std::shared_ptr<const Checkpoint> CheckpointFolder::newest(const std::function<void(const std::string&)>& on_skip) const {
    std::error_code ignored;
    if (!fs::is_directory(base::path_of(path_), ignored)) throw Error(ErrorCode::not_found, "[checkpoint] there is no folder '" + path_ + "'");
    std::vector<std::string> names = files(path_, true);
    std::reverse(names.begin(), names.end());
    std::string reasons;
    for (const std::string& name : names) {
        try {
            return std::make_shared<const Checkpoint>(read_checkpoint(path_in(path_, name)));
        } catch (const Error& error) {
            if (on_skip) on_skip("passed over: " + std::string(error.what()));
            reasons += std::string("\n  ") + error.what();
        }
    }
    if (!names.empty()) throw Error(ErrorCode::invalid_file, "[checkpoint] no checkpoint in '" + path_ + "' is whole:" + reasons);
    return nullptr;
}

bool CheckpointFolder::empty() const { return files(path_, true).empty(); }

}  // namespace hekla::io
