#include <cerrno>
#include <chrono>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file_lock.h"

namespace hekla::base {

FileLock::FileLock(const std::filesystem::path& path, double seconds) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0) return;
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    // Asked again and again: a wait in flock() itself has no end if the other process hangs.
    while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || std::chrono::steady_clock::now() >= end) {
            ::close(descriptor);
            return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    handle_ = descriptor;
}

FileLock::~FileLock() {
    if (held()) ::close(static_cast<int>(handle_));
}

}  // namespace hekla::base
