#pragma once
// The process's environment: environment_posix.cpp and environment_windows.cpp.

namespace hekla::test {

/// nullptr removes the variable.
void set_environment(const char* name, const char* value);

/// The variable by which the system names the user's folder, and Hekla's cache in there.
struct UserCache {
    const char* variable;
    const char* folder;
};
UserCache user_cache();

}  // namespace hekla::test
