#pragma once
// What the constants of a SPIR-V module are once its specialization constants have their values.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "vulkan/shader.h"

namespace hekla::vulkan {

inline constexpr std::uint32_t spirv_magic = 0x07230203, spirv_header_words = 5;

/// Reads a module's declarations one after another and keeps what each constant comes to: 32-bit numbers and booleans.
class SpirvConstants {
  public:
    using Instruction = std::span<const std::uint32_t>;

    /// `constants` in the order of shader.constants; one for each.
    SpirvConstants(const ShaderInfo& shader, std::span<const std::uint32_t> constants);
    /// To be called with every instruction in the module's order; others than constants and decorations do nothing.
    void read(Instruction instruction);
    /// None: no constant, or one that this cannot tell.
    std::optional<std::uint32_t> value(std::uint32_t id) const;
    /// Of a composite constant; none if it is no such.
    std::vector<std::uint32_t> parts(std::uint32_t id) const;

  private:
    void set(std::uint32_t id, std::optional<std::uint32_t> word);
    void set_specialized(std::uint32_t id, std::uint32_t default_word);
    void read_operation(Instruction words);

    std::map<std::uint32_t, std::uint32_t> given_;     // SpecId -> word
    std::map<std::uint32_t, std::uint32_t> spec_ids_;  // id -> SpecId
    std::map<std::uint32_t, std::uint32_t> values_;    // id -> word
    std::map<std::uint32_t, std::vector<std::uint32_t>> composites_;
};

}  // namespace hekla::vulkan
