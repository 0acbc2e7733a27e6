#pragma once
// The rows of shaders/pointwise_rows.glsl, evaluated in double precision.

#include <cstdint>
#include <span>
#include <string_view>

namespace hekla::reference {

struct UnaryRow {
    const char* name;
    double (*forward)(double x, double a);
    double (*gradient)(double x, double y, double dy, double a);
    bool gradient_reads_input;
    bool gradient_reads_output;
};
struct BinaryRow {
    const char* name;
    double (*forward)(double l, double r);
};

/// All rows, in the order of the file; the index is the shaders' operation number.
std::span<const UnaryRow> unary_rows();
std::span<const BinaryRow> binary_rows();
/// Index of a row; throws Error for an unknown name.
std::uint32_t unary_index(std::string_view name);
std::uint32_t binary_index(std::string_view name);

}  // namespace hekla::reference
