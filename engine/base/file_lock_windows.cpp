#include <chrono>
#include <thread>

#include <windows.h>

#include "base/file_lock.h"

namespace hekla::base {

FileLock::FileLock(const std::filesystem::path& path, double seconds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    for (;;) {
        // Shared with nobody: whoever has it open holds the lock.
        const HANDLE file = CreateFileW(path.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr);
        if (file != INVALID_HANDLE_VALUE) {
            handle_ = reinterpret_cast<std::intptr_t>(file);
            return;
        }
        if (GetLastError() != ERROR_SHARING_VIOLATION || std::chrono::steady_clock::now() >= end) return;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

FileLock::~FileLock() {
    if (held()) CloseHandle(reinterpret_cast<HANDLE>(handle_));
}

}  // namespace hekla::base
