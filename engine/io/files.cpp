#include "io/files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hekla/error.h>
#include <hekla/io.h>

namespace hekla::io {

namespace {

constexpr std::size_t chunk_bytes = std::size_t(1) << 20;
constexpr int max_name_attempts = 1000;

std::string reason(int error) { return std::strerror(error); }

[[noreturn]] void fail_read(const std::string& path, const std::string& why) {
    throw Error(ErrorCode::invalid_file, "[io] cannot read " + path + ": " + why);
}

[[noreturn]] void fail_write(const std::string& path, const std::string& why) {
    throw Error(ErrorCode::invalid_file, "[io] cannot write " + path + ": " + why);
}

class OpenFile {
  public:
    explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
    ~OpenFile() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    int get() const { return descriptor_; }
    /// 0 or the system's error number: some file systems report a full disk only here.
    int close() { return ::close(std::exchange(descriptor_, -1)) == 0 ? 0 : errno; }

  private:
    int descriptor_;
};

/// Removes the file unless told that it has become the real one.
class TemporaryFile {
  public:
    explicit TemporaryFile(std::string path) : path_(std::move(path)) {}
    ~TemporaryFile() {
        if (!path_.empty()) ::unlink(path_.c_str());
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    const std::string& path() const { return path_; }
    void keep() { path_.clear(); }

  private:
    std::string path_;
};

int write_all(int descriptor, std::span<const char> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return 0;
}

// A new file beside `target`: renaming is atomic only within one file system. The mode of a file
// that is replaced carries over.
std::pair<int, std::string> create_beside(const std::string& target, const struct stat* old) {
    const std::string stem = target + ".tmp-" + std::to_string(::getpid()) + "-";
    for (int attempt = 0; attempt < max_name_attempts; ++attempt) {
        const std::string path = stem + std::to_string(attempt);
        const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor < 0 && errno == EEXIST) continue;
        if (descriptor < 0) fail_write(target, reason(errno));
        if (old && ::fchmod(descriptor, old->st_mode & 07777) != 0) {
            // kept going: permissions that cannot be set are no reason to lose the contents
            errno = 0;
        }
        return {descriptor, path};
    }
    fail_write(target, "no free temporary name " + stem + "*");
}

// Makes the new name itself survive a power cut; not every file system can, so errors are ignored.
void sync_folder_of(const std::string& path) {
    const auto folder = std::filesystem::path(path).parent_path();
    const std::string name = folder.empty() ? "." : folder.string();
    const OpenFile file(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (file.get() >= 0) static_cast<void>(::fsync(file.get()));
}

void write_beside(const std::string& target, std::span<const char> bytes, const struct stat* old) {
    auto [descriptor, name] = create_beside(target, old);
    OpenFile file(descriptor);
    TemporaryFile temporary(name);
    int error = write_all(file.get(), bytes);
    if (error == 0 && ::fsync(file.get()) != 0) error = errno;
    if (error == 0) error = file.close();
    if (error == 0 && ::rename(name.c_str(), target.c_str()) != 0) error = errno;
    if (error != 0) {
        fail_write(target, reason(error) + (old ? " (the old file is intact)" : ""));
    }
    temporary.keep();
    sync_folder_of(target);
}

// A terminal, pipe or device is written to, never replaced.
void write_in_place(const std::string& path, std::span<const char> bytes) {
    OpenFile file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (file.get() < 0) fail_write(path, reason(errno));
    int error = write_all(file.get(), bytes);
    if (error == 0) error = file.close();
    if (error != 0) fail_write(path, reason(error));
}

// The file a symbolic link leads to, so that the link stays one.
std::string behind_links(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::is_symlink(path, error)) return path;
    const auto target = std::filesystem::weakly_canonical(path, error);
    return error ? path : target.string();
}

}  // namespace

std::string read_file_up_to(const std::string& path, std::uint64_t max_bytes) {
    const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0 && errno == ENOENT) {
        throw Error(ErrorCode::not_found, "[io] cannot read " + path + ": there is no such file");
    }
    if (file.get() < 0) fail_read(path, reason(errno));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) fail_read(path, reason(errno));
    if (S_ISDIR(status.st_mode)) fail_read(path, "it is a folder");
    std::string contents;
    for (;;) {
        const std::size_t start = contents.size();
        if (start > max_bytes) {
            fail_read(path, "it has more than " + std::to_string(max_bytes) + " bytes");
        }
        contents.resize(start + chunk_bytes);
        const ssize_t got = ::read(file.get(), contents.data() + start, chunk_bytes);
        const int error = errno;
        contents.resize(start + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
        if (got == 0) return contents;
        if (got < 0 && error != EINTR) fail_read(path, reason(error));
    }
}

std::string read_file(const std::string& path) {
    return read_file_up_to(path, std::numeric_limits<std::uint64_t>::max());
}

void write_file(const std::string& path, std::span<const char> bytes) {
    const std::string target = behind_links(path);
    struct stat old {};
    const bool exists = ::stat(target.c_str(), &old) == 0;
    if (exists && S_ISDIR(old.st_mode)) fail_write(path, "it is a folder");
    if (exists && !S_ISREG(old.st_mode)) return write_in_place(target, bytes);
    write_beside(target, bytes, exists ? &old : nullptr);
}

}  // namespace hekla::io
