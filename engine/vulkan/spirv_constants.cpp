#include "vulkan/spirv_constants.h"

namespace hekla::vulkan {
namespace {

// The few numbers of the SPIR-V specification that are needed here.
enum Op : std::uint32_t {
    op_constant_true = 41,
    op_constant_false = 42,
    op_constant = 43,
    op_constant_composite = 44,
    op_spec_constant_true = 48,
    op_spec_constant_false = 49,
    op_spec_constant = 50,
    op_spec_constant_composite = 51,
    op_spec_constant_op = 52,
    op_decorate = 71,
    op_composite_extract = 81,
    op_select = 169
};
constexpr std::uint32_t decoration_spec_id = 1;

std::uint32_t shift_right_arithmetic(std::uint32_t a, std::uint32_t b) {
    return static_cast<std::uint32_t>(static_cast<std::int32_t>(a) >> (b & 31));
}

/// Integer arithmetic of OpSpecConstantOp, 32 bits; none: unknown, or a division by zero.
std::optional<std::uint32_t> evaluate(std::uint32_t op, std::uint32_t a, std::uint32_t b) {
    const auto sa = static_cast<std::int32_t>(a);
    const auto sb = static_cast<std::int32_t>(b);
    const bool divides = b != 0 && !(sa == INT32_MIN && sb == -1);
    switch (op) {
        case 113:
        case 114:
        case 124:
            return a;  // conversions between 32-bit integers
        case 126:
            return 0u - a;
        case 128:
            return a + b;
        case 130:
            return a - b;
        case 132:
            return a * b;
        case 134:
            if (b == 0) return std::nullopt;
            return a / b;
        case 135:
            if (!divides) return std::nullopt;
            return static_cast<std::uint32_t>(sa / sb);
        case 137:
            if (b == 0) return std::nullopt;
            return a % b;
        case 138:
        case 139:
            if (!divides || sa < 0 || sb < 0) return std::nullopt;
            return a % b;
        case 164:
        case 170:
            return a == b;
        case 165:
        case 171:
            return a != b;
        case 166:
            return a != 0 || b != 0;
        case 167:
            return a != 0 && b != 0;
        case 168:
            return a == 0;
        case 172:
            return a > b;
        case 173:
            return sa > sb;
        case 174:
            return a >= b;
        case 175:
            return sa >= sb;
        case 176:
            return a < b;
        case 177:
            return sa < sb;
        case 178:
            return a <= b;
        case 179:
            return sa <= sb;
        case 194:
            return a >> (b & 31);
        case 195:
            return shift_right_arithmetic(a, b);
        case 196:
            return a << (b & 31);
        case 197:
            return a | b;
        case 198:
            return a ^ b;
        case 199:
            return a & b;
        case 200:
            return ~a;
        default:
            return std::nullopt;
    }
}

}  // namespace

SpirvConstants::SpirvConstants(const ShaderInfo& shader, std::span<const std::uint32_t> constants) {
    for (std::size_t i = 0; i < shader.constants.size(); ++i) given_[shader.constants[i].id] = constants[i];
}

std::optional<std::uint32_t> SpirvConstants::value(std::uint32_t id) const {
    const auto known = values_.find(id);
    return known != values_.end() ? std::optional(known->second) : std::nullopt;
}

std::vector<std::uint32_t> SpirvConstants::parts(std::uint32_t id) const {
    const auto known = composites_.find(id);
    return known != composites_.end() ? known->second : std::vector<std::uint32_t>();
}

void SpirvConstants::read(Instruction words) {
    switch (words[0] & 0xffff) {
        case op_decorate:  // decorations come before what they decorate
            if (words[2] == decoration_spec_id) spec_ids_[words[1]] = words[3];
            break;
        case op_constant_composite:
        case op_spec_constant_composite:
            composites_[words[2]].assign(words.begin() + 3, words.end());
            break;
        case op_constant_true:
            set(words[2], 1);
            break;
        case op_constant_false:
            set(words[2], 0);
            break;
        case op_constant:
            set(words[2], words[3]);
            break;
        case op_spec_constant_true:
            set_specialized(words[2], 1);
            break;
        case op_spec_constant_false:
            set_specialized(words[2], 0);
            break;
        case op_spec_constant:
            set_specialized(words[2], words[3]);
            break;
        case op_spec_constant_op:
            read_operation(words);
            break;
        default:
            break;
    }
}

void SpirvConstants::set(std::uint32_t id, std::optional<std::uint32_t> word) {
    if (word) values_[id] = *word;
}

void SpirvConstants::set_specialized(std::uint32_t id, std::uint32_t default_word) {
    const auto spec_id = spec_ids_.find(id);
    const auto given = spec_id != spec_ids_.end() ? given_.find(spec_id->second) : given_.end();
    set(id, given != given_.end() ? given->second : default_word);
}

/// Leaves no value where it cannot tell; only who needs one makes that an error.
void SpirvConstants::read_operation(Instruction words) {
    const std::uint32_t op = words[3];
    if (op == op_composite_extract && words.size() == 6) {
        const std::vector<std::uint32_t> composite = parts(words[4]);
        if (words[5] < composite.size()) set(words[2], value(composite[words[5]]));
    } else if (op == op_select && words.size() == 7) {
        if (const auto condition = value(words[4])) set(words[2], value(*condition != 0 ? words[5] : words[6]));
    } else if (words.size() == 5 || words.size() == 6) {
        const auto a = value(words[4]), b = value(words.back());
        if (a && b) set(words[2], evaluate(op, *a, *b));
    }
}

}  // namespace hekla::vulkan
