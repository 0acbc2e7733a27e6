#include <algorithm>

#include "reference/check.h"
#include "reference/reference.h"

namespace hekla::reference {
namespace {

double combine(Reduction kind, double total, double value) {
    switch (kind) {
        case Reduction::sum:
        case Reduction::mean: return total + value;
        case Reduction::maximum: return std::max(total, value);
        case Reduction::minimum: return std::min(total, value);
    }
    throw Error(ErrorCode::internal, "[reference reduce] unknown kind of reduction");
}

}  // namespace

void reduce(Reduction kind, std::uint64_t outer, std::uint64_t length, std::uint64_t inner, In x,
            Out y) {
    check_size("reduce", "the input", x.size(), outer * length * inner);
    check_size("reduce", "the output", y.size(), outer * inner);
    if (length == 0)
        throw Error(ErrorCode::invalid_argument, "[reference reduce] the reduced axis is empty");
    for (std::uint64_t o = 0; o < outer; ++o)
        for (std::uint64_t i = 0; i < inner; ++i) {
            double total = x[o * length * inner + i];
            for (std::uint64_t l = 1; l < length; ++l)
                total = combine(kind, total, x[(o * length + l) * inner + i]);
            const double count = static_cast<double>(length);
            y[o * inner + i] = kind == Reduction::mean ? total / count : total;
        }
}

}  // namespace hekla::reference
