#pragma once
// Losses as parts of a graph, one number per row (the first dimension) -> [N]; the others are averaged, unless said
// otherwise. mean_rows and weighted_mean make one number of them. They agree with PyTorch's functions, which are named. No
// gradient flows to targets.

#include <variant>
#include <vector>

#include <hekla/graph.h>

namespace hekla {

/// One-hot rows [N,C] with 1 - smoothing at the class and smoothing / C everywhere (Szegedy et al. 2016); rows of zeros, which
/// are no samples, stay so. For cross_entropy_rows_onehot (F.cross_entropy, label_smoothing).
Tensor smooth_labels(Tensor one_hot, float smoothing);
/// sum(rows weights) / sum(weights): sample masks (weights of 0 and 1) and weights -> scalar; 0 if all weights are 0.
Tensor weighted_mean(Tensor rows, Tensor weights);
/// F.cross_entropy with weight = class_weights [C]: the mean over one-hot targets [N,C], weighted by each sample's class -> scalar.
Tensor weighted_cross_entropy(Tensor logits, Tensor one_hot, Tensor class_weights, float smoothing = 0);

/// -[t log p + (1 - t) log(1 - p)] with p = sigmoid(logits), from the logits (F.binary_cross_entropy_with_logits). Same shapes.
Tensor binary_cross_entropy_rows(Tensor logits, Tensor targets);
/// (x - y)^2 (F.mse_loss)
Tensor mean_squared_error_rows(Tensor x, Tensor y);
/// |x - y| (F.l1_loss)
Tensor mean_absolute_error_rows(Tensor x, Tensor y);
/// d^2 / 2 where d = |x - y| <= delta, otherwise delta (d - delta / 2) (F.huber_loss)
Tensor huber_rows(Tensor x, Tensor y, float delta = 1);
/// max(0, 1 - t x), t = 1 or -1
Tensor hinge_rows(Tensor scores, Tensor targets);
/// sum over the classes c other than y of max(0, margin - x_y + x_c) / C, y by one-hot rows (F.multi_margin_loss)
Tensor multi_class_hinge_rows(Tensor scores, Tensor one_hot, float margin = 1);
/// sum t (log t - log softmax(logits)) over the last axis, t [N,C] a distribution per row (F.kl_div)
Tensor kl_divergence_rows(Tensor logits, Tensor targets);
/// T^2 KL(softmax(teacher / T) || softmax(student / T)) of logits [N,C], T = temperature > 0 (Hinton, Vinyals and Dean 2015); the
/// factor keeps its gradients as large as those of the cross entropy.
Tensor distillation_rows(Tensor student, Tensor teacher, float temperature);
/// a . b / max(|a| |b|, 1e-8), [N,C] (F.cosine_similarity)
Tensor cosine_similarity_rows(Tensor a, Tensor b);
/// 1 - cos(a, b) where the target is 1, max(0, cos(a, b) - margin) where it is -1; targets [N] (F.cosine_embedding_loss)
Tensor cosine_embedding_rows(Tensor a, Tensor b, Tensor targets, float margin = 0);
/// Hadsell, Chopra and LeCun 2006, by d = |a - b + 1e-6|: d^2 / 2 for same = 1, max(0, margin - d)^2 / 2 for same = 0; same [N]
Tensor contrastive_rows(Tensor a, Tensor b, Tensor same, float margin = 1);
/// max(0, |a - p + 1e-6| - |a - n + 1e-6| + margin), [N,C] (F.triplet_margin_loss)
Tensor triplet_rows(Tensor anchor, Tensor positive, Tensor negative, float margin = 1);

// What a Trainer minimizes. Its networks end in one number per class; the targets of all but the first are one-hot rows.
struct CrossEntropy {
    bool one_hot = false;       // compare with one-hot rows (Keras' categorical) instead of integer labels: the same values
    float label_smoothing = 0;  // in training; evaluation reports the loss without it
};
struct BinaryCrossEntropy {};   // every class for itself, by sigmoid
struct MeanSquaredError {};
struct MeanAbsoluteError {};
struct Huber { float delta = 1; };
struct Hinge { float margin = 1; };
struct KlDivergence { float label_smoothing = 0; };
struct CosineDistance {};       // 1 - cos of outputs and one-hot row
using Loss = std::variant<CrossEntropy, BinaryCrossEntropy, MeanSquaredError, MeanAbsoluteError, Huber, Hinge, KlDivergence, CosineDistance>;

}  // namespace hekla
