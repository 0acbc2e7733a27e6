// Uses Vulkan through volk, then Hekla, then Vulkan again: neither disturbs the other.
#include <volk.h>

#include <cmath>
#include <cstdio>
#include <exception>
#include <vector>

#include <hekla/hekla.h>
#include <stb_image.h>

namespace {

std::uint32_t gpus_by_volk(VkInstance instance) {
    std::uint32_t count = 0;
    vkEnumeratePhysicalDevices(instance, &count, nullptr);
    return count;
}

VkInstance make_instance() {
    if (volkInitialize() != VK_SUCCESS) return VK_NULL_HANDLE;
    VkInstanceCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO;
    VkInstance instance = VK_NULL_HANDLE;
    if (vkCreateInstance(&info, nullptr, &instance) != VK_SUCCESS) return VK_NULL_HANDLE;
    volkLoadInstance(instance);
    return instance;
}

bool multiplies(const hekla::Device& device) {
    hekla::Graph graph;
    const auto left = graph.input("left", {{2, 2}});
    const auto right = graph.constant({2, 2}, {1, 2, 3, 4});
    const auto product = hekla::relu(hekla::matmul(left, right));
    auto plan = hekla::compile(device, graph, {product});
    plan.set(left, std::vector<float>{1, 0, -1, 1});
    plan.run();
    const auto got = plan.read(product);
    const float expected[] = {1, 2, 2, 2};
    for (std::size_t i = 0; i < 4; ++i) {
        if (std::abs(got.at(i) - expected[i]) > 1e-5f) return false;
    }
    return true;
}

}  // namespace

int main() {
    try {
        const VkInstance instance = make_instance();
        if (instance == VK_NULL_HANDLE) {
            std::puts("volk found no Vulkan");
            return 1;
        }
        for (const auto& info : hekla::list_devices()) std::printf("%s\n", info.name.c_str());
        const bool right = multiplies(hekla::Device{});
        const bool undisturbed = gpus_by_volk(instance) > 0;
        vkDestroyInstance(instance, nullptr);
        std::printf("%s, stb %s\n", right ? "product right" : "product WRONG",
                    stbi_failure_reason() ? "spoke" : "silent");
        return right && undisturbed ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
