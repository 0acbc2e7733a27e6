#pragma once
// The operations of a graph. Every function adds nodes to the graph of its first argument and returns
// the result; shapes that do not fit throw Error (invalid_argument) naming the op and both shapes.
// Images are NHWC. All have gradients unless said otherwise.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <hekla/graph.h>
#include <hekla/optimizers.h>

namespace hekla {

/// Height and width; one number sets both.
struct Size2 {
    std::uint32_t height = 1, width = 1;
    constexpr Size2(std::uint32_t both = 1) : height(both), width(both) {}
    constexpr Size2(std::uint32_t h, std::uint32_t w) : height(h), width(w) {}
    bool operator==(const Size2&) const = default;
};

/// Padding of windows: none, as much as keeps ceil(size / stride) (odd pixel at the end, as
/// TensorFlow and ONNX SAME_UPPER), or given in pixels.
struct Padding {
    enum class Kind : std::uint8_t { valid, same, explicit_pixels } kind = Kind::valid;
    std::uint32_t top = 0, left = 0, bottom = 0, right = 0;

    static constexpr Padding valid() { return {}; }
    static constexpr Padding same() { return {Kind::same, 0, 0, 0, 0}; }
    static constexpr Padding pixels(std::uint32_t all) { return {Kind::explicit_pixels, all, all, all, all}; }
    static constexpr Padding pixels(std::uint32_t top, std::uint32_t left, std::uint32_t bottom, std::uint32_t right) {
        return {Kind::explicit_pixels, top, left, bottom, right};
    }
    bool operator==(const Padding&) const = default;
};

struct Conv2dOptions {
    Size2 stride = 1;
    Padding padding = {};
    Size2 dilation = 1;
    std::uint32_t groups = 1;
};
/// x [N,H,W,C], weight [kh,kw,C/groups,O], bias [O] or none -> [N,OH,OW,O]. Cross-correlation.
Tensor conv2d(Tensor x, Tensor weight, Tensor bias = {}, const Conv2dOptions& options = {});

struct Conv2dTransposeOptions {
    Size2 stride = 1;
    Padding padding = {};  // of the convolution that it reverses: takes pixels off the result. same: result = input * stride
    Size2 dilation = 1;
    std::uint32_t groups = 1;
    Size2 output_padding = 0;  // pixels more at the end of the result, fewer than the stride
};
/// The convolution backwards: x [N,H,W,C], weight [kh,kw,O/groups,C], bias [O] or none -> [N,OH,OW,O].
Tensor conv2d_transpose(Tensor x, Tensor weight, Tensor bias = {}, const Conv2dTransposeOptions& options = {});

enum class Interpolation : std::uint8_t { nearest, bilinear };
/// x [N,H,W,C] -> [N,H*fh,W*fw,C]; bilinear between the middles of pixels (PyTorch's align_corners = False).
Tensor upsample2d(Tensor x, Size2 factor, Interpolation interpolation = Interpolation::nearest);

/// table [rows, D], indices u32 [..] -> [.., D]; zeros for an index beyond the table. The table's gradient is summed in the
/// order of the indices.
Tensor embedding(Tensor table, Tensor indices);

struct Pool2dOptions {
    Size2 size = 2;
    std::optional<Size2> stride = {};  // the size if not given
    Padding padding = {};
    bool ceil_mode = false;            // windows may hang over the end (never starting in the padding)
    bool count_include_pad = false;    // averages only
};
/// x [N,H,W,C] -> [N,OH,OW,C]. The first maximum takes the gradient.
Tensor max_pool2d(Tensor x, const Pool2dOptions& options = {});
Tensor average_pool2d(Tensor x, const Pool2dOptions& options = {});
/// x [N,H,W,C] -> [N,C]
Tensor global_max_pool2d(Tensor x);
Tensor global_average_pool2d(Tensor x);

// Normalization: (x - mean) / sqrt(variance + epsilon) * scale + shift, with scale and shift [C] of the last axis.
struct BatchNormOptions {
    float epsilon = 1e-5f;
    float momentum = 0.1f;  // running = (1 - momentum) * running + momentum * the batch's (PyTorch's; Keras' momentum is 1 - this)
};
/// x [N,..,C], statistics over all axes but the last. With a step state only the live rows count, and the others are zero.
/// running_mean and running_variance [C], both or none, are parameters that the batch's mean and its unbiased variance move.
Tensor batch_norm(Tensor x, Tensor scale, Tensor shift, const BatchNormOptions& options = {}, Tensor step_state = {},
                  Tensor running_mean = {}, Tensor running_variance = {});
/// The same with statistics [C] that are given, in evaluation; no gradient flows to them.
Tensor batch_norm_given(Tensor x, Tensor mean, Tensor variance, Tensor scale, Tensor shift, float epsilon = 1e-5f);
/// Over the last axis, in each row.
Tensor layer_norm(Tensor x, Tensor scale, Tensor shift, float epsilon = 1e-5f);
/// x [N,..,C]: in each sample over what lies between, and over C / groups neighbouring channels.
Tensor group_norm(Tensor x, std::uint32_t groups, Tensor scale, Tensor shift, float epsilon = 1e-5f);
/// group_norm with one group per channel.
Tensor instance_norm(Tensor x, Tensor scale, Tensor shift, float epsilon = 1e-5f);

struct MatmulOptions {
    bool transpose_a = false, transpose_b = false;
};
/// a [.., M,K], b [.., K,N] (the last two swapped where transposed) -> [.., M,N]. Leading
/// dimensions are equal, or one operand has rank 2 and serves all.
Tensor matmul(Tensor a, Tensor b, const MatmulOptions& options = {});
/// x [N,K] weight [K,M] + bias [M] (or none) -> [N,M]
Tensor dense(Tensor x, Tensor weight, Tensor bias = {});

// Over the last axis.
Tensor softmax(Tensor x);
Tensor log_softmax(Tensor x);

/// Loss per row of logits [N,C] with integer labels (u32 [N]; a label >= C is a row without loss) -> [N].
Tensor cross_entropy_rows(Tensor logits, Tensor labels);
/// The same with a distribution per row: targets f32 [N,C] (one-hot or soft; no gradient flows to them).
Tensor cross_entropy_rows_onehot(Tensor logits, Tensor targets);
/// Mean of rows [N] over the live rows of the step state (over all N without one) -> scalar.
Tensor mean_rows(Tensor rows, Tensor step_state = {});
/// mean_rows of cross_entropy_rows.
Tensor softmax_cross_entropy(Tensor logits, Tensor labels, Tensor step_state = {});
/// 1 per row whose first largest logit is at its label, otherwise 0 -> f32 [N]. No gradient.
Tensor correct_rows(Tensor logits, Tensor labels);

// Element by element.
Tensor relu(Tensor x);
Tensor leaky_relu(Tensor x, float slope = 0.01f);
Tensor elu(Tensor x, float alpha = 1.0f);
Tensor sigmoid(Tensor x);
Tensor tanh(Tensor x);
Tensor gelu(Tensor x);  // exact, with erf
Tensor silu(Tensor x);
Tensor softplus(Tensor x);
Tensor exp(Tensor x);
Tensor log(Tensor x);
Tensor sqrt(Tensor x);
Tensor abs(Tensor x);
Tensor square(Tensor x);
Tensor negate(Tensor x);
Tensor scale(Tensor x, float factor);
Tensor shift(Tensor x, float offset);
/// Any row of the pointwise table by name ("relu", "gelu", ...).
Tensor unary(std::string_view name, Tensor x, float parameter = 0);

// With broadcasting: shapes are aligned at the last axis, and a dimension of 1 repeats.
Tensor add(Tensor l, Tensor r);
Tensor subtract(Tensor l, Tensor r);
Tensor multiply(Tensor l, Tensor r);
Tensor divide(Tensor l, Tensor r);
Tensor maximum(Tensor l, Tensor r);  // no gradient
Tensor minimum(Tensor l, Tensor r);  // no gradient

/// Inverted dropout with counter-based random numbers: the mask depends only on the step state's
/// seed and counter, on `stream` (one per layer) and on the position.
Tensor dropout(Tensor x, float rate, Tensor step_state, std::uint32_t stream);

// Reductions over the given axes (all if empty), which vanish unless keep_dims.
Tensor reduce_sum(Tensor x, std::vector<std::uint32_t> axes = {}, bool keep_dims = false);
Tensor reduce_mean(Tensor x, std::vector<std::uint32_t> axes = {}, bool keep_dims = false);
Tensor reduce_max(Tensor x, std::vector<std::uint32_t> axes = {}, bool keep_dims = false);  // no gradient
Tensor reduce_min(Tensor x, std::vector<std::uint32_t> axes = {}, bool keep_dims = false);  // no gradient

Tensor reshape(Tensor x, Shape shape);
/// [N, ...] -> [N, product]
Tensor flatten(Tensor x);
Tensor broadcast_to(Tensor x, Shape shape);
/// Output axis i is input axis order[i].
Tensor transpose(Tensor x, std::vector<std::uint32_t> order);
Tensor concat(std::span<const Tensor> parts, std::uint32_t axis);
/// Neighbouring parts along an axis, of these sizes.
std::vector<Tensor> split(Tensor x, std::uint32_t axis, std::vector<std::uint64_t> sizes);
/// Elements begin[i] .. begin[i] + size[i] of every axis.
Tensor slice(Tensor x, std::vector<std::uint64_t> begin, std::vector<std::uint64_t> size);
/// `before[i]` and `after[i]` elements of `value` around every axis.
Tensor pad(Tensor x, std::vector<std::uint64_t> before, std::vector<std::uint64_t> after, float value = 0);

/// Writes `value` into the parameter `target` (no gradient): running averages and the like.
void assign(Tensor target, Tensor value);

/// Adds gradients of `loss` for all trainable parameters of the graph and the update of all of
/// them in one kernel per arena range. The learning rate is the step state's. Throws Error for settings that make no sense,
/// and without any trainable parameter.
void minimize(Tensor loss, const Optimizer& optimizer, const UpdateOptions& options = {});

}  // namespace hekla
