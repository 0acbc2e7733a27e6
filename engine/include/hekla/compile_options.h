#pragma once
// How a graph is compiled, beyond what it computes.

#include <cstdint>

namespace hekla {

/// What computed values and parameters are stored as. Arithmetic is f32 throughout.
enum class Precision : std::uint8_t {
    f32,
    f16,    // parameters and computed values in 16 bits: for inference, an update is an Error
    mixed,  // computed values and their gradients in 16 bits, parameters and the optimizer's state in 32: for training
};

/// How much device memory computed values may take.
enum class Memory : std::uint8_t {
    normal,
    low,  // cheap values are computed again for the backward pass, results take their operands' place: the same bits, later
};

struct CompileOptions {
    Precision precision = Precision::f32;
    Memory memory = Memory::normal;
    bool operator==(const CompileOptions&) const = default;
};

}  // namespace hekla
