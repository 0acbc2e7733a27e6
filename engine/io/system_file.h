#pragma once
// Files as the system gives them: system_file_posix.cpp and system_file_windows.cpp.

#include <cstddef>
#include <string>

namespace hekla::io {

struct FileStatus {
    bool exists = false, folder = false, regular = false;
    unsigned mode = 0;  // permissions, where the system keeps them so
};
FileStatus status_of(const std::string& path);

// These return a descriptor, or -1 with the reason in errno.
int open_to_read(const std::string& path);
int open_to_write(const std::string& path);
/// Fails with EEXIST if there is such a file. Gives it the permissions of `like`, if that exists and
/// the system lets us.
int create_new(const std::string& path, const FileStatus& like);

/// Counts of bytes, or -1 with the reason in errno.
std::ptrdiff_t read_some(int descriptor, void* bytes, std::size_t count);
std::ptrdiff_t write_some(int descriptor, const void* bytes, std::size_t count);

// These return 0 or the system's error number.
/// What was written is on the disk afterwards.
int sync_file(int descriptor);
/// Some file systems report a full disk only here.
int close_file(int descriptor);
/// Puts `from` in the place of `to` at once: nobody ever sees less than a whole file there.
int replace_file(const std::string& from, const std::string& to);

/// Makes a new name itself survive a power cut; not every system can, so errors are ignored.
void sync_folder_of(const std::string& path);
void remove_file(const std::string& path) noexcept;
/// Differs between processes that run at the same time.
int process_number();

}  // namespace hekla::io
