#include "reference/random_values.h"

#include <cmath>

namespace hekla::reference {

double normal_of(std::uint32_t word) {
    const double share = ((word >> 9) + 0.5) / 8388608.0;  // below this quantile, in (0, 1)
    // By the nearer tail, in which erfc loses nothing.
    const double tail = share < 0.5 ? share : 1 - share;
    double low = 0, high = 6;
    for (int i = 0; i < 60; ++i) {
        const double middle = (low + high) / 2;
        (std::erfc(middle / std::sqrt(2.0)) / 2 > tail ? low : high) = middle;
    }
    return share < 0.5 ? -low : low;
}

}  // namespace hekla::reference
