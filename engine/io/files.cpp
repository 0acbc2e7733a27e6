#include "io/files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>
#include <utility>

#include <hekla/error.h>
#include <hekla/io.h>
#include "base/system.h"
#include "io/system_file.h"

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
        if (descriptor_ >= 0) static_cast<void>(close_file(descriptor_));
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    int get() const { return descriptor_; }
    int close() { return close_file(std::exchange(descriptor_, -1)); }

  private:
    int descriptor_;
};

/// Removes the file unless told that it has become the real one.
class TemporaryFile {
  public:
    explicit TemporaryFile(std::string path) : path_(std::move(path)) {}
    ~TemporaryFile() {
        if (!path_.empty()) remove_file(path_);
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
        const std::ptrdiff_t written = write_some(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return errno;
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return 0;
}

// A new file beside `target`: renaming is atomic only within one file system. The mode of a file
// that is replaced carries over.
std::pair<int, std::string> create_beside(const std::string& target, const FileStatus& old) {
    const std::string stem = target + ".tmp-" + std::to_string(process_number()) + "-";
    for (int attempt = 0; attempt < max_name_attempts; ++attempt) {
        const std::string path = stem + std::to_string(attempt);
        const int descriptor = create_new(path, old);
        if (descriptor < 0 && errno == EEXIST) continue;
        if (descriptor < 0) fail_write(target, reason(errno));
        return {descriptor, path};
    }
    fail_write(target, "no free temporary name " + stem + "*");
}

void write_beside(const std::string& target, std::span<const char> bytes, const FileStatus& old) {
    // The file is closed before it is removed: an open one stays, on some systems.
    auto [descriptor, name] = create_beside(target, old);
    TemporaryFile temporary(name);
    OpenFile file(descriptor);
    int error = write_all(file.get(), bytes);
    if (error == 0) error = sync_file(file.get());
    if (error == 0) error = file.close();
    if (error == 0) error = replace_file(name, target);
    if (error != 0) {
        fail_write(target, reason(error) + (old.exists ? " (the old file is intact)" : ""));
    }
    temporary.keep();
    sync_folder_of(target);
}

// A terminal, pipe or device is written to, never replaced.
void write_in_place(const std::string& path, std::span<const char> bytes) {
    OpenFile file(open_to_write(path));
    if (file.get() < 0) fail_write(path, reason(errno));
    int error = write_all(file.get(), bytes);
    if (error == 0) error = file.close();
    if (error != 0) fail_write(path, reason(error));
}

// The file a symbolic link leads to, so that the link stays one.
std::string behind_links(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::is_symlink(base::path_of(path), error)) return path;
    const auto target = std::filesystem::weakly_canonical(base::path_of(path), error);
    return error ? path : base::utf8_of(target);
}

}  // namespace

std::string read_file_up_to(const std::string& path, std::uint64_t max_bytes) {
    if (status_of(path).folder) fail_read(path, "it is a folder");
    const OpenFile file(open_to_read(path));
    if (file.get() < 0 && errno == ENOENT) {
        throw Error(ErrorCode::not_found, "[io] cannot read " + path + ": there is no such file");
    }
    if (file.get() < 0) fail_read(path, reason(errno));
    std::string contents;
    for (;;) {
        const std::size_t start = contents.size();
        if (start > max_bytes) {
            fail_read(path, "it has more than " + std::to_string(max_bytes) + " bytes");
        }
        contents.resize(start + chunk_bytes);
        const std::ptrdiff_t got = read_some(file.get(), contents.data() + start, chunk_bytes);
        const int error = errno;
        contents.resize(start + static_cast<std::size_t>(std::max<std::ptrdiff_t>(got, 0)));
        if (got == 0) return contents;
        if (got < 0 && error != EINTR) fail_read(path, reason(error));
    }
}

std::string read_file(const std::string& path) {
    return read_file_up_to(path, std::numeric_limits<std::uint64_t>::max());
}

void write_file(const std::string& path, std::span<const char> bytes) {
    const std::string target = behind_links(path);
    const FileStatus old = status_of(target);
    if (old.folder) fail_write(path, "it is a folder");
    if (old.exists && !old.regular) return write_in_place(target, bytes);
    write_beside(target, bytes, old);
}

}  // namespace hekla::io
