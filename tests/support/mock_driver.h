#pragma once
// The real driver, made to look like one that lacks something: what it tells of itself is changed,
// and memory behaves as it then must. What such a driver would not forgive is noted as a fault.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "vulkan/functions.h"

namespace hekla::tests {

/// How the driver is to look; what is left out is as the real one has it.
struct MockDriver {
    std::function<void(VkPhysicalDeviceProperties&)> properties = {};
    std::function<void(VkQueueFamilyProperties&)> queue_family = {};
    /// Memory types in place of the driver's: device-local ones on one heap, the others on another.
    /// Mapped memory without HOST_COHERENT is a copy that only flush and invalidate bring together
    /// with what the device sees; memory without HOST_VISIBLE cannot be mapped.
    std::vector<VkMemoryPropertyFlags> memory_types = {};
    std::uint32_t max_allocations = ~0u;  // more than these fail
    /// Like MoltenVK: listed only to those who ask for portability drivers, and its
    /// VK_KHR_portability_subset must be enabled.
    bool portability = false;
    /// A loader from before VK_KHR_portability_enumeration, which lists such drivers unasked.
    bool old_loader = false;
};

/// One at a time; it outlives the devices made through it.
class MockedVulkan {
  public:
    explicit MockedVulkan(MockDriver driver);
    ~MockedVulkan();
    MockedVulkan(const MockedVulkan&) = delete;
    MockedVulkan& operator=(const MockedVulkan&) = delete;

    /// For DeviceOptions::get_instance_proc_addr.
    PFN_vkGetInstanceProcAddr entry() const;

    /// What the driver would not have forgiven, a sentence each.
    const std::vector<std::string>& faults() const;
    /// Calls so far, to see that the case that is mocked was met.
    struct Calls {
        std::uint32_t flushes = 0, invalidations = 0, maps = 0, allocations = 0, most_allocations = 0;
        std::uint32_t instances_asking_for_portability = 0, devices_with_subset = 0;
    };
    const Calls& calls() const;

  private:
    struct State;
    friend struct MockHooks;
    std::unique_ptr<State> state_;
};

}  // namespace hekla::tests
