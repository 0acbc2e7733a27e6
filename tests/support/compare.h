#pragma once
// Comparison of whole tensors.

#include <gtest/gtest.h>

#include <cmath>
#include <span>
#include <string>

namespace hekla::tests {

/// Success if every |actual - expected| <= tolerance * (largest |expected|), otherwise the first
/// element that is too far off. Values that are not finite never pass.
inline testing::AssertionResult close(std::span<const double> actual,
                                      std::span<const double> expected, double tolerance) {
    if (actual.size() != expected.size())
        return testing::AssertionFailure()
               << actual.size() << " elements, expected " << expected.size();
    double scale = 0;
    for (double value : expected) scale = std::fmax(scale, std::fabs(value));
    for (std::size_t i = 0; i < actual.size(); ++i)
        if (!(std::fabs(actual[i] - expected[i]) <= tolerance * scale))
            return testing::AssertionFailure()
                   << "element " << i << " is " << actual[i] << ", expected " << expected[i]
                   << ": off by " << std::fabs(actual[i] - expected[i]) / scale
                   << " of the largest, " << tolerance << " is allowed";
    return testing::AssertionSuccess();
}

}  // namespace hekla::tests
