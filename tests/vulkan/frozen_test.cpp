// Shaders whose specialization constants became plain ones; needs no device.

#include "vulkan/frozen.h"

#include <gtest/gtest.h>
#include <hekla/error.h>

#include <algorithm>

#include "shaders.h"
#include "vulkan/shader_needs.h"

namespace hekla::vulkan {
namespace {

constexpr std::uint32_t header[] = {0x07230203, 0x00010300, 0, 100, 0};
constexpr std::uint32_t bool_type = 1, uint_type = 2, tile = 3, relu = 4, other = 5, twice = 6;
constexpr ShaderConstant constants[] = {{"tile", 7, 4}, {"relu", 9, 0}};

std::vector<std::uint32_t> module_of(std::initializer_list<std::vector<std::uint32_t>> instructions) {
    std::vector<std::uint32_t> words(std::begin(header), std::end(header));
    for (std::vector<std::uint32_t> instruction : instructions) {
        instruction[0] |= static_cast<std::uint32_t>(instruction.size()) << 16;
        words.insert(words.end(), instruction.begin(), instruction.end());
    }
    return words;
}

TEST(Frozen, ConstantsAndWhatIsComputedFromThemTakeTheirValues) {
    const auto before = module_of({{71, tile, 1, 7}, {71, relu, 1, 9}, {71, other, 24}, {20, bool_type}, {21, uint_type, 32, 0},
                                   {50, uint_type, tile, 4}, {49, bool_type, relu}, {50, uint_type, other, 11},
                                   {52, uint_type, twice, 128, tile, tile}});
    const auto after = module_of({{71, other, 24}, {20, bool_type}, {21, uint_type, 32, 0}, {43, uint_type, tile, 12},
                                  {41, bool_type, relu}, {43, uint_type, other, 11}, {43, uint_type, twice, 24}});
    const std::uint32_t values[] = {12, 1};
    EXPECT_EQ(frozen_words({"example", before, {}, constants, 0}, values), after);
}

TEST(Frozen, EveryShaderNeedsWhatItNeededAndHasNoConstantToSpecialize) {
    for (const ShaderInfo* shader : shaders::all()) {
        std::vector<std::uint32_t> values;
        for (const ShaderConstant& constant : shader->constants) values.push_back(constant.default_word == 64 ? 32 : constant.default_word);
        const std::vector<std::uint32_t> words = frozen_words(*shader, values);
        const ShaderInfo frozen{shader->name, words, shader->bindings, {}, shader->params_bytes};
        EXPECT_TRUE(std::ranges::equal(shader_needs(frozen, {}).group_size, shader_needs(*shader, values).group_size)) << shader->name;
        EXPECT_EQ(shader_needs(frozen, {}).shared_bytes, shader_needs(*shader, values).shared_bytes) << shader->name;
        for (std::size_t at = std::size(header); at < words.size(); at += words[at] >> 16) {
            const std::uint32_t op = words[at] & 0xffff;
            EXPECT_FALSE((op >= 48 && op <= 50) || op == 52) << shader->name << ", word " << at;
        }
    }
}

TEST(Frozen, WordsThatAreNoSpirvAreRefused) {
    const std::vector<std::uint32_t> words{1, 2, 3};
    EXPECT_THROW(frozen_words({"broken", words, {}, {}, 0}, {}), Error);
    auto cut = module_of({{71, tile, 1, 7}, {50, uint_type, tile, 4}});
    cut.pop_back();
    const std::uint32_t values[] = {12, 1};
    EXPECT_THROW(frozen_words({"cut", cut, {}, constants, 0}, values), Error);
}

}  // namespace
}  // namespace hekla::vulkan
