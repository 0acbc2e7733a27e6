#pragma once
// Plain double-precision loops, one per kernel contract: the oracle of the kernels' self-tests, of
// constant folding and of the tests. Slow and obvious on purpose. Outputs are overwritten.
// Spans must have exactly the number of elements that the geometry says (checked; throws Error).

#include <cstdint>
#include <span>
#include <vector>

#include "base/geometry.h"

namespace hekla::reference {

using In = std::span<const double>;
using Out = std::span<double>;

// conv2d.cpp: NHWC, weight [kh, kw, C/groups, O]; formulas in base/geometry.h
void conv2d(const Conv2dGeometry& g, In x, In weight, In bias /* empty: none */, Out y);
void conv2d_input_gradient(const Conv2dGeometry& g, In dy, In weight, Out dx);
void conv2d_weight_gradient(const Conv2dGeometry& g, In x, In dy, Out dweight);

// pool2d.cpp: padding never wins a maximum; the first maximum (in row order) takes the gradient
void max_pool2d(const Pool2dGeometry& g, In x, Out y);
void max_pool2d_gradient(const Pool2dGeometry& g, In x, In dy, Out dx);
void average_pool2d(const Pool2dGeometry& g, In x, Out y);
void average_pool2d_gradient(const Pool2dGeometry& g, In dy, Out dx);
/// Divisor of the average at window (oh, ow): the number of positions that count.
std::uint32_t average_divisor(const Pool2dGeometry& g, std::uint32_t oh, std::uint32_t ow);

// upsample2d.cpp: output o of an axis lies at (o + 1/2) / factor - 1/2 of the input, not before its first pixel
void upsample2d(const Upsample2dGeometry& g, In x, Out y);
void upsample2d_gradient(const Upsample2dGeometry& g, In dy, Out dx);

// embedding.cpp: table [rows, columns]; y[i] = table[indices[i]], zeros for an index beyond the table
void embedding(std::uint64_t rows, std::uint64_t columns, In table, In indices, Out y);
void embedding_gradient(std::uint64_t rows, std::uint64_t columns, In dy, In indices, Out dtable);

// norm.cpp: x [outer, rows, channels]; statistics [3, outer, groups]: means, 1 / sqrt(variance + epsilon), variances.
// live: rows that count, of all; gradients of what follows, and the results there, are zero
void norm_statistics(const NormGeometry& g, std::uint32_t live, In x, Out statistics);
/// The same of means and variances that are given.
void given_statistics(double epsilon, In mean, In variance, Out statistics);
/// y = (x - mean) / sqrt(variance + epsilon) * scale + shift, scale and shift [channels]
void normalize(const NormGeometry& g, std::uint32_t live, In x, In statistics, In scale, In shift, Out y);
/// [2, outer, channels]: sums over the rows of dy, and of dy times the normalized x
void norm_sums(const NormGeometry& g, std::uint32_t live, In dy, In x, In statistics, Out sums);
void norm_input_gradient(const NormGeometry& g, std::uint32_t live, In x, In dy, In sums, In statistics, In scale, Out dx);

// matmul.cpp: bias (empty: none) has `columns` elements
void matmul(const MatmulGeometry& g, In a, In b, In bias, Out c);

// softmax.cpp: rows x columns
void softmax(std::uint64_t rows, std::uint64_t columns, In x, Out y);
void softmax_gradient(std::uint64_t rows, std::uint64_t columns, In y, In dy, Out dx);
void log_softmax(std::uint64_t rows, std::uint64_t columns, In x, Out y);
void log_softmax_gradient(std::uint64_t rows, std::uint64_t columns, In y, In dy, Out dx);
/// Loss per row by log-sum-exp; 0 where the label is >= columns (a row that is not a sample).
void cross_entropy(std::uint64_t rows, std::uint64_t columns, In logits, std::span<const std::uint32_t> labels, Out loss);
/// dlogits = (softmax - onehot) * drow; 0 for rows that are not samples
void cross_entropy_gradient(std::uint64_t rows, std::uint64_t columns, In logits, std::span<const std::uint32_t> labels, In drow, Out dlogits);
/// The same with a distribution per row: L = -sum y log p;  dlogits = (p * sum(y) - y) * drow
void cross_entropy_onehot(std::uint64_t rows, std::uint64_t columns, In logits, In targets, Out loss);
void cross_entropy_onehot_gradient(std::uint64_t rows, std::uint64_t columns, In logits, In targets, In drow, Out dlogits);
/// 1 where the first largest logit of the row is at the label, otherwise 0
void correct(std::uint64_t rows, std::uint64_t columns, In logits, std::span<const std::uint32_t> labels, Out rows_out);

// metrics.cpp: adds to counts [classes, classes] by label and first largest logit, [classes] by the label's rank, and
// [classes, 2, bins] by the class's log-odds from -16 to 16 (1: samples of it); a label >= classes is no sample
void count_predictions(std::uint64_t rows, std::uint64_t classes, std::uint32_t bins, In logits, std::span<const std::uint32_t> labels, Out counts);

// reduce.cpp: [outer, length, inner] -> [outer, inner]
enum class Reduction : std::uint32_t { sum = 0, mean = 1, maximum = 2, minimum = 3 };
void reduce(Reduction kind, std::uint64_t outer, std::uint64_t length, std::uint64_t inner, In x, Out y);

// strided_copy.cpp: for every index i of `dims` (up to 6 axes):
//   out[out_offset + sum i*out_stride] = in[in_offset + sum i*in_stride]
struct StridedCopy {
    std::vector<std::uint32_t> dims;
    std::vector<std::int32_t> in_strides, out_strides;
    std::int32_t in_offset = 0, out_offset = 0;
};
void strided_copy(const StridedCopy& copy, In in, Out out /* elements not addressed are kept */);

// random.cpp: the counter-based generator (PCG-RXS-M-XS-32 over a hashed counter; Jarzynski and Olano,
// "Hash Functions for GPU Rendering", JCGT 2020); the same bits as shaders/random.glsl
std::uint32_t random_word(std::uint32_t seed, std::uint32_t counter, std::uint32_t stream, std::uint32_t index);
/// Uniform in [0, 1): the word's upper 24 bits / 2^24
double random_unit(std::uint32_t seed, std::uint32_t counter, std::uint32_t stream, std::uint32_t index);
/// Inverted dropout: y = x / (1 - rate) where random_unit >= rate, otherwise 0
void dropout(double rate, std::uint32_t seed, std::uint32_t counter, std::uint32_t stream, In x, Out y);

// optimizers.cpp: in place; the formulas are in <hekla/optimizers.h>
/// What is done to a gradient first: times scale, cut to +-clip (0: not), and weight_decay * p added if that is not
/// decoupled: then rate * weight_decay * p is taken off p.
struct GradientRule { double scale = 1, clip = 0; bool decoupled = false; };
struct SgdSettings { double learning_rate = 0.01, momentum = 0, weight_decay = 0; bool nesterov = false; GradientRule rule = {}; };
void sgd(const SgdSettings& settings, Out parameter, In gradient, Out velocity /* empty if momentum is 0 */);
struct AdamSettings { double learning_rate = 1e-3, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weight_decay = 0; GradientRule rule = {}; };
/// beta1_power, beta2_power: beta^t of this update (t counts from 1).
/// m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; p -= rate * (m / (1-b1^t)) / (sqrt(v / (1-b2^t)) + epsilon)
void adam(const AdamSettings& settings, double beta1_power, double beta2_power, Out parameter, In gradient, Out m, Out v);
struct AdaGradSettings { double learning_rate = 0.01, epsilon = 1e-10, initial = 0, weight_decay = 0; GradientRule rule = {}; };
void adagrad(const AdaGradSettings& settings, Out parameter, In gradient, Out sum /* without `initial` */);
struct RmsPropSettings { double learning_rate = 0.01, decay = 0.99, epsilon = 1e-8, momentum = 0, weight_decay = 0; GradientRule rule = {}; };
void rmsprop(const RmsPropSettings& settings, Out parameter, In gradient, Out v, Out velocity /* empty if momentum is 0 */);
struct LionSettings { double learning_rate = 1e-4, beta1 = 0.9, beta2 = 0.99, weight_decay = 0; GradientRule rule = {}; };
void lion(const LionSettings& settings, Out parameter, In gradient, Out m);
/// Every column of the [rows, columns] matrix whose norm exceeds the limit is multiplied by limit / (norm + 1e-7).
void limit_norm(std::uint64_t rows, std::uint64_t columns, double limit, Out weight);

// schedule.cpp: a Schedule in updates; cosine and one-cycle are one curve, up during `peak` and down during `fall` updates
struct ScheduleSettings {
    enum class Kind : std::uint32_t { constant, step, exponential, curve } kind = Kind::constant;
    std::uint32_t warmup = 0;
    float period = 1, factor = 1;                     // step (a whole number of updates), exponential
    float peak = 0, fall = 1, first = 1, last = 0;    // curve
    bool operator==(const ScheduleSettings&) const = default;
};
/// What the base rate is multiplied by for the update after t others.
double schedule_factor(const ScheduleSettings& settings, std::uint32_t t);

}  // namespace hekla::reference
