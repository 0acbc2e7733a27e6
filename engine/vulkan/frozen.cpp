#include "vulkan/frozen.h"

#include <hekla/error.h>

#include <algorithm>
#include <map>
#include <string>

namespace hekla::vulkan {
namespace {

// The few numbers of the SPIR-V specification that are needed here.
enum Op : std::uint32_t {
    op_constant_true = 41,
    op_constant_false = 42,
    op_constant = 43,
    op_spec_constant_true = 48,
    op_spec_constant_false = 49,
    op_spec_constant = 50,
    op_decorate = 71
};
constexpr std::uint32_t spirv_magic = 0x07230203, header_words = 5, decoration_spec_id = 1;

}  // namespace

std::vector<std::uint32_t> frozen_words(const ShaderInfo& shader, std::span<const std::uint32_t> constants) {
    const auto fail = [&](const char* what) { throw Error(ErrorCode::internal, "[" + std::string(shader.name) + "] " + what); };
    std::map<std::uint32_t, std::uint32_t> given;  // SpecId -> word
    for (std::size_t i = 0; i < shader.constants.size(); ++i) given[shader.constants[i].id] = constants[i];

    const std::span<const std::uint32_t> words = shader.words;
    if (words.size() < header_words || words[0] != spirv_magic) fail("its words are no SPIR-V");
    std::vector<std::uint32_t> frozen(words.begin(), words.begin() + header_words);
    frozen.reserve(words.size());
    std::map<std::uint32_t, std::uint32_t> values;  // id of a specialization constant -> word
    for (std::size_t at = header_words; at < words.size();) {
        const std::uint32_t length = words[at] >> 16, op = words[at] & 0xffff;
        if (length == 0 || length > words.size() - at) fail("its SPIR-V is cut");
        const std::span<const std::uint32_t> instruction = words.subspan(at, length);
        at += length;
        if (op == op_decorate && instruction[2] == decoration_spec_id) {  // decorations come before what they decorate
            if (const auto found = given.find(instruction[3]); found != given.end()) values[instruction[1]] = found->second;
            continue;
        }
        frozen.insert(frozen.end(), instruction.begin(), instruction.end());
        if (op < op_spec_constant_true || op > op_spec_constant) continue;
        std::uint32_t* constant = &frozen[frozen.size() - length];
        const auto value = values.find(constant[2]);
        if (op == op_spec_constant) {
            if (value != values.end()) constant[3] = value->second;
            constant[0] = length << 16 | op_constant;
        } else {
            const bool yes = value != values.end() ? value->second != 0 : op == op_spec_constant_true;
            constant[0] = length << 16 | (yes ? op_constant_true : op_constant_false);
        }
    }
    return frozen;
}

}  // namespace hekla::vulkan
