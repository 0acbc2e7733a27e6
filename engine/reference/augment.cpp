#include "reference/augment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "reference/check.h"

namespace hekla::reference {
namespace {

/// The random numbers of one row.
struct RowNumbers {
    RandomKey key;
    std::uint32_t stream, row;
    std::uint32_t word(std::uint32_t k) const { return random_word(key.seed, key.counter, stream, row * 32 + k); }
    double unit(std::uint32_t k) const { return random_unit(key.seed, key.counter, stream, row * 32 + k); }
    double both_ways(std::uint32_t k) const { return 2 * unit(k) - 1; }
    double whole(std::uint32_t k, std::uint32_t most) const { return static_cast<double>(word(k) % (2 * most + 1)) - most; }
};

/// Johnk 1964; the larger share.
double mixing_share(const RowNumbers& numbers, double a) {
    for (std::uint32_t k = 0; k < 64; ++k) {
        const std::uint32_t at = numbers.row * 128 + 2 * k;
        const auto logarithm = [&](std::uint32_t index) {
            return std::log(std::max(random_unit(numbers.key.seed, numbers.key.counter, numbers.stream + 1, index), 1e-9)) / a;
        };
        const double x = logarithm(at), y = logarithm(at + 1);
        if (std::exp(x) + std::exp(y) <= 1) return 1 / (1 + std::exp(-std::abs(x - y)));
    }
    return 0.5;
}

void draw_row(const Augmentation& a, const AugmentGeometry& g, const RowNumbers& n, Out d) {
    const double mirror_x = n.unit(0) < double{a.flip} ? -1 : 1, mirror_y = n.unit(1) < double{a.flip_vertical} ? -1 : 1;
    const double angle = double{a.rotate} * std::numbers::pi / 180 * n.both_ways(2), zoom = 1 + double{a.scale} * n.both_ways(3);
    const double cosine = std::cos(angle) / zoom, sine = std::sin(angle) / zoom;
    const double move_x = n.whole(4, a.crop) + double{a.translate} * g.width * n.both_ways(6);
    const double move_y = n.whole(5, a.crop) + double{a.translate} * g.height * n.both_ways(7);
    const double centre_x = 0.5 * (g.width - 1.0), centre_y = 0.5 * (g.height - 1.0);
    d[0] = mirror_x * cosine;
    d[1] = mirror_x * sine;
    d[2] = centre_x + move_x - d[0] * centre_x - d[1] * centre_y;
    d[3] = -mirror_y * sine;
    d[4] = mirror_y * cosine;
    d[5] = centre_y + move_y - d[3] * centre_x - d[4] * centre_y;
    d[6] = double{a.brightness} * (double{g.white} - double{g.black}) * n.both_ways(8);
    d[7] = 1 + double{a.contrast} * n.both_ways(9);
    d[8] = 1 + double{a.saturation} * n.both_ways(10);
    d[9] = static_cast<double>(n.word(11) % g.width) - a.cutout / 2;
    d[10] = static_cast<double>(n.word(12) % g.height) - a.cutout / 2;
    d[11] = a.mixup == 0 ? 1 : mixing_share(n, double{a.mixup});
}

using Pixel = std::array<double, 4>;

/// One pixel of one picture, before mixing.
struct Picture {
    const Augmentation& a;
    const AugmentGeometry& g;
    RandomKey key;
    In x, d;  // all pictures; this one's draws
    std::uint32_t row;

