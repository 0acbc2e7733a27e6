#include "vulkan/shader_needs.h"

#include <hekla/error.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hekla::vulkan {
namespace {

// The few numbers of the SPIR-V specification that are needed here.
enum Op : std::uint32_t {
    op_execution_mode = 16,
    op_type_bool = 20,
    op_type_int = 21,
    op_type_float = 22,
    op_type_vector = 23,
    op_type_matrix = 24,
    op_type_array = 28,
    op_type_struct = 30,
    op_type_pointer = 32,
    op_constant_true = 41,
    op_constant_false = 42,
    op_constant = 43,
    op_constant_composite = 44,
    op_spec_constant_true = 48,
    op_spec_constant_false = 49,
    op_spec_constant = 50,
    op_spec_constant_composite = 51,
    op_spec_constant_op = 52,
    op_function = 54,
    op_variable = 59,
    op_decorate = 71,
    op_composite_extract = 81,
    op_execution_mode_id = 331
};
constexpr std::uint32_t spirv_magic = 0x07230203;
constexpr std::uint32_t decoration_spec_id = 1, decoration_builtin = 11;
constexpr std::uint32_t builtin_workgroup_size = 25;
constexpr std::uint32_t mode_local_size = 17, mode_local_size_id = 38;
constexpr std::uint32_t storage_workgroup = 4;

using Instruction = std::span<const std::uint32_t>;

struct Extent {
    std::uint64_t bytes = 0;
    std::uint64_t alignment = 4;
};

std::uint64_t align(std::uint64_t value, std::uint64_t alignment) {
    return (value + alignment - 1) / alignment * alignment;
}

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

/// One pass over a module's declarations.
class Module {
  public:
    Module(const ShaderInfo& shader, std::span<const std::uint32_t> constants) : shader_(shader) {
        for (std::size_t i = 0; i < shader.constants.size(); ++i) {
            given_[shader.constants[i].id] = constants[i];
        }
        read(shader.words);
    }

    ShaderNeeds needs() const {
        ShaderNeeds needs;
        std::copy_n(local_size_, 3, needs.group_size);
        std::vector<std::uint32_t> ids = local_size_ids_;
        if (size_builtin_ != 0) ids = composites_.at(size_builtin_);
        for (std::size_t axis = 0; axis < ids.size() && axis < 3; ++axis) {
            needs.group_size[axis] = value(ids[axis]);
        }
        for (const std::uint32_t type : shared_types_) {
            const Extent size = extent(type);
            needs.shared_bytes = align(needs.shared_bytes, size.alignment) + size.bytes;
        }
        return needs;
    }

  private:
    [[noreturn]] void fail(const std::string& what) const {
        throw Error(ErrorCode::internal, "[" + std::string(shader_.name) + "] " + what);
    }

    void read(std::span<const std::uint32_t> words) {
        if (words.size() < 5 || words[0] != spirv_magic) fail("its words are no SPIR-V");
        for (std::size_t at = 5; at < words.size();) {
            const std::uint32_t length = words[at] >> 16;
            const std::uint32_t op = words[at] & 0xffff;
            if (length == 0 || length > words.size() - at) fail("its SPIR-V is cut");
            if (op == op_function) break;  // declarations end where code begins
            read(op, words.subspan(at, length));
            at += length;
        }
    }

    void read(std::uint32_t op, Instruction words) {
        if (op >= op_type_bool && op <= op_type_pointer) {
            types_[words[1]] = words;
            return;
        }
        switch (op) {
            case op_execution_mode:
                if (words[2] == mode_local_size) std::copy_n(&words[3], 3, local_size_);
                break;
            case op_execution_mode_id:
                if (words[2] == mode_local_size_id) {
                    local_size_ids_.assign(words.begin() + 3, words.end());
                }
                break;
            case op_decorate:
                read_decoration(words);
                break;
            case op_variable:
                if (words[3] == storage_workgroup) shared_types_.push_back(pointee(words[1]));
                break;
            case op_constant_composite:
            case op_spec_constant_composite:
                composites_[words[2]].assign(words.begin() + 3, words.end());
                break;
            default:
                read_constant(op, words);
        }
    }

    void read_decoration(Instruction words) {
        if (words[2] == decoration_spec_id) spec_ids_[words[1]] = words[3];
        if (words[2] == decoration_builtin && words[3] == builtin_workgroup_size) {
            size_builtin_ = words[1];
        }
    }

