// Each quirk is set for its driver and for no other.

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>

#include "vulkan/gpus.h"

namespace hekla::vulkan {
namespace {

Quirks quirks_of(VkDriverId driver) {
    GpuFacts facts;
    facts.driver.emplace();
    facts.driver->driverID = driver;
    return read_quirks(facts);
}

constexpr VkDriverId drivers[] = {
    VK_DRIVER_ID_AMD_PROPRIETARY, VK_DRIVER_ID_AMD_OPEN_SOURCE,       VK_DRIVER_ID_MESA_RADV,
    VK_DRIVER_ID_NVIDIA_PROPRIETARY, VK_DRIVER_ID_INTEL_PROPRIETARY_WINDOWS,
    VK_DRIVER_ID_INTEL_OPEN_SOURCE_MESA, VK_DRIVER_ID_IMAGINATION_PROPRIETARY,
    VK_DRIVER_ID_QUALCOMM_PROPRIETARY, VK_DRIVER_ID_ARM_PROPRIETARY, VK_DRIVER_ID_GOOGLE_SWIFTSHADER,
    VK_DRIVER_ID_BROADCOM_PROPRIETARY, VK_DRIVER_ID_MESA_LLVMPIPE, VK_DRIVER_ID_MOLTENVK,
    VK_DRIVER_ID_MESA_TURNIP, VK_DRIVER_ID_MESA_V3DV, VK_DRIVER_ID_MESA_PANVK};

struct QuirkCase {
    const char* name;
    bool Quirks::*field;
    VkDriverId driver;
};
constexpr QuirkCase cases[] = {{"prefer_texel_buffers", &Quirks::prefer_texel_buffers, VK_DRIVER_ID_MESA_LLVMPIPE},
                               {"splits_storage_vectors", &Quirks::splits_storage_vectors, VK_DRIVER_ID_MESA_TURNIP},
                               {"pipeline_cache_grows", &Quirks::pipeline_cache_grows, VK_DRIVER_ID_GOOGLE_SWIFTSHADER},
                               {"keeps_specialization_constants", &Quirks::keeps_specialization_constants, VK_DRIVER_ID_GOOGLE_SWIFTSHADER}};

TEST(Quirks, EachIsOfItsDriverAlone) {
    for (const QuirkCase& quirk : cases)
        for (const VkDriverId driver : drivers)
            EXPECT_EQ(quirks_of(driver).*quirk.field, driver == quirk.driver) << quirk.name << ", driver " << driver;
}

TEST(Quirks, ADriverThatDoesNotNameItselfHasNone) {
    for (const QuirkCase& quirk : cases) EXPECT_FALSE(read_quirks(GpuFacts{}).*quirk.field) << quirk.name;
}

std::string content(const char* path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// A field without a case above, a link in caps.h or a line in the README is not finished.
TEST(Quirks, EachHasALinkACaseAndALineInTheReadme) {
    const std::string header = content(HEKLA_SOURCE_DIR "/engine/vulkan/caps.h");
    const std::string readme = content(HEKLA_SOURCE_DIR "/engine/vulkan/README.md");
    const std::size_t begin = header.find("struct Quirks {"), end = header.find("};", begin);
    ASSERT_NE(end, std::string::npos);
    const std::string body = header.substr(begin, end - begin);
    const std::regex field(R"(((?: *//[^\n]*\n)*) *bool (\w+) = false;)");
    std::size_t fields = 0;
    for (std::sregex_iterator found(body.begin(), body.end(), field), none; found != none; ++found, ++fields) {
        const std::string name = (*found)[2], comment = (*found)[1];
        const std::size_t link = comment.find("https://");
        ASSERT_NE(link, std::string::npos) << name << " has no link in caps.h";
        const std::string address = comment.substr(link, comment.find('\n', link) - link);
        const std::size_t line = readme.find("| `" + name + "`");
        ASSERT_NE(line, std::string::npos) << name << " is not in engine/vulkan/README.md";
        EXPECT_NE(readme.substr(line, readme.find('\n', line) - line).find(address), std::string::npos)
            << name << ": the README's line lacks " << address;
        EXPECT_EQ(std::count_if(std::begin(cases), std::end(cases), [&](const QuirkCase& quirk) { return quirk.name == name; }), 1) << name;
    }
    EXPECT_EQ(fields, std::size(cases));
    EXPECT_EQ(sizeof(Quirks), fields) << "a quirk that is no bool, or one that the expression above does not see";
}

}  // namespace
}  // namespace hekla::vulkan
