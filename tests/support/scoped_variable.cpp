#include "support/scoped_variable.h"

#include <cstdlib>

#include "support/environment.h"

namespace hekla::test {

ScopedVariable::ScopedVariable(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) {
        old_ = old;
        had_ = true;
    }
    set_environment(name, value);
}

ScopedVariable::~ScopedVariable() { set_environment(name_, had_ ? old_.c_str() : nullptr); }

}  // namespace hekla::test
