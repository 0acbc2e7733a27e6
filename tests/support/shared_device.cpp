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

// googletest owns it.
[[maybe_unused]] const testing::Environment* const registered =
    testing::AddGlobalTestEnvironment(new CloseDevice);

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
        // Only now: it must hear of a test's end before googletest's printer does, which is the other
        // way round than they were added.
        testing::UnitTest::GetInstance()->listeners().Append(new FailOnMessages);
    }
    return *device();
}

}  // namespace hekla::tests
