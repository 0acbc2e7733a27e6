#include "nn/step_loss.h"

#include <cmath>
#include <string>

#include <hekla/error.h>
#include <hekla/ops.h>

namespace hekla::nn {
namespace {

struct Targets {
    Tensor labels;
    const std::function<Tensor()>& one_hot;
    float smoothing_share;  // 1 in training, otherwise 0
    bool mixed;
};

/// 1 for a sample, 0 for a row that is none.
Tensor live(Tensor one_hot) { return reduce_sum(one_hot, {1}); }
Tensor live_only(Tensor rows, Tensor one_hot) { return multiply(rows, live(one_hot)); }

Tensor rows_of(const CrossEntropy& loss, Tensor logits, const Targets& t) {
    const float smoothing = loss.label_smoothing * t.smoothing_share;
    if (!loss.one_hot && smoothing == 0 && !t.mixed) return cross_entropy_rows(logits, t.labels);
    return cross_entropy_rows_onehot(logits, smooth_labels(t.one_hot(), smoothing));
}
Tensor rows_of(const BinaryCrossEntropy&, Tensor logits, const Targets& t) {
    const Tensor one_hot = t.one_hot();
    return live_only(binary_cross_entropy_rows(logits, one_hot), one_hot);
}
Tensor rows_of(const MeanSquaredError&, Tensor outputs, const Targets& t) {
    const Tensor one_hot = t.one_hot();
    return live_only(mean_squared_error_rows(outputs, one_hot), one_hot);
}
Tensor rows_of(const MeanAbsoluteError&, Tensor outputs, const Targets& t) {
    const Tensor one_hot = t.one_hot();
    return live_only(mean_absolute_error_rows(outputs, one_hot), one_hot);
}
Tensor rows_of(const Huber& loss, Tensor outputs, const Targets& t) {
    const Tensor one_hot = t.one_hot();
    return live_only(huber_rows(outputs, one_hot, loss.delta), one_hot);
}
Tensor rows_of(const Hinge& loss, Tensor scores, const Targets& t) { return multi_class_hinge_rows(scores, t.one_hot(), loss.margin); }
Tensor rows_of(const KlDivergence& loss, Tensor logits, const Targets& t) {
    return kl_divergence_rows(logits, smooth_labels(t.one_hot(), loss.label_smoothing * t.smoothing_share));
}
Tensor rows_of(const CosineDistance&, Tensor outputs, const Targets& t) {
    const Tensor one_hot = t.one_hot();
    return live_only(shift(negate(cosine_similarity_rows(outputs, one_hot)), 1), one_hot);
}

}  // namespace

void StepLoss::check(std::uint64_t classes) const {
    if (mixed && std::holds_alternative<Hinge>(loss))
        throw Error(ErrorCode::invalid_argument, "[trainer] the hinge loss compares with one class, mixup makes mixtures of two: leave one of them out");
    if (class_weights.empty()) return;
    if (class_weights.size() != classes)
        throw Error(ErrorCode::invalid_argument, "[trainer] there are " + std::to_string(class_weights.size()) + " class weights for " + std::to_string(classes) + " classes");
    for (float weight : class_weights)
        if (!(weight >= 0) || !std::isfinite(weight))
            throw Error(ErrorCode::invalid_argument, "[trainer] a class weight must be a number from 0 up and is " + std::to_string(weight));
}

Tensor StepLoss::build(Tensor logits, Tensor labels, const std::function<Tensor()>& one_hot, Tensor step_state) const {
    check(logits.shape().back());
    const Targets targets{labels, one_hot, training ? 1.0f : 0.0f, mixed};
    if (!training || class_weights.empty())
        return mean_rows(std::visit([&](const auto& chosen) { return rows_of(chosen, logits, targets); }, loss), step_state);
    const Tensor weights = logits.graph().constant(Shape{class_weights.size()}, class_weights);
    if (const auto* cross_entropy = std::get_if<CrossEntropy>(&loss))
        return weighted_cross_entropy(logits, one_hot(), weights, cross_entropy->label_smoothing);
    const Tensor rows = std::visit([&](const auto& chosen) { return rows_of(chosen, logits, targets); }, loss);
    return weighted_mean(rows, reduce_sum(multiply(one_hot(), weights), {1}));
}

}  // namespace hekla::nn
