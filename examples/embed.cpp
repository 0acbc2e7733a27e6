// A program with a Vulkan device, a command buffer and images of its own runs a network between them: examples/EMBEDDING.md
// walks through it. Usage: embed [MODEL.safetensors] OUT.png; without a model the network is an outline detector.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include <hekla/hekla.h>
#include <hekla/vulkan.h>
#include <vulkan/vulkan.h>

namespace {

constexpr VkExtent2D size = {96, 64};

void check(VkResult result, const char* what) {
    if (result != VK_SUCCESS) throw std::runtime_error(std::string(what) + " failed");
}

/// What every Vulkan program has: nothing here is Hekla's but the two lines marked so.
struct Renderer {
    VkInstance instance = VK_NULL_HANDLE;
    VkPhysicalDevice gpu = VK_NULL_HANDLE;
    VkDevice device = VK_NULL_HANDLE;
    VkQueue queue = VK_NULL_HANDLE;
    VkCommandPool pool = VK_NULL_HANDLE;
    hekla::VulkanRequirements needs;
    std::vector<VkImage> images;
    std::vector<VkBuffer> buffers;
    std::vector<VkDeviceMemory> memories;

    Renderer() {
        VkApplicationInfo application{VK_STRUCTURE_TYPE_APPLICATION_INFO};
        application.apiVersion = VK_API_VERSION_1_1;
        VkInstanceCreateInfo instance_info{VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO};
        instance_info.pApplicationInfo = &application;
        check(vkCreateInstance(&instance_info, nullptr, &instance), "vkCreateInstance");
        std::uint32_t count = 1;
        vkEnumeratePhysicalDevices(instance, &count, &gpu);
        if (count == 0) throw std::runtime_error("there is no Vulkan device");

        needs = hekla::requirements(vkGetInstanceProcAddr, instance, gpu);  // Hekla: what to enable
        const float priority = 1;
        VkDeviceQueueCreateInfo queue_info{VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO};
        queue_info.queueFamilyIndex = needs.queue_family;
        queue_info.queueCount = 1;
        queue_info.pQueuePriorities = &priority;
        VkDeviceCreateInfo info{VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO};
        info.pNext = needs.features();  // Hekla: merge it with the features of your own
        info.queueCreateInfoCount = 1;
        info.pQueueCreateInfos = &queue_info;
        info.enabledExtensionCount = static_cast<std::uint32_t>(needs.device_extensions.size());
        info.ppEnabledExtensionNames = needs.device_extensions.data();
        check(vkCreateDevice(gpu, &info, nullptr, &device), "vkCreateDevice");
        vkGetDeviceQueue(device, needs.queue_family, 0, &queue);
        VkCommandPoolCreateInfo pool_info{VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
        pool_info.queueFamilyIndex = needs.queue_family;
        check(vkCreateCommandPool(device, &pool_info, nullptr, &pool), "vkCreateCommandPool");
    }

    ~Renderer() {
        for (VkImage image : images) vkDestroyImage(device, image, nullptr);
        for (VkBuffer buffer : buffers) vkDestroyBuffer(device, buffer, nullptr);
        for (VkDeviceMemory memory : memories) vkFreeMemory(device, memory, nullptr);
        vkDestroyCommandPool(device, pool, nullptr);
        vkDestroyDevice(device, nullptr);
        vkDestroyInstance(instance, nullptr);
    }

    VkDeviceMemory allocate(const VkMemoryRequirements& needed, VkMemoryPropertyFlags flags) {
        VkPhysicalDeviceMemoryProperties properties;
        vkGetPhysicalDeviceMemoryProperties(gpu, &properties);
        VkMemoryAllocateInfo info{VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO};
        info.allocationSize = needed.size;
        while (info.memoryTypeIndex < properties.memoryTypeCount && ((needed.memoryTypeBits >> info.memoryTypeIndex & 1) == 0 ||
                                                                     (properties.memoryTypes[info.memoryTypeIndex].propertyFlags & flags) != flags))
            ++info.memoryTypeIndex;
        memories.push_back(VK_NULL_HANDLE);
        check(vkAllocateMemory(device, &info, nullptr, &memories.back()), "vkAllocateMemory");
        return memories.back();
    }

    VkImage make_image(VkImageUsageFlags usage) {
        VkImageCreateInfo info{VK_STRUCTURE_TYPE_IMAGE_CREATE_INFO};
        info.imageType = VK_IMAGE_TYPE_2D;
        info.format = VK_FORMAT_R8G8B8A8_UNORM;
        info.extent = {size.width, size.height, 1};
        info.mipLevels = info.arrayLayers = 1;
        info.samples = VK_SAMPLE_COUNT_1_BIT;
        info.usage = usage;
        images.push_back(VK_NULL_HANDLE);
        check(vkCreateImage(device, &info, nullptr, &images.back()), "vkCreateImage");
        VkMemoryRequirements needed;
        vkGetImageMemoryRequirements(device, images.back(), &needed);
        check(vkBindImageMemory(device, images.back(), allocate(needed, 0), 0), "vkBindImageMemory");
        return images.back();
    }

    /// A buffer that the host sees.
    std::pair<VkBuffer, std::uint8_t*> make_buffer() {
        VkBufferCreateInfo info{VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO};
        info.size = size.width * size.height * 4;
        info.usage = VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT;
        buffers.push_back(VK_NULL_HANDLE);
        check(vkCreateBuffer(device, &info, nullptr, &buffers.back()), "vkCreateBuffer");
        VkMemoryRequirements needed;
        vkGetBufferMemoryRequirements(device, buffers.back(), &needed);
        const VkDeviceMemory memory = allocate(needed, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT);
        check(vkBindBufferMemory(device, buffers.back(), memory, 0), "vkBindBufferMemory");
        void* mapped = nullptr;
        check(vkMapMemory(device, memory, 0, VK_WHOLE_SIZE, 0, &mapped), "vkMapMemory");
        return {buffers.back(), static_cast<std::uint8_t*>(mapped)};
    }

    /// Records with `record`, submits, waits.
    template <class Record>
    void frame(Record&& record) {
        VkCommandBufferAllocateInfo info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
        info.commandPool = pool;
        info.commandBufferCount = 1;
        VkCommandBuffer cmd;
        check(vkAllocateCommandBuffers(device, &info, &cmd), "vkAllocateCommandBuffers");
        const VkCommandBufferBeginInfo begin{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
        check(vkBeginCommandBuffer(cmd, &begin), "vkBeginCommandBuffer");
        record(cmd);
        check(vkEndCommandBuffer(cmd), "vkEndCommandBuffer");
        VkSubmitInfo submit{VK_STRUCTURE_TYPE_SUBMIT_INFO};
        submit.commandBufferCount = 1;
        submit.pCommandBuffers = &cmd;
        check(vkQueueSubmit(queue, 1, &submit, VK_NULL_HANDLE), "vkQueueSubmit");
        check(vkQueueWaitIdle(queue), "vkQueueWaitIdle");
    }

    /// Everything before is done, and seen, before everything after; a renderer of your own says it more narrowly.
    static void barrier(VkCommandBuffer cmd, VkImage image, VkImageLayout from) {
        VkImageMemoryBarrier barrier{VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER};
        barrier.srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT;
        barrier.dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT;
        barrier.oldLayout = from;
        barrier.newLayout = VK_IMAGE_LAYOUT_GENERAL;
        barrier.srcQueueFamilyIndex = barrier.dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED;
        barrier.image = image;
        barrier.subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
        vkCmdPipelineBarrier(cmd, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 0, nullptr, 0, nullptr, 1, &barrier);
    }
};

/// The picture that a renderer would have drawn: a disc on a slope.
void draw(std::uint8_t* pixels) {
    for (int y = 0; y < static_cast<int>(size.height); ++y)
        for (int x = 0; x < static_cast<int>(size.width); ++x, pixels += 4) {
            const bool inside = (x - 48) * (x - 48) + (y - 32) * (y - 32) < 22 * 22;
            pixels[0] = pixels[1] = pixels[2] = static_cast<std::uint8_t>(inside ? 220 : 40 + x / 2);
            pixels[3] = 255;
        }
}

/// |4 x centre - neighbours| of the mean of the three channels, as three channels again.
hekla::Tensor outlines(hekla::Tensor x) {
    hekla::Graph& graph = x.graph();
    std::vector<float> weight(3 * 3 * 3 * 3, 0.0f);
    const auto tap = [&](std::size_t at, float value) { std::fill_n(weight.begin() + static_cast<std::ptrdiff_t>(at * 9), 9, value / 3); };
    for (std::size_t neighbour : {1u, 3u, 5u, 7u}) tap(neighbour, -1);
    tap(4, 4);
    const hekla::Tensor edges = hekla::conv2d(x, graph.constant({3, 3, 3, 3}, weight), {}, {.padding = hekla::Padding::same()});
    return hekla::add(hekla::relu(edges), hekla::relu(hekla::negate(edges)));
}

hekla::ImageBinding binding_of(VkImage image, VkImageUsageFlags usage) {
    hekla::ImageBinding binding;
    binding.image = image;
    binding.format = VK_FORMAT_R8G8B8A8_UNORM;
    binding.usage = usage;
    binding.layout = VK_IMAGE_LAYOUT_GENERAL;
    binding.extent = size;
    binding.channels = 3;
    return binding;
}

void run(const char* model, const char* out) {
    Renderer app;
    constexpr VkImageUsageFlags input_usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT;
    constexpr VkImageUsageFlags output_usage = VK_IMAGE_USAGE_STORAGE_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT;
    const VkImage input = app.make_image(input_usage), output = app.make_image(output_usage);
    const auto [upload, pixels] = app.make_buffer();
    const auto [readback, result] = app.make_buffer();

    // Once: adopt the device, compile the network, bind it to the images.
    hekla::AdoptedDevice adopted;
    adopted.get_instance_proc_addr = vkGetInstanceProcAddr;
    adopted.instance = app.instance;
    adopted.physical_device = app.gpu;
    adopted.device = app.device;
    adopted.queue_family = app.needs.queue_family;
    adopted.device_extensions = app.needs.device_extensions;
    adopted.features = app.needs.features();
    const hekla::Device device = hekla::adopt(adopted);
    hekla::Graph graph;
    const hekla::Tensor x = graph.input("colour", {hekla::Shape{1, size.height, size.width, 3}});
    const hekla::Tensor y = model ? hekla::Network::load(model).apply(x) : outlines(x);
    const hekla::Plan plan = hekla::compile(device, graph, {y});
    const hekla::TensorBinding in{x, {binding_of(input, input_usage)}}, result_binding{y, {binding_of(output, output_usage)}};
    const hekla::Bindings bindings = hekla::bind(plan, std::span(&in, 1), std::span(&result_binding, 1));
    hekla::Staging staging;
    app.frame([&](VkCommandBuffer cmd) { staging = hekla::record_setup(plan, cmd); });

    // Every frame: what is drawn goes through the network.
    draw(pixels);
    app.frame([&](VkCommandBuffer cmd) {
        VkBufferImageCopy whole{};
        whole.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
        whole.imageExtent = {size.width, size.height, 1};
        Renderer::barrier(cmd, input, VK_IMAGE_LAYOUT_UNDEFINED);
        Renderer::barrier(cmd, output, VK_IMAGE_LAYOUT_UNDEFINED);
        vkCmdCopyBufferToImage(cmd, upload, input, VK_IMAGE_LAYOUT_GENERAL, 1, &whole);
        Renderer::barrier(cmd, input, VK_IMAGE_LAYOUT_GENERAL);
        hekla::record(bindings, cmd);
        Renderer::barrier(cmd, output, VK_IMAGE_LAYOUT_GENERAL);
        vkCmdCopyImageToBuffer(cmd, output, VK_IMAGE_LAYOUT_GENERAL, readback, 1, &whole);
        VkMemoryBarrier to_host{VK_STRUCTURE_TYPE_MEMORY_BARRIER, nullptr, VK_ACCESS_TRANSFER_WRITE_BIT, VK_ACCESS_HOST_READ_BIT};
        vkCmdPipelineBarrier(cmd, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_HOST_BIT, 0, 1, &to_host, 0, nullptr, 0, nullptr);
    });

    const hekla::io::Image picture{size.height, size.width, 4, {result, result + size.width * size.height * 4}};
    const std::string png = hekla::io::encode_png(picture);
    hekla::io::write_file(out, std::span(png.data(), png.size()));
}

}  // namespace

int main(int count, char** words) {
    if (count < 2 || count > 3) {
        std::fprintf(stderr, "usage: embed [MODEL.safetensors] OUT.png\n");
        return 2;
    }
    try {
        run(count == 3 ? words[1] : nullptr, words[count - 1]);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
