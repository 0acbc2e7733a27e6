#include "vulkan/shader_needs.h"

#include <hekla/error.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vulkan/spirv_constants.h"

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
    op_function = 54,
    op_variable = 59,
    op_decorate = 71,
    op_execution_mode_id = 331
};
constexpr std::uint32_t decoration_builtin = 11;
constexpr std::uint32_t builtin_workgroup_size = 25;
constexpr std::uint32_t mode_local_size = 17, mode_local_size_id = 38;
constexpr std::uint32_t storage_workgroup = 4;

using Instruction = SpirvConstants::Instruction;

struct Extent {
    std::uint64_t bytes = 0;
    std::uint64_t alignment = 4;
};

std::uint64_t align(std::uint64_t value, std::uint64_t alignment) {
    return (value + alignment - 1) / alignment * alignment;
}

/// One pass over a module's declarations.
class Module {
  public:
    Module(const ShaderInfo& shader, std::span<const std::uint32_t> constants)
        : shader_(shader), constants_(shader, constants) {
        read(shader.words);
    }

    ShaderNeeds needs() const {
        ShaderNeeds needs;
        std::copy_n(local_size_, 3, needs.group_size);
        std::vector<std::uint32_t> ids = local_size_ids_;
        if (size_builtin_ != 0) ids = constants_.parts(size_builtin_);
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
        constants_.read(words);
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
                if (words[2] == decoration_builtin && words[3] == builtin_workgroup_size) {
                    size_builtin_ = words[1];
                }
                break;
            case op_variable:
                if (words[3] == storage_workgroup) shared_types_.push_back(pointee(words[1]));
                break;
            default:
                break;
        }
    }

    std::uint32_t value(std::uint32_t id) const {
        const std::optional<std::uint32_t> known = constants_.value(id);
        if (!known) fail("the size in %" + std::to_string(id) + " is no constant");
        return *known;
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
    SpirvConstants constants_;
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
