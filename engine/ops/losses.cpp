// Losses made of other operations, which have their gradients.

#include <cmath>
#include <numeric>

#include <hekla/error.h>
#include <hekla/losses.h>
#include <hekla/ops.h>

namespace hekla {
namespace {

constexpr float smallest = 1e-30f;  // instead of 0, where a logarithm or a quotient would not be finite

void require_same(const char* op, Tensor a, Tensor b, const char* what) {
    if (a.shape() != b.shape())
        throw Error(ErrorCode::invalid_argument, std::string("[") + op + "] " + what + " must be " + to_string(a.shape()) + " and are " + to_string(b.shape()));
}
void require_rows(const char* op, Tensor a, Tensor rows, const char* what) {
    if (a.shape().rank() == 0 || rows.shape() != Shape{a.shape()[0]})
        throw Error(ErrorCode::invalid_argument, std::string("[") + op + "] " + what + " must be one number per row of " + to_string(a.shape()) + " and are " +
                                                     to_string(rows.shape()));
}
void require_matrix(const char* op, Tensor a) {
    if (a.shape().rank() != 2)
        throw Error(ErrorCode::invalid_argument, std::string("[") + op + "] the input must have 2 dimensions and is " + to_string(a.shape()));
}
void require_setting(const char* op, bool condition, const char* what) {
    if (!condition) throw Error(ErrorCode::invalid_argument, std::string("[") + op + "] " + what);
}

/// Means over all dimensions but the first.
Tensor row_means(Tensor x) {
    if (x.shape().rank() < 2) return x;
    std::vector<std::uint32_t> axes(x.shape().rank() - 1);
    std::iota(axes.begin(), axes.end(), 1u);
    return reduce_mean(x, axes);
}
Tensor row_sums(Tensor x, bool keep = false) { return reduce_sum(x, {1}, keep); }
Tensor constant(Tensor like, float value) { return like.graph().constant({}, {value}); }

/// |a - b + 1e-6| per row: never 0, so that it has a gradient everywhere (torch.pairwise_distance).
Tensor distance_rows(Tensor a, Tensor b) { return sqrt(row_sums(square(shift(subtract(a, b), 1e-6f)))); }

}  // namespace

Tensor smooth_labels(Tensor one_hot, float smoothing) {
    require_setting("smooth_labels", smoothing >= 0 && smoothing < 1, "the smoothing must be at least 0 and below 1");
    require_matrix("smooth_labels", one_hot);
    if (smoothing == 0) return one_hot;
    const float share = smoothing / static_cast<float>(one_hot.shape()[1]);
    return add(scale(one_hot, 1 - smoothing), scale(row_sums(one_hot, true), share));
}

Tensor weighted_mean(Tensor rows, Tensor weights) {
    require_rows("weighted_mean", rows, weights, "the weights");
    return divide(reduce_sum(multiply(rows, weights)), maximum(reduce_sum(weights), constant(rows, smallest)));
}

Tensor weighted_cross_entropy(Tensor logits, Tensor one_hot, Tensor class_weights, float smoothing) {
    require_same("weighted_cross_entropy", logits, one_hot, "the targets");
    if (class_weights.shape() != Shape{logits.shape().back()})
        throw Error(ErrorCode::invalid_argument, "[weighted_cross_entropy] the weights must be one per class of " + to_string(logits.shape()) + " and are " +
                                                     to_string(class_weights.shape()));
    const Tensor rows = cross_entropy_rows_onehot(logits, multiply(smooth_labels(one_hot, smoothing), class_weights));
    const Tensor total = reduce_sum(multiply(one_hot, class_weights));
    return divide(reduce_sum(rows), maximum(total, constant(logits, smallest)));
}

Tensor binary_cross_entropy_rows(Tensor logits, Tensor targets) {
    require_same("binary_cross_entropy", logits, targets, "the targets");
    return row_means(subtract(softplus(logits), multiply(logits, targets)));
}

Tensor mean_squared_error_rows(Tensor x, Tensor y) {
    require_same("mean_squared_error", x, y, "the targets");
    return row_means(square(subtract(x, y)));
}

Tensor mean_absolute_error_rows(Tensor x, Tensor y) {
    require_same("mean_absolute_error", x, y, "the targets");
    return row_means(abs(subtract(x, y)));
}

Tensor huber_rows(Tensor x, Tensor y, float delta) {
    require_same("huber", x, y, "the targets");
    require_setting("huber", delta > 0, "delta must be above 0");
    // d is min(d, delta) + outside: half the square of the one, delta times the other.
    const Tensor d = abs(subtract(x, y)), outside = relu(shift(d, -delta));
    return row_means(add(scale(square(subtract(d, outside)), 0.5f), scale(outside, delta)));
}

Tensor hinge_rows(Tensor scores, Tensor targets) {
    require_same("hinge", scores, targets, "the targets");
    return row_means(relu(shift(negate(multiply(scores, targets)), 1)));
}

Tensor multi_class_hinge_rows(Tensor scores, Tensor one_hot, float margin) {
    require_same("multi_class_hinge", scores, one_hot, "the targets");
    require_matrix("multi_class_hinge", scores);
    require_setting("multi_class_hinge", margin > 0, "the margin must be above 0");
    const Tensor right = row_sums(multiply(scores, one_hot), true);
    // The classes that are wrong: none in a row that is no sample.
    const Tensor others = subtract(row_sums(one_hot, true), one_hot);
    return row_means(multiply(relu(shift(subtract(scores, right), margin)), others));
}

Tensor kl_divergence_rows(Tensor logits, Tensor targets) {
    require_same("kl_divergence", logits, targets, "the targets");
    require_matrix("kl_divergence", logits);
    const Tensor information = row_sums(multiply(targets, log(maximum(targets, constant(logits, smallest)))));
    return add(cross_entropy_rows_onehot(logits, targets), information);
}

Tensor distillation_rows(Tensor student, Tensor teacher, float temperature) {
    require_same("distillation", student, teacher, "the teacher's logits");
    require_setting("distillation", temperature > 0 && std::isfinite(temperature), "the temperature must be above 0");
    const float cold = 1 / temperature;
    return scale(kl_divergence_rows(scale(student, cold), softmax(scale(teacher, cold))), temperature * temperature);
}

Tensor cosine_similarity_rows(Tensor a, Tensor b) {
    require_same("cosine_similarity", a, b, "the rows of the other operand");
    require_matrix("cosine_similarity", a);
    // Roots of sums that are not below 1e-16, by relu because maximum has no gradient.
    const auto norm = [](Tensor x) { return sqrt(shift(relu(shift(row_sums(square(x)), -1e-16f)), 1e-16f)); };
    return divide(row_sums(multiply(a, b)), multiply(norm(a), norm(b)));
}

Tensor cosine_embedding_rows(Tensor a, Tensor b, Tensor targets, float margin) {
    require_rows("cosine_embedding", a, targets, "the targets");
    const Tensor cosine = cosine_similarity_rows(a, b);
    const Tensor alike = scale(shift(targets, 1), 0.5f), unlike = scale(shift(negate(targets), 1), 0.5f);
    return add(multiply(alike, shift(negate(cosine), 1)), multiply(unlike, relu(shift(cosine, -margin))));
}

Tensor contrastive_rows(Tensor a, Tensor b, Tensor same, float margin) {
    require_same("contrastive", a, b, "the rows of the other operand");
    require_matrix("contrastive", a);
    require_rows("contrastive", a, same, "the targets");
    const Tensor d = distance_rows(a, b);
    const Tensor apart = multiply(shift(negate(same), 1), square(relu(shift(negate(d), margin))));
    return scale(add(multiply(same, square(d)), apart), 0.5f);
}

Tensor triplet_rows(Tensor anchor, Tensor positive, Tensor negative, float margin) {
    require_same("triplet", anchor, positive, "the positives");
    require_same("triplet", anchor, negative, "the negatives");
    require_matrix("triplet", anchor);
    return relu(shift(subtract(distance_rows(anchor, positive), distance_rows(anchor, negative)), margin));
}

}  // namespace hekla
