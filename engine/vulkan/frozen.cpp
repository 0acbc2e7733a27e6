#include "vulkan/frozen.h"

#include <hekla/error.h>

#include <optional>
#include <set>
#include <string>

#include "vulkan/spirv_constants.h"

namespace hekla::vulkan {
namespace {

// The few numbers of the SPIR-V specification that are needed here.
enum Op : std::uint32_t {
    op_type_bool = 20,
    op_constant_true = 41,
    op_constant_false = 42,
    op_constant = 43,
    op_spec_constant_true = 48,
    op_spec_constant = 50,
    op_spec_constant_op = 52,
    op_decorate = 71
};
constexpr std::uint32_t decoration_spec_id = 1;

}  // namespace

std::vector<std::uint32_t> frozen_words(const ShaderInfo& shader, std::span<const std::uint32_t> constants) {
    const auto fail = [&](const char* what) { throw Error(ErrorCode::internal, "[" + std::string(shader.name) + "] " + what); };
    const std::span<const std::uint32_t> words = shader.words;
    if (words.size() < spirv_header_words || words[0] != spirv_magic) fail("its words are no SPIR-V");
    std::vector<std::uint32_t> frozen(words.begin(), words.begin() + spirv_header_words);
    frozen.reserve(words.size());
    SpirvConstants values(shader, constants);
    std::set<std::uint32_t> bool_types;
    for (std::size_t at = spirv_header_words; at < words.size();) {
        const std::uint32_t length = words[at] >> 16, op = words[at] & 0xffff;
        if (length == 0 || length > words.size() - at) fail("its SPIR-V is cut");
        const std::span<const std::uint32_t> instruction = words.subspan(at, length);
        at += length;
        values.read(instruction);
        if (op == op_type_bool) bool_types.insert(instruction[1]);
        if (op == op_decorate && instruction[2] == decoration_spec_id) continue;
        const bool special = (op >= op_spec_constant_true && op <= op_spec_constant) || op == op_spec_constant_op;
        const std::optional<std::uint32_t> value = special ? values.value(instruction[2]) : std::nullopt;
        if (!value) {
            frozen.insert(frozen.end(), instruction.begin(), instruction.end());
        } else if (bool_types.contains(instruction[1])) {
            frozen.insert(frozen.end(), {3u << 16 | (*value != 0 ? op_constant_true : op_constant_false), instruction[1], instruction[2]});
        } else {
            frozen.insert(frozen.end(), {4u << 16 | op_constant, instruction[1], instruction[2], *value});
        }
    }
    return frozen;
}

}  // namespace hekla::vulkan
