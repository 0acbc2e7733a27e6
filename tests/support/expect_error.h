#pragma once
// The Error that a call must throw.

#include <gtest/gtest.h>
#include <hekla/error.h>

#include <string>

namespace hekla::tests {

/// The message of the Error with this code that `call` throws. Anything else fails the test.
template <class Call>
std::string error_of(ErrorCode code, Call&& call) {
    try {
        call();
    } catch (const Error& error) {
        EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(code)) << error.what();
        return error.what();
    }
    ADD_FAILURE() << "no Error was thrown";
    return {};
}

}  // namespace hekla::tests
