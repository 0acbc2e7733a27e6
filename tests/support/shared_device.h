#pragma once
// The device of a test program: opened at first use with validation on, closed after the last test.

#include <hekla/device.h>

#include <string>
#include <vector>

namespace hekla::tests {

/// Made once per program, as opening a device and compiling its pipelines takes long.
Device& shared_device();

/// What validation said since the current test began. The test fails if anything is left in here at
/// its end; one that expects messages takes them out.
std::vector<std::string>& validation_messages();

}  // namespace hekla::tests
