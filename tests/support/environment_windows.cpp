#include <cstdlib>

#include "support/environment.h"

namespace hekla::test {

// An empty value removes the variable.
void set_environment(const char* name, const char* value) { _putenv_s(name, value ? value : ""); }

UserCache user_cache() { return {"LOCALAPPDATA", "hekla"}; }

}  // namespace hekla::test
