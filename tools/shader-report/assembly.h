#pragma once
// Machine code as drivers print it: loops, and how much of them is multiply-adds.

#include <cstdint>
#include <optional>
#include <string>

namespace hekla::shader_report {

enum class Assembler : std::uint8_t {
    aco,  // AMD: "Assembly" of RADV
    gen,  // Intel: "GEN Assembly" of ANV
    ir3,  // Adreno: "IR3 Assembly" of Turnip; a multiply and an add count as multiply-adds, for its compiler fuses none
};

struct Loop {
    std::uint32_t instructions = 0;  // issue slots: repeats, waits and no-ops count; a packed or dual one counts its lanes
    std::uint32_t multiply_adds = 0;
    double share() const { return instructions ? static_cast<double>(multiply_adds) / instructions : 0; }
};

/// Of the loops without a loop inside, the one with most multiply-adds (float32, fused or not); nothing if no loop has one.
std::optional<Loop> hottest_loop(const std::string& text, Assembler assembler);

}  // namespace hekla::shader_report
