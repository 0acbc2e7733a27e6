#pragma once
// Augmentation in double precision: what shaders/augmentation_draws.comp, augment.comp and mix_rows.comp must give.

#include <hekla/augment.h>

#include "reference/reference.h"

namespace hekla::reference {

/// Numbers per row of the draws: the source of pixel (column, line) lies at column d0 column + d1 line + d2 and line
/// d3 column + d4 line + d5; d6 is added to colours (brightness), d7 multiplies contrast, d8 saturation; d9, d10 are the left
/// and upper edge of the cutout, d11 the picture's own share of the mixture.
inline constexpr std::uint32_t draws_per_row = 12;

struct AugmentGeometry {
    std::uint32_t rows = 1, height = 1, width = 1, channels = 1;
    float black = 0, white = 1;  // what bytes 0 and 255 are
    std::uint32_t stream = 0;    // and the two after it: of shares of mixtures, and of noise
};
struct RandomKey {
    std::uint32_t seed = 0, counter = 0;
};

void augmentation_draws(const Augmentation& amounts, const AugmentGeometry& geometry, RandomKey key, Out draws);
/// Rows from `live` on are zeros.
void augment(const Augmentation& amounts, const AugmentGeometry& geometry, RandomKey key, std::uint32_t live, In x, In draws, Out y);
/// Rows [rows, columns] by the shares of the draws; those from `live` on stay as they are.
void mix_rows(std::uint32_t rows, std::uint32_t columns, std::uint32_t live, In x, In draws, Out y);

}  // namespace hekla::reference