    void read_constant(std::uint32_t op, Instruction words) {
        switch (op) {
            case op_constant_true:
                values_[words[2]] = 1;
                break;
            case op_constant_false:
                values_[words[2]] = 0;
                break;
            case op_constant:
                values_[words[2]] = words[3];
                break;
            case op_spec_constant_true:
                values_[words[2]] = specialized(words[2], 1);
                break;
            case op_spec_constant_false:
                values_[words[2]] = specialized(words[2], 0);
                break;
            case op_spec_constant:
                values_[words[2]] = specialized(words[2], words[3]);
                break;
            case op_spec_constant_op:
                read_operation(words);
                break;
            default:
                break;
        }
    }

    std::uint32_t specialized(std::uint32_t id, std::uint32_t default_word) const {
        const auto spec_id = spec_ids_.find(id);
        if (spec_id == spec_ids_.end()) return default_word;
        const auto given = given_.find(spec_id->second);
        return given != given_.end() ? given->second : default_word;
    }

    /// Leaves no value where it cannot tell; only sizes that need one make that an error.
    void read_operation(Instruction words) {
        constexpr std::uint32_t op_select = 169;
        const std::uint32_t op = words[3];
        if (op == op_composite_extract && words.size() == 6) {
            const auto parts = composites_.find(words[4]);
            if (parts == composites_.end() || words[5] >= parts->second.size()) return;
            copy_value(parts->second[words[5]], words[2]);
        } else if (op == op_select && words.size() == 7) {
            const auto condition = values_.find(words[4]);
            if (condition == values_.end()) return;
            copy_value(condition->second != 0 ? words[5] : words[6], words[2]);
        } else if (words.size() == 5 || words.size() == 6) {
            const auto a = values_.find(words[4]);
            const auto b = values_.find(words.back());
            if (a == values_.end() || b == values_.end()) return;
            const auto result = evaluate(op, a->second, b->second);
            if (result) values_[words[2]] = *result;
        }
    }

    void copy_value(std::uint32_t from, std::uint32_t to) {
        const auto known = values_.find(from);
        if (known != values_.end()) values_[to] = known->second;
    }

    std::uint32_t value(std::uint32_t id) const {
        const auto known = values_.find(id);
        if (known == values_.end()) fail("the size in %" + std::to_string(id) + " is no constant");
        return known->second;
    }

    Instruction type(std::uint32_t id) const {
        const auto known = types_.find(id);
        if (known == types_.end()) fail("%" + std::to_string(id) + " is no type");
        return known->second;
    }

    std::uint32_t pointee(std::uint32_t id) const { return type(id)[3]; }

    Extent extent(std::uint32_t id) const {
        const Instruction words = type(id);
        switch (words[0] & 0xffff) {
            case op_type_bool:
                return {4, 4};
            case op_type_int:
            case op_type_float:
                return {words[2] / 8, words[2] / 8};
            case op_type_vector: {
                const Extent part = extent(words[2]);
                return {part.bytes * words[3], part.bytes * (words[3] == 2 ? 2 : 4)};
            }
            case op_type_matrix:
            case op_type_array: {
                const Extent part = extent(words[2]);
                const bool matrix = (words[0] & 0xffff) == op_type_matrix;
                const std::uint64_t count = matrix ? words[3] : value(words[3]);
                return {align(part.bytes, part.alignment) * count, part.alignment};
            }
            case op_type_struct:
                return struct_extent(words);
            default:
                fail("shared memory holds a type of unknown size");
        }
    }

    Extent struct_extent(Instruction words) const {
        Extent whole{0, 1};
        for (const std::uint32_t member : words.subspan(2)) {
            const Extent part = extent(member);
            whole.bytes = align(whole.bytes, part.alignment) + part.bytes;
            whole.alignment = std::max(whole.alignment, part.alignment);
        }
        whole.bytes = align(whole.bytes, whole.alignment);
        return whole;
    }

    const ShaderInfo& shader_;
    std::map<std::uint32_t, std::uint32_t> given_;     // SpecId -> word
    std::map<std::uint32_t, std::uint32_t> spec_ids_;  // id -> SpecId
    std::map<std::uint32_t, std::uint32_t> values_;    // id -> word
    std::map<std::uint32_t, std::vector<std::uint32_t>> composites_;
    std::map<std::uint32_t, Instruction> types_;
    std::vector<std::uint32_t> shared_types_;
    std::uint32_t local_size_[3] = {1, 1, 1};
    std::vector<std::uint32_t> local_size_ids_;
    std::uint32_t size_builtin_ = 0;
};

}  // namespace

ShaderNeeds shader_needs(const ShaderInfo& shader, std::span<const std::uint32_t> constants) {
    return Module(shader, constants).needs();
}

}  // namespace hekla::vulkan
