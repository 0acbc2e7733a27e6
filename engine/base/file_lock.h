#pragma once
// One process at a time: file_lock_posix.cpp and file_lock_windows.cpp.

#include <cstdint>
#include <filesystem>

namespace hekla::base {

/// Holds a lock until the end of the scope. The system gives it back when a process dies. The file stays, empty.
class FileLock {
  public:
    /// Waits `seconds` at most for another process (or another FileLock of this one).
    FileLock(const std::filesystem::path& path, double seconds);
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

    /// False if the time ran out or the file can't be made.
    bool held() const { return handle_ != none; }

  private:
    static constexpr std::intptr_t none = -1;
    std::intptr_t handle_ = none;  // a descriptor, or Windows' handle
};

}  // namespace hekla::base
