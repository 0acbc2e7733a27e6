#include "support/shared_device.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>

namespace hekla::tests {
namespace {

std::optional<Device>& device() {
    static std::optional<Device> device;
    return device;
}

void fail_with_messages() {
    for (const std::string& message : std::exchange(validation_messages(), {}))
        ADD_FAILURE() << "validation: " << message;
}

class FailOnMessages : public testing::EmptyTestEventListener {
    void OnTestEnd(const testing::TestInfo&) override { fail_with_messages(); }
};

/// Closing the device is validated too: objects that are still alive are reported.
class CloseDevice : public testing::Environment {
    void TearDown() override {
        device().reset();
        fail_with_messages();
    }
};

// googletest owns both. Registered before the tests run, as this file is part of every program that
// uses the device.
[[maybe_unused]] const bool registered = [] {
    testing::UnitTest::GetInstance()->listeners().Append(new FailOnMessages);
    testing::AddGlobalTestEnvironment(new CloseDevice);
    return true;
}();

}  // namespace

std::vector<std::string>& validation_messages() {
    static std::vector<std::string> messages;
    return messages;
}

Device& shared_device() {
    if (!device()) {
        DeviceSettings settings;
        settings.validation = true;
        settings.disk_cache = false;
        settings.on_message = [](const std::string& message) {
            validation_messages().push_back(message);
        };
        device().emplace(settings);
    }
    return *device();
}

}  // namespace hekla::tests
