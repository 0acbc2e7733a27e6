#include <cerrno>
#include <cstdio>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/system_file.h"

namespace hekla::io {

FileStatus status_of(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return {};
    return {true, S_ISDIR(status.st_mode), S_ISREG(status.st_mode), status.st_mode & 07777};
}

int open_to_read(const std::string& path) { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }

int open_to_write(const std::string& path) { return ::open(path.c_str(), O_WRONLY | O_CLOEXEC); }

int create_new(const std::string& path, const FileStatus& like) {
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0 && like.exists && ::fchmod(descriptor, static_cast<mode_t>(like.mode)) != 0) {
        // kept going: permissions that cannot be set are no reason to lose the contents
        errno = 0;
    }
    return descriptor;
}

std::ptrdiff_t read_some(int descriptor, void* bytes, std::size_t count) {
    return ::read(descriptor, bytes, count);
}

std::ptrdiff_t write_some(int descriptor, const void* bytes, std::size_t count) {
    return ::write(descriptor, bytes, count);
}

int sync_file(int descriptor) { return ::fsync(descriptor) == 0 ? 0 : errno; }

int close_file(int descriptor) { return ::close(descriptor) == 0 ? 0 : errno; }

int replace_file(const std::string& from, const std::string& to) {
    return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

void sync_folder_of(const std::string& path) {
    const auto folder = std::filesystem::path(path).parent_path();
    const std::string name = folder.empty() ? "." : folder.string();
    const int descriptor = ::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    static_cast<void>(::fsync(descriptor));
    ::close(descriptor);
}

void remove_file(const std::string& path) noexcept { ::unlink(path.c_str()); }

int process_number() { return static_cast<int>(::getpid()); }

}  // namespace hekla::io
