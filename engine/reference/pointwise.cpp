#include "reference/pointwise.h"

#include <cmath>
#include <hekla/error.h>
#include <iterator>
#include <string>

namespace hekla::reference {
namespace {

namespace rows {
// The names that an expression may use, in double precision. A row called `exp` must not hide
// the function exp, hence the suffixes below.
using std::abs;
using std::exp;
using std::log;
using std::sqrt;
using std::tanh;
double max(double p, double q) { return p > q ? p : q; }
double min(double p, double q) { return p < q ? p : q; }
double hekla_erf(double v) { return std::erf(v); }

#define UNARY(name, forward, gradient, needs)                                               \
    double name##_forward([[maybe_unused]] double x, [[maybe_unused]] double a) {           \
        return forward;                                                                     \
    }                                                                                       \
    double name##_gradient([[maybe_unused]] double x, [[maybe_unused]] double y, double dy, \
                           [[maybe_unused]] double a) {                                     \
        return gradient;                                                                    \
    }
#define BINARY(name, forward) \
    double name##_forward(double l, double r) { return forward; }
#include "../../shaders/pointwise_rows.glsl"
#undef UNARY
#undef BINARY
}  // namespace rows

constexpr UnaryRow unary_table[] = {
#define UNARY(name, forward, gradient, needs) \
    {#name, rows::name##_forward, rows::name##_gradient, (needs) == 1, (needs) == 2},
#include "../../shaders/pointwise_rows.glsl"
#undef UNARY
};

constexpr BinaryRow binary_table[] = {
#define BINARY(name, forward) {#name, rows::name##_forward},
#include "../../shaders/pointwise_rows.glsl"
#undef BINARY
};

template <class Rows>
std::uint32_t index_of(const Rows& table, std::string_view name) {
    for (std::uint32_t i = 0; i < std::size(table); ++i)
        if (name == table[i].name) return i;
    throw Error(ErrorCode::invalid_argument, "[pointwise] there is no operation called '" + std::string(name) + "'");
}

}  // namespace

std::span<const UnaryRow> unary_rows() { return unary_table; }
std::span<const BinaryRow> binary_rows() { return binary_table; }
std::uint32_t unary_index(std::string_view name) { return index_of(unary_table, name); }
std::uint32_t binary_index(std::string_view name) { return index_of(binary_table, name); }

}  // namespace hekla::reference
