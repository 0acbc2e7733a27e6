#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <system_error>

#include <fcntl.h>
#include <io.h>
#include <process.h>
#include <share.h>
#include <sys/stat.h>
#include <windows.h>

#include "base/system.h"
#include "io/system_file.h"

namespace hekla::io {
namespace {

using base::path_of;

int open_wide(const std::string& path, int flags) {
    int descriptor = -1;
    const int error = _wsopen_s(&descriptor, path_of(path).c_str(), flags | _O_BINARY | _O_NOINHERIT,
                                _SH_DENYNO, _S_IREAD | _S_IWRITE);
    if (error != 0) errno = error;
    return error == 0 ? descriptor : -1;
}

unsigned at_most_int(std::size_t count) {
    return static_cast<unsigned>(std::min<std::size_t>(count, std::numeric_limits<int>::max()));
}

}  // namespace

FileStatus status_of(const std::string& path) {
    // Opened for no access at all: asking by name takes devices such as NUL for missing files.
    constexpr DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    const HANDLE file = CreateFileW(path_of(path).c_str(), 0, share, nullptr, OPEN_EXISTING,
                                    FILE_FLAG_BACKUP_SEMANTICS, nullptr);
    if (file == INVALID_HANDLE_VALUE) return {};
    FileStatus status{.exists = true};
    BY_HANDLE_FILE_INFORMATION info{};
    if (GetFileType(file) == FILE_TYPE_DISK && GetFileInformationByHandle(file, &info)) {
        status.folder = (info.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0;
        status.regular = !status.folder;
    }
    CloseHandle(file);
    return status;
}

int open_to_read(const std::string& path) { return open_wide(path, _O_RDONLY); }

int open_to_write(const std::string& path) { return open_wide(path, _O_WRONLY); }

int create_new(const std::string& path, const FileStatus&) {
    return open_wide(path, _O_WRONLY | _O_CREAT | _O_EXCL);
}

std::ptrdiff_t read_some(int descriptor, void* bytes, std::size_t count) {
    return _read(descriptor, bytes, at_most_int(count));
}

std::ptrdiff_t write_some(int descriptor, const void* bytes, std::size_t count) {
    return _write(descriptor, bytes, at_most_int(count));
}

int sync_file(int descriptor) { return _commit(descriptor) == 0 ? 0 : errno; }

int close_file(int descriptor) { return _close(descriptor) == 0 ? 0 : errno; }

int replace_file(const std::string& from, const std::string& to) {
    // Write-through: the new name is on the disk when this returns.
    constexpr DWORD flags = MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH;
    if (MoveFileExW(path_of(from).c_str(), path_of(to).c_str(), flags)) return 0;
    const std::error_code error(static_cast<int>(GetLastError()), std::system_category());
    return error.default_error_condition().value();
}

void sync_folder_of(const std::string&) {}  // replace_file() has done it

void remove_file(const std::string& path) noexcept {
    std::error_code ignored;
    std::filesystem::remove(path_of(path), ignored);
}

int process_number() { return _getpid(); }

}  // namespace hekla::io
