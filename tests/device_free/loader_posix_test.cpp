// Loaders that are missing, wrong or too old: each is an Error that says what to install.

#include "vulkan/library.h"
#include "vulkan/loader.h"

#include <gtest/gtest.h>

#include <span>

#include <cstring>

#include "support/expect_error.h"
#include "vulkan/device.h"

namespace hekla::vulkan {
namespace {

VKAPI_ATTR VkResult VKAPI_CALL no_driver(const VkInstanceCreateInfo*, const VkAllocationCallbacks*, VkInstance*) {
    return VK_ERROR_INCOMPATIBLE_DRIVER;
}
VKAPI_ATTR VkResult VKAPI_CALL no_extensions(const char*, std::uint32_t* count, VkExtensionProperties*) {
    *count = 0;
    return VK_SUCCESS;
}
VKAPI_ATTR VkResult VKAPI_CALL no_layers(std::uint32_t* count, VkLayerProperties*) {
    *count = 0;
    return VK_SUCCESS;
}
VKAPI_ATTR VkResult VKAPI_CALL version_1_1(std::uint32_t* version) {
    *version = VK_API_VERSION_1_1;
    return VK_SUCCESS;
}

/// Vulkan 1.0's loader has no vkEnumerateInstanceVersion.
VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL loader_1_0(VkInstance, const char* name) {
    const auto is = [name](const char* other) { return std::strcmp(name, other) == 0; };
    if (is("vkCreateInstance")) return reinterpret_cast<PFN_vkVoidFunction>(no_driver);
    if (is("vkEnumerateInstanceExtensionProperties")) return reinterpret_cast<PFN_vkVoidFunction>(no_extensions);
    if (is("vkEnumerateInstanceLayerProperties")) return reinterpret_cast<PFN_vkVoidFunction>(no_layers);
    return nullptr;
}
VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL loader_1_1(VkInstance instance, const char* name) {
    if (std::strcmp(name, "vkEnumerateInstanceVersion") == 0) return reinterpret_cast<PFN_vkVoidFunction>(version_1_1);
    return loader_1_0(instance, name);
}
VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL empty_loader(VkInstance, const char*) { return nullptr; }

void says(const std::string& message, const std::vector<std::string>& parts) {
    for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << message;
}

std::string refused(PFN_vkGetInstanceProcAddr entry) {
    return tests::error_of(ErrorCode::no_device, [entry] { list_gpus(entry); });
}

TEST(Loader, AMissingLibraryNamesThePackage) {
    const char* const none[] = {"libvulkan-that-is-not-there.so.1", "libvulkan-nor-this.so"};
    says(tests::error_of(ErrorCode::no_device, [&] { Loader loader(nullptr, none); }),
         {"no Vulkan loader", none[0], "libvulkan1"});
}

TEST(Loader, ALibraryThatIsNoLoaderIsNone) {
    const char* const wrong[] = {"libm.so.6"};
    says(tests::error_of(ErrorCode::no_device, [&] { Loader loader(nullptr, wrong); }), {"no Vulkan loader", "libvulkan1"});
}

TEST(Loader, TheNextNameIsTried) {
    const char* const names[] = {"libvulkan-that-is-not-there.so.1", "libvulkan.so.1"};
    const Library library = open_vulkan_library(std::span(names).subspan(1));
    close_vulkan_library(library.handle);
    if (library.handle == nullptr) GTEST_SKIP() << "there is no Vulkan loader for this system (a cross build under an emulator)";
    EXPECT_NE(Loader(nullptr, names).get_instance_proc_addr(), nullptr);
}

TEST(Loader, AGivenEntryPointIsUsedAndNoLibraryOpened) {
    const char* const none[] = {"libvulkan-that-is-not-there.so.1"};
    const Loader loader(loader_1_1, none);
    EXPECT_EQ(loader.get_instance_proc_addr(), &loader_1_1);
    EXPECT_EQ(loader.api_version(), VK_API_VERSION_1_1);
    says(refused(loader_1_1), {"no Vulkan driver found", "mesa-vulkan-drivers"});
}

TEST(Loader, AnEntryPointThatLeadsNowhereNamesTheCommand) { says(refused(empty_loader), {"vkCreateInstance"}); }

TEST(Loader, Vulkan10IsTooOld) { says(refused(loader_1_0), {"1.0 only", "1.1 needed", "libvulkan1"}); }

}  // namespace
}  // namespace hekla::vulkan
