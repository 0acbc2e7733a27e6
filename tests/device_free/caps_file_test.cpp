// Caps files: what they lower, what they cannot change, and how they are refused.

#include "vulkan/caps_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>
#include <type_traits>

#include "support/expect_error.h"
#include "vulkan/device.h"

namespace hekla::vulkan {
namespace {

/// A device above the minimum in everything.
DeviceCaps large() {
    DeviceCaps caps;
    visit_caps(caps, []<typename Value>(const std::string& name, Value& value) {
        if constexpr (std::is_same_v<Value, bool>) {
            value = true;
        } else if (name == "non_coherent_atom_bytes") {
            value = 64;
        } else if (name == "timestamp_valid_bits") {
            value = 36;
        } else {
            value *= 4;
        }
    });
    caps.subgroup_size = 32;
    caps.timestamp_period_ns = 83.3333359f;
    return caps;
}

std::string text_of(const DeviceCaps& caps) { return caps_text(caps, {}); }

class CapsFile : public testing::Test {
  protected:
    ~CapsFile() override { std::filesystem::remove(path_); }
    CapsChoice lower(const std::string& content, const DeviceCaps& actual = large()) {
        std::ofstream(path_, std::ios::binary) << content;
        return lower_caps(actual, path_);
    }
    void refuses(const std::string& content, const std::vector<std::string>& parts) {
        const std::string message = tests::error_of(ErrorCode::invalid_file, [&] { lower(content); });
        EXPECT_NE(message.find(path_), std::string::npos) << message;
        for (const std::string& part : parts) EXPECT_NE(message.find(part), std::string::npos) << message << "\nfrom " << content;
    }

    std::string path_ = testing::TempDir() + "hekla-caps-" + std::to_string(std::random_device{}()) + ".json";
};

TEST_F(CapsFile, WhatIsWrittenIsReadBack) {
    GpuInfo gpu;
    gpu.name = "GPU \"X\" \\ with\na break";
    const CapsChoice choice = lower(caps_text(large(), gpu));
    EXPECT_EQ(text_of(choice.caps), text_of(large()));
    EXPECT_TRUE(choice.notes.empty()) << choice.notes[0];
}

TEST_F(CapsFile, TheMinimumLowersEverythingButFacts) {
    const CapsChoice choice = lower(text_of(DeviceCaps{}));
    DeviceCaps expected;
    expected.subgroup_size = 32;
    expected.timestamp_period_ns = large().timestamp_period_ns;
    EXPECT_EQ(text_of(choice.caps), text_of(expected));
    ASSERT_EQ(choice.notes.size(), 1u);
    EXPECT_NE(choice.notes[0].find("subgroup_size 1; this device has 32"), std::string::npos) << choice.notes[0];
}

TEST_F(CapsFile, NothingIsRaised) {
    DeviceCaps small;
    small.subgroup_size = 32;
    const CapsChoice choice = lower(text_of(large()), small);
    EXPECT_EQ(text_of(choice.caps), text_of(small));
    EXPECT_EQ(choice.notes.size(), 22u) << "all but the subgroup size and the clock's period";
}

TEST_F(CapsFile, WhatIsLeftOutStays) {
    EXPECT_EQ(text_of(lower("{}").caps), text_of(large()));
    const CapsChoice choice = lower("\r\n{ \"max_invocations\" : 96,\t\"storage_8bit\":false }\n");
    DeviceCaps expected = large();
    expected.max_invocations = 96;
    expected.storage_8bit = false;
    EXPECT_EQ(text_of(choice.caps), text_of(expected));
}

TEST_F(CapsFile, FaultsAreNamedWithTheirLine) {
    refuses("", {"line 1", "'{'"});
    refuses("[]", {"'{'"});
    refuses("{\n\"max_invocation\": 1}", {"line 2", "\"max_invocation\" is unknown", "max_invocations", "shader_float16"});
    refuses("{\n\n\"max_invocations\": 1,\n\"max_invocations\": 2}", {"line 4", "twice"});
    refuses("{\"max_invocations\" 1}", {"':'"});
    refuses("{\"max_invocations\": 1 \"max_groups\": 1}", {"',' or '}'"});
    refuses("{\"max_invocations\": 1,}", {"key in quotes"});
    refuses("{\"max_invocations\": 1", {"',' or '}'"});
    refuses("{\"max_invocations\": 1} x", {"nothing may follow"});
    refuses("{\"max_invocations", {"not closed"});
    refuses("{\"device\": \"a\nb\"}", {"not closed"});
    refuses("{\"device\": \"a\\", {"not closed"});
    refuses("{\"device\": 3}", {"\"device\" must be a text"});
    for (const char* value : {"0", "-1", "1.5", "1e3", "4294967296", "true", "\"1\"", "12x"})
        refuses("{\"max_invocations\": " + std::string(value) + "}", {"\"max_invocations\" must be"});
    for (const char* value : {"", "null", "{}", "[1]", "nan"}) refuses("{\"max_invocations\": " + std::string(value) + "}", {"max_invocations"});
    for (const char* value : {"1", "\"true\""}) refuses("{\"storage_8bit\": " + std::string(value) + "}", {"true or false"});
    refuses("{\"non_coherent_atom_bytes\": 96}", {"power of two"});
    refuses("{\"timestamp_period_ns\": true}", {"must be a number"});
}

TEST_F(CapsFile, AMissingFileIsNamed) {
    const std::string message = tests::error_of(ErrorCode::not_found, [&] { lower_caps(large(), path_); });
    EXPECT_NE(message.find(path_), std::string::npos) << message;
    tests::error_of(ErrorCode::not_found, [&] { lower_caps(large(), testing::TempDir()); });
}

/// A device that no file can ask too much of.
DeviceCaps boundless() {
    DeviceCaps caps;
    visit_caps(caps, []<typename Value>(const std::string& name, Value& value) {
        if (name != "subgroup_size") value = std::numeric_limits<Value>::max();
    });
    caps.non_coherent_atom_bytes = 1;
    return caps;
}

/// The files for users: each names every limit, and none is below the specification's minimum.
TEST(ShippedCaps, AreCompleteAndPossible) {
    std::size_t files = 0;
    for (const auto& file : std::filesystem::directory_iterator(HEKLA_SOURCE_DIR "/tools/caps")) {
        if (file.path().extension() != ".json") continue;
        ++files;
        SCOPED_TRACE(file.path().filename().string());
        std::ifstream stream(file.path());
        const std::string content{std::istreambuf_iterator<char>(stream), {}};
        const DeviceCaps minimum, caps = lower_caps(boundless(), file.path().string()).caps;
        visit_caps(caps, [&](const std::string& name, const auto&) {
            EXPECT_NE(content.find('"' + name + '"'), std::string::npos) << name << " is left out";
        });
        EXPECT_NE(content.find("\"source\": \""), std::string::npos) << "says not where it is from";
        EXPECT_LE(caps.non_coherent_atom_bytes, minimum.non_coherent_atom_bytes);
        EXPECT_EQ(text_of(lower_caps(minimum, file.path().string()).caps), text_of(minimum)) << "a limit is below the specification's minimum";
    }
    EXPECT_GE(files, 5u);
}

}  // namespace
}  // namespace hekla::vulkan
