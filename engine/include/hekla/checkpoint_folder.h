#pragma once
// Checkpoints as files: safetensors with JSON metadata and a SHA-256 over all of it.

#include <functional>
#include <memory>
#include <string>

#include <hekla/checkpoint.h>

namespace hekla::io {

/// Files "checkpoint-00001234.safetensors" by step. Each is written beside, flushed to the disk and renamed, so that a kill or
/// a full disk at any moment leaves the ones before it.
class CheckpointFolder {
  public:
    /// Keeps the newest `keep` (at least 1).
    explicit CheckpointFolder(std::string path, std::uint32_t keep = 3);

    /// Makes the folder, and removes what a killed process left half written. Throws Error if it can't be made.
    void open();
    /// For CheckpointOptions::save. Throws Error (invalid_file) with the system's reason; older checkpoints are intact.
    void save(const Checkpoint& checkpoint);
    /// The newest checkpoint that is whole; null if there is no file. `on_skip` is told of each one passed over and why. Throws
    /// Error (invalid_file) if there are files and none is whole, (not_found) if there is no folder.
    std::shared_ptr<const Checkpoint> newest(const std::function<void(const std::string&)>& on_skip = {}) const;
    bool empty() const;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
    std::uint32_t keep_;
};

/// One file. The bytes depend on the checkpoint alone.
void write_checkpoint(const std::string& path, const Checkpoint& checkpoint);
/// Throws Error (invalid_file) naming the file for anything but a whole checkpoint.
Checkpoint read_checkpoint(const std::string& path);

}  // namespace hekla::io
