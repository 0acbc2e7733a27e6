#include "kernels/kernel_problems.h"

#include "kernels/augment.h"
#include "kernels/conv2d.h"
#include "kernels/count_predictions.h"
#include "kernels/dense_gradients.h"
#include "kernels/depthwise.h"
#include "kernels/embedding.h"
#include "kernels/loss_scale.h"
#include "kernels/loss_step.h"
#include "kernels/matmul.h"
#include "kernels/norm.h"
#include "kernels/optimizers.h"
#include "kernels/peak.h"
#include "kernels/pointwise.h"
#include "kernels/pool2d.h"
#include "kernels/reduce.h"
#include "kernels/softmax.h"
#include "kernels/training.h"
#include "kernels/upsample2d.h"

namespace hekla::tests {
namespace {

using namespace kernels;
using Problems = std::vector<std::shared_ptr<Problem>>;

template <class P, class... Arguments>
void put(Problems& list, Arguments&&... arguments) {
    list.push_back(std::make_shared<P>(std::forward<Arguments>(arguments)...));
}

void add_pointwise(Problems& list) {
    for (std::uint32_t row = 0; row < reference::unary_rows().size(); ++row) {
        put<Unary>(list, row, 37, 0.5f);
        put<UnaryGradient>(list, row, 38, 0.5f);
    }
    put<Unary>(list, 0u, 4096, 0.0f);
    put<Unary>(list, 0u, 1, 0.0f);
    for (std::uint32_t row = 0; row < reference::binary_rows().size(); ++row) {
        put<Binary>(list, row, Binary::Axes{{1, 1, 1, 61}, {0, 0, 0, 1}, {0, 0, 0, 1}});
        put<Binary>(list, row, Binary::Axes{{1, 3, 5, 7}, {0, 35, 7, 1}, {0, 0, 1, 0}});
    }
    put<StridedCopy>(list, reference::StridedCopy{{3, 5, 7}, {1, 3, 15}, {35, 7, 1}, 0, 0}, 105, 105);
    put<StridedCopy>(list, reference::StridedCopy{{2, 3}, {10, 1}, {7, 2}, 4, 3}, 20, 20);
    put<StridedCopy>(list, reference::StridedCopy{{2, 3, 2, 3, 2, 3}, {108, 36, 18, 6, 3, 1}, {1, 2, 6, 12, 36, 72}, 0, 0}, 216, 216);
    put<StridedCopy>(list, reference::StridedCopy{{1000}, {1}, {1}, 0, 0}, 1000, 1000);
    put<Fill>(list, 1, 0.5f);
    put<Fill>(list, 103, -2.0f);
}

void add_rows(Problems& list) {
    using reference::Reduction;
    for (Reduction kind : {Reduction::sum, Reduction::mean, Reduction::maximum, Reduction::minimum}) {
        put<Reduce>(list, kind, 1, 1000, 1);
        put<Reduce>(list, kind, 7, 13, 5);
        put<Reduce>(list, kind, 1, 517, 8);
        put<Reduce>(list, kind, 129, 3, 1);
    }
    for (SoftmaxKind kind : {SoftmaxKind::plain, SoftmaxKind::log})
        for (std::uint64_t columns : {1, 10, 257}) {
            put<Softmax>(list, kind, 5, columns);
            put<SoftmaxGradient>(list, kind, 5, columns);
        }
    for (bool one_hot : {false, true})
        for (std::uint64_t columns : {2, 10, 300}) {
            put<CrossEntropyRows>(list, one_hot, 7, columns);
            put<CrossEntropyGradient>(list, one_hot, 7, columns);
        }
    put<CorrectRows>(list, 33, 10);
    put<CorrectRows>(list, 3, 300);
    for (std::uint32_t classes : {1u, 2u, 10u, 70u}) put<CountPredictions>(list, 131u, classes);
}

void add_norms(Problems& list) {
    const NormGeometry geometries[] = {{.rows = 60, .groups = 5, .sample_rows = 6},    {.rows = 300, .groups = 16, .sample_rows = 30},
                                       {.rows = 1000, .groups = 3, .sample_rows = 10}, {.outer = 3, .rows = 70, .groups = 2, .width = 3},
                                       {.outer = 2, .rows = 9, .groups = 2, .width = 8}, {.outer = 3, .rows = 130, .groups = 1, .width = 16},
                                       {.outer = 37, .width = 12},                       {.outer = 5, .width = 7}};
    for (const NormGeometry& g : geometries)
        for (bool with_state : {false, true}) {
            if (with_state && g.outer > 1) continue;
            put<NormStatistics>(list, g, with_state);
            put<Normalize>(list, g, with_state);
            put<NormSums>(list, g, with_state);
            put<NormInputGradient>(list, g, with_state);
            if (g.outer == 1) put<RunningAverage>(list, g.channels(), g.rows, g.sample_rows, 0.1f, with_state);
        }
    put<GivenStatistics>(list, 37u, 1e-3f);
}

void add_images(Problems& list) {
    for (bool bilinear : {false, true})
        for (bool gradient : {false, true}) {
            put<Upsample2d>(list, Upsample2dGeometry{2, 5, 7, 3, 2, 3, bilinear}, gradient);
            put<Upsample2d>(list, Upsample2dGeometry{3, 9, 8, 20, 2, 2, bilinear}, gradient);
        }
    const Conv2dGeometry depthwise[] = {
        {.batch = 2, .height = 7, .width = 9, .channels = 8, .kernel_h = 3, .kernel_w = 3, .filters = 8, .out_h = 7, .out_w = 9, .pad_top = 1, .pad_left = 1, .groups = 8},
        {.batch = 5, .height = 12, .width = 13, .channels = 20, .kernel_h = 3, .kernel_w = 5, .filters = 20, .out_h = 5, .out_w = 5, .stride_h = 2, .stride_w = 2, .groups = 20},
        {.batch = 1, .height = 9, .width = 9, .channels = 4, .kernel_h = 3, .kernel_w = 3, .filters = 4, .out_h = 5, .out_w = 5, .dilation_h = 2, .dilation_w = 2, .groups = 4}};
    for (const Conv2dGeometry& g : depthwise) {
        put<DepthwiseForward>(list, g, Epilogue{});
        put<DepthwiseForward>(list, g, Epilogue{true, 1 + reference::unary_index("relu"), 0});
        put<DepthwiseInputGradient>(list, g);
        put<DepthwiseWeightGradient>(list, g);
    }
    for (std::uint32_t columns : {5u, 16u}) {
        put<Embedding>(list, 33u, columns, 50u);
        put<EmbeddingGradient>(list, 33u, columns, 50u);
    }
}

void add_products(Problems& list) {
    for (bool ta : {false, true})
        for (bool tb : {false, true}) {
            put<Matmul>(list, MatmulGeometry{.rows = 13, .columns = 17, .depth = 31, .transpose_a = ta, .transpose_b = tb});
            put<Matmul>(list, MatmulGeometry{.rows = 16, .columns = 32, .depth = 64, .transpose_a = ta, .transpose_b = tb});
            put<Matmul>(list, MatmulGeometry{.batch = 3, .rows = 4, .columns = 8, .depth = 12, .transpose_a = ta, .transpose_b = tb});
        }
    put<Matmul>(list, MatmulGeometry{.batch = 2, .rows = 5, .columns = 3, .depth = 7, .broadcast_a = true});
    put<Matmul>(list, MatmulGeometry{.batch = 2, .rows = 5, .columns = 3, .depth = 7, .broadcast_b = true});
    put<Matmul>(list, MatmulGeometry{.rows = 3, .columns = 5, .depth = 1000});
    put<Matmul>(list, MatmulGeometry{.rows = 1, .columns = 1, .depth = 1});
    // So many results that no depth is split.
    put<Matmul>(list, MatmulGeometry{.rows = 2052, .columns = 8, .depth = 136});
    put<Matmul>(list, MatmulGeometry{.rows = 516, .columns = 12, .depth = 136, .transpose_b = true});
    put<Matmul>(list, MatmulGeometry{.rows = 1028, .columns = 10, .depth = 130});
    const Epilogue relu{true, 1 + reference::unary_index("relu"), 0};
    const Epilogue bias{true, 0, 0};
    // Several workgroup tiles, with edges in every size.
    for (bool ta : {false, true})
        for (bool tb : {false, true}) {
            put<Matmul>(list, MatmulGeometry{.batch = 2, .rows = 131, .columns = 67, .depth = 37, .transpose_a = ta, .transpose_b = tb}, relu);
            put<Matmul>(list, MatmulGeometry{.rows = 140, .columns = 132, .depth = 44, .transpose_a = ta, .transpose_b = tb}, bias);
        }
    put<Matmul>(list, MatmulGeometry{.batch = 2, .rows = 33, .columns = 36, .depth = 1571, .broadcast_b = true}, relu);
    put<Matmul>(list, MatmulGeometry{.rows = 8, .columns = 10, .depth = 1568}, bias);
    put<Matmul>(list, MatmulGeometry{.rows = 32, .columns = 64, .depth = 48}, relu);
    put<Matmul>(list, MatmulGeometry{.rows = 7, .columns = 9, .depth = 11}, relu);
    put<Matmul>(list, MatmulGeometry{.rows = 32, .columns = 10, .depth = 1568}, relu);
    put<Matmul>(list, MatmulGeometry{.rows = 17, .columns = 3, .depth = 36}, bias);
}

void add_dense_gradients(Problems& list) {
    put<DenseGradients>(list, DenseGeometry{.rows = 4, .features = 84, .columns = 10, .bias = true, .through_relu = true});
    put<DenseGradients>(list, DenseGeometry{.rows = 32, .features = 260, .columns = 10, .bias = true, .through_relu = true, .factor = 2});
    put<DenseGradients>(list, DenseGeometry{.rows = 12, .features = 16, .columns = 3});
    put<DenseGradients>(list, DenseGeometry{.rows = 4, .features = 400, .columns = 120, .bias = true});
    put<DenseGradients>(list, DenseGeometry{.rows = 7, .features = 20, .columns = 24, .through_relu = true, .factor = 1.25f});
    put<DenseGradients>(list, DenseGeometry{.rows = 1, .features = 8, .columns = 4, .bias = true, .through_relu = true});
    put<DenseGradients>(list, DenseGeometry{.rows = 5, .features = 7, .columns = 9, .bias = true, .through_relu = true});
}

void add_convolution(Problems& list, const Conv2dGeometry& g) {
    put<Conv2dForward>(list, g, Epilogue{true, 1 + reference::unary_index("relu"), 0});
    put<Conv2dForward>(list, g);
    put<Conv2dInputGradient>(list, g);
    put<Conv2dWeightGradient>(list, g);
    put<Conv2dWeightAndBiasGradient>(list, g);
}

void add_convolutions(Problems& list) {
    add_convolution(list, {.batch = 2, .height = 5, .width = 13, .channels = 8, .kernel_h = 3, .kernel_w = 3, .filters = 8, .out_h = 3, .out_w = 11});
    add_convolution(list, {.batch = 1, .height = 6, .width = 28, .channels = 1, .kernel_h = 3, .kernel_w = 3, .filters = 16, .out_h = 4, .out_w = 26});
    add_convolution(list, {.batch = 2, .height = 5, .width = 7, .channels = 3, .kernel_h = 3, .kernel_w = 3, .filters = 5, .out_h = 5, .out_w = 7, .pad_top = 1, .pad_left = 1});
    add_convolution(list, {.batch = 2, .height = 7, .width = 9, .channels = 4, .kernel_h = 3, .kernel_w = 3, .filters = 8, .out_h = 4, .out_w = 5, .stride_h = 2, .stride_w = 2, .pad_top = 1, .pad_left = 1});
    add_convolution(list, {.batch = 1, .height = 9, .width = 8, .channels = 3, .kernel_h = 3, .kernel_w = 3, .filters = 4, .out_h = 5, .out_w = 4, .dilation_h = 2, .dilation_w = 2});
    add_convolution(list, {.batch = 2, .height = 4, .width = 4, .channels = 8, .filters = 12, .out_h = 4, .out_w = 4});
    add_convolution(list, {.batch = 3, .height = 9, .width = 8, .channels = 140, .filters = 12, .out_h = 9, .out_w = 8});
    add_convolution(list, {.batch = 2, .height = 7, .width = 9, .channels = 7, .filters = 5, .out_h = 7, .out_w = 9});
    add_convolution(list, {.batch = 1, .height = 5, .width = 9, .channels = 8, .filters = 12, .out_h = 3, .out_w = 5, .stride_h = 2, .stride_w = 2});
    // Several workgroup tiles; strides that leave inputs out, dilations that share a factor with them, unequal axes.
    add_convolution(list, {.batch = 3, .height = 9, .width = 11, .channels = 36, .kernel_h = 3, .kernel_w = 3, .filters = 68, .out_h = 9, .out_w = 11, .pad_top = 1, .pad_left = 1});
    add_convolution(list, {.batch = 2, .height = 11, .width = 13, .channels = 4, .kernel_h = 4, .kernel_w = 3, .filters = 8, .out_h = 4, .out_w = 6, .stride_h = 3, .stride_w = 2, .dilation_h = 1, .dilation_w = 2, .pad_top = 1, .pad_left = 2});
    add_convolution(list, {.batch = 1, .height = 10, .width = 7, .channels = 3, .kernel_h = 2, .kernel_w = 1, .filters = 7, .out_h = 2, .out_w = 3, .stride_h = 4, .stride_w = 3, .dilation_h = 6, .pad_top = 1});
    add_convolution(list, {.batch = 1, .height = 5, .width = 5, .channels = 1, .kernel_h = 5, .kernel_w = 5, .filters = 1, .out_h = 1, .out_w = 1});
    add_convolution(list, {.batch = 2, .height = 6, .width = 5, .channels = 6, .kernel_h = 3, .kernel_w = 3, .filters = 9, .out_h = 4, .out_w = 3, .groups = 3});
    add_convolution(list, {.batch = 1, .height = 6, .width = 6, .channels = 8, .kernel_h = 3, .kernel_w = 3, .filters = 8, .out_h = 4, .out_w = 4, .groups = 8});
}

void add_pooling(Problems& list, const Pool2dGeometry& g) {
    for (PoolKind kind : {PoolKind::maximum, PoolKind::average}) {
        put<Pool2d>(list, kind, g);
        put<Pool2dGradient>(list, kind, g);
    }
    put<Pool2dGradient>(list, PoolKind::maximum, g, true);
}

void add_poolings(Problems& list) {
    add_pooling(list, {.batch = 2, .height = 6, .width = 8, .channels = 8, .kernel_h = 2, .kernel_w = 2, .out_h = 3, .out_w = 4, .stride_h = 2, .stride_w = 2});
    add_pooling(list, {.batch = 2, .height = 7, .width = 5, .channels = 3, .kernel_h = 2, .kernel_w = 2, .out_h = 3, .out_w = 2, .stride_h = 2, .stride_w = 2});
    add_pooling(list, {.batch = 1, .height = 7, .width = 7, .channels = 4, .kernel_h = 3, .kernel_w = 3, .out_h = 4, .out_w = 4, .stride_h = 2, .stride_w = 2, .pad_top = 1, .pad_left = 1, .pad_bottom = 1, .pad_right = 1, .count_include_pad = true});
    add_pooling(list, {.batch = 2, .height = 9, .width = 8, .channels = 1, .kernel_h = 2, .kernel_w = 2, .out_h = 3, .out_w = 3, .stride_h = 3, .stride_w = 3});
}

void add_training(Problems& list) {
    for (std::uint32_t rows : {1u, 64u, 131u, 200u})
        for (bool with_state : {false, true}) {
            put<MeanRows>(list, rows, with_state);
            put<MeanRowsGradient>(list, rows, with_state);
        }
    put<RecordStep>(list, 33u);
    for (bool gradient : {false, true}) {
        put<LossStep>(list, 4u, 10u, gradient);
        put<LossStep>(list, 200u, 7u, gradient);
    }
    put<RecordStep>(list, 200u);
    put<Advance>(list, 0.9f, 0.999f);
    put<Advance>(list, 0.0f, 0.0f);
    put<Advance>(list, 0.9f, 0.999f, reference::ScheduleSettings{}, 3u);  // the scale grows after this step
    put<Advance>(list, 0.9f, 0.999f, reference::ScheduleSettings{}, 7u);
    put<LossScale>(list);
    put<CheckGradients>(list, 133);
    put<Dropout>(list, 101, 0.25f, 3u);
    put<Dropout>(list, 1024, 0.5f, 0u);
    put<GatherImages>(list, GatherImages::Settings{.rows = 5, .image_bytes = 27, .sample_count = 11, .samples = 11, .scale = 1 / 255.0f, .shift = -0.5f});
    // Two ranges of one data set: the first clears rows that are no samples, the second leaves them.
    put<GatherImages>(list, GatherImages::Settings{.rows = 6, .image_bytes = 28, .sample_count = 8, .samples = 13});
    put<GatherImages>(list, GatherImages::Settings{.rows = 6, .image_bytes = 28, .first_sample = 8, .sample_count = 5, .samples = 13, .clears = false});
    put<GatherLabels>(list, 9u, 29u, 10u, false);
    put<GatherLabels>(list, 9u, 29u, 10u, true);
    const reference::AugmentGeometry pictures{.rows = 6, .height = 11, .width = 9, .channels = 3, .black = -0.5f, .white = 0.5f, .stream = 7};
    const char* amounts[] = {"flip,flip-vertical,crop:3", "rotate:180,scale:0.5,translate:0.3", "brightness,contrast,saturation", "noise:0.1,cutout:5",
                             "flip,rotate,brightness,noise,cutout:3,mixup:1"};
    for (const char* text : amounts) {
        put<AugmentationDraws>(list, parse_augmentation(text), pictures);
        put<AugmentImages>(list, parse_augmentation(text), pictures);
    }
    put<MixRows>(list, 9u, 10u);
    put<SgdUpdate>(list, 67, 0.0f, false, 0.0f);
    put<SgdUpdate>(list, 64, 0.9f, false, 0.01f);
    put<SgdUpdate>(list, 1001, 0.9f, true, 0.0f);
    put<AdamUpdate>(list, 67, 0.9f, 0.999f, 1e-8f, 0.0f);
    put<AdamUpdate>(list, 1024, 0.9f, 0.999f, 1e-7f, 0.01f);
}

void add_updates(Problems& list) {
    using Schedule = reference::ScheduleSettings;
    for (Schedule::Kind kind : {Schedule::Kind::constant, Schedule::Kind::step, Schedule::Kind::exponential, Schedule::Kind::curve})
        for (std::uint32_t warmup : {0u, 5u, 40u})
            put<Advance>(list, 0.9f, 0.999f, Schedule{.kind = kind, .warmup = warmup, .period = 7, .factor = 0.5f, .peak = 9, .fall = 50, .first = 0.1f, .last = 0.01f});
    for (const GradientRule& rule : {GradientRule{}, GradientRule{true, 0.25f, false}, GradientRule{true, 0, true}, GradientRule{false, 0.25f, true}}) {
        put<SgdUpdate>(list, 70, 0.9f, true, 0.01f, rule);
        put<AdamUpdate>(list, 71, 0.9f, 0.999f, 1e-7f, 0.1f, rule);
        put<AdaGradUpdate>(list, 67, 1e-10f, 0.1f, 0.01f, rule);
        put<RmsPropUpdate>(list, 64, RmsPropUpdate::Settings{.weight_decay = 0.01f}, rule);
        put<RmsPropUpdate>(list, 1001, RmsPropUpdate::Settings{.momentum = 0.9f, .weight_decay = 0.1f}, rule);
        put<LionUpdate>(list, 1024, 0.9f, 0.99f, 0.1f, rule);
    }
    for (std::uint64_t elements : {1, 6, 1024, 1025, 70001}) {
        put<AccumulateGradient>(list, elements);
        put<SquareSum>(list, elements);
        put<WeightAverage>(list, elements, 0.9f);
        put<LimitRange>(list, elements, -0.5f, 0.25f);
        put<MaskWeights>(list, elements);
    }
    for (float clip : {0.0f, 0.5f, 1e6f})
        for (std::uint32_t accumulate : {1u, 2u, 3u}) put<BeginUpdate>(list, 192u, accumulate, clip);
    put<LimitNorm>(list, 9, 70, 1.0f);
    put<LimitNorm>(list, 300, 3, 5.0f);
}

void add_peak(Problems& list) {
    put<MultiplyAdds>(list, 37, 1u);
    put<MultiplyAdds>(list, 1024, 9u);
    put<Copy>(list, 1);
    put<Copy>(list, 20001);
}

}  // namespace

Problems kernel_problems() {
    Problems list;
    add_pointwise(list);
    add_rows(list);
    add_norms(list);
    add_images(list);
    add_products(list);
    add_dense_gradients(list);
    add_convolutions(list);
    add_poolings(list);
    add_training(list);
    add_updates(list);
    add_peak(list);
    return list;
}

}  // namespace hekla::tests
