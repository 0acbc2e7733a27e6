#include <cstdlib>

#include "support/environment.h"

namespace hekla::test {

void set_environment(const char* name, const char* value) {
    value ? ::setenv(name, value, 1) : ::unsetenv(name);
}

UserCache user_cache() { return {"HOME", ".cache/hekla"}; }

}  // namespace hekla::test