    double at(double column, double line, std::uint32_t channel) const {
        if (column < 0 || line < 0 || column >= g.width || line >= g.height) return double{g.black};
        return x[((std::size_t{row} * g.height + static_cast<std::size_t>(line)) * g.width + static_cast<std::size_t>(column)) * g.channels + channel];
    }
    double sampled(double column, double line, std::uint32_t channel) const {
        const double from_x = d[0] * column + d[1] * line + d[2], from_y = d[3] * column + d[4] * line + d[5];
        const double left = std::floor(from_x), top = std::floor(from_y), u = from_x - left, v = from_y - top;
        return (1 - v) * ((1 - u) * at(left, top, channel) + u * at(left + 1, top, channel)) +
               v * ((1 - u) * at(left, top + 1, channel) + u * at(left + 1, top + 1, channel));
    }
    double noise(std::uint64_t element) const {
        const std::uint32_t word = random_word(key.seed, key.counter, g.stream + 2, static_cast<std::uint32_t>(element));
        double sum = -510;
        for (std::uint32_t byte = 0; byte < 4; ++byte) sum += (word >> (8 * byte)) & 255u;
        return sum / std::sqrt(65535.0 / 3);  // four times (256^2 - 1) / 12
    }
    bool cut(std::uint32_t column, std::uint32_t line) const {
        return column >= d[9] && line >= d[10] && column < d[9] + a.cutout && line < d[10] + a.cutout;
    }
    Pixel pixel(std::uint32_t column, std::uint32_t line) const {
        const double black{g.black}, white{g.white}, middle = (black + white) / 2;
        Pixel value{};
        for (std::uint32_t c = 0; c < g.channels; ++c) value[c] = sampled(column, line, c);
        const std::uint32_t colours = g.channels - (g.channels % 2 == 0);
        if (a.brightness != 0 || a.contrast != 0 || a.saturation != 0 || a.noise != 0) {
            for (std::uint32_t c = 0; c < colours; ++c) value[c] = middle + d[7] * (value[c] + d[6] - middle);
            const double grey = 0.299 * value[0] + 0.587 * value[1] + 0.114 * value[2];
            for (std::uint32_t c = 0; c < colours; ++c) {
                if (colours == 3) value[c] = grey + d[8] * (value[c] - grey);
                const std::uint64_t element = ((std::uint64_t{row} * g.height + line) * g.width + column) * g.channels + c;
                if (a.noise != 0) value[c] += double{a.noise} * (white - black) * noise(element);
                value[c] = std::clamp(value[c], std::min(black, white), std::max(black, white));
            }
        }
        if (a.cutout != 0 && cut(column, line)) value.fill(middle);
        return value;
    }
};

}  // namespace

void augmentation_draws(const Augmentation& amounts, const AugmentGeometry& g, RandomKey key, Out draws) {
    check_size("augmentation_draws", "the draws", draws.size(), std::size_t{g.rows} * draws_per_row);
    for (std::uint32_t row = 0; row < g.rows; ++row) draw_row(amounts, g, {key, g.stream, row}, draws.subspan(std::size_t{row} * draws_per_row, draws_per_row));
}

void augment(const Augmentation& amounts, const AugmentGeometry& g, RandomKey key, std::uint32_t live, In x, In draws, Out y) {
    check_size("augment", "the output", y.size(), x.size());
    const auto picture = [&](std::uint32_t row) {
        return Picture{amounts, g, key, x, draws.subspan(std::size_t{row} * draws_per_row, draws_per_row), row};
    };
    std::size_t to = 0;
    for (std::uint32_t row = 0; row < g.rows; ++row)
        for (std::uint32_t line = 0; line < g.height; ++line)
            for (std::uint32_t column = 0; column < g.width; ++column) {
                Pixel value{};
                if (row < live) value = picture(row).pixel(column, line);
                if (row < live && amounts.mixup != 0) {
                    const Pixel other = picture((row + 1) % live).pixel(column, line);
                    const double share = picture(row).d[11];
                    for (std::uint32_t c = 0; c < g.channels; ++c) value[c] = share * value[c] + (1 - share) * other[c];
                }
                for (std::uint32_t c = 0; c < g.channels; ++c) y[to++] = value[c];
            }
}

void mix_rows(std::uint32_t rows, std::uint32_t columns, std::uint32_t live, In x, In draws, Out y) {
    check_size("mix_rows", "the output", y.size(), x.size());
    for (std::uint32_t row = 0; row < rows; ++row) {
        const double share = row < live ? draws[std::size_t{row} * draws_per_row + 11] : 1;
        const std::size_t next = row < live ? (row + 1) % live : row;
        for (std::uint32_t c = 0; c < columns; ++c)
            y[std::size_t{row} * columns + c] = share * x[std::size_t{row} * columns + c] + (1 - share) * x[next * columns + c];
    }
}

}  // namespace hekla::reference
