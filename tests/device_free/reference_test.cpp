// The reference against values computed by hand and against finite differences of itself.

#include "reference/reference.h"

#include <hekla/error.h>

#include <functional>

#include "support/compare.h"

namespace hekla::reference {
namespace {

using tests::close;
using Values = std::vector<double>;
using Labels = std::vector<std::uint32_t>;

/// Numbers in [-1, 1) that depend on `stream` only.
Values numbers(std::size_t count, std::uint32_t stream) {
    Values values(count);
    for (std::uint32_t i = 0; i < count; ++i) values[i] = 2 * random_unit(1, 0, stream, i) - 1;
    return values;
}

double dot(const Values& a, const Values& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

/// Checks `gradient` of dot(dy, forward(x)) along random directions, by central differences.
void check_gradient(const Values& x, const Values& gradient, const Values& dy,
                    const std::function<Values(const Values&)>& forward) {
    ASSERT_EQ(gradient.size(), x.size());
    constexpr double h = 1e-5;
    for (std::uint32_t stream = 100; stream < 103; ++stream) {
        const Values direction = numbers(x.size(), stream);
        Values ahead = x, behind = x;
        for (std::size_t i = 0; i < x.size(); ++i) {
            ahead[i] += h * direction[i];
            behind[i] -= h * direction[i];
        }
        const double slope = (dot(dy, forward(ahead)) - dot(dy, forward(behind))) / (2 * h);
        const double expected = dot(gradient, direction);
        EXPECT_NEAR(slope, expected, 1e-6 * std::max(1e-2, std::abs(expected)));
    }
}

// ---------------------------------------------------------------- conv2d

Conv2dGeometry plain_conv(std::uint32_t size, std::uint32_t kernel) {
    Conv2dGeometry g;
    g.height = g.width = size;
    g.kernel_h = g.kernel_w = kernel;
    g.out_h = g.out_w = size - kernel + 1;
    return g;
}

TEST(ReferenceConv2d, DoesNotFlipTheKernel) {
    Values y(4);
    conv2d(plain_conv(3, 2), Values{1, 2, 3, 4, 5, 6, 7, 8, 9}, Values{1, 10, 100, 1000}, {}, y);
    EXPECT_EQ(y, (Values{5421, 6532, 8754, 9865}));
    conv2d(plain_conv(3, 2), Values{1, 2, 3, 4, 5, 6, 7, 8, 9}, Values{1, 10, 100, 1000}, Values{7},
           y);
    EXPECT_EQ(y, (Values{5428, 6539, 8761, 9872}));
}

TEST(ReferenceConv2d, StridesDilatesAndPads) {
    Conv2dGeometry g;
    g.width = 5, g.kernel_w = 3, g.dilation_w = 2, g.stride_w = 2, g.pad_left = 2, g.out_w = 3;
    Values y(3);
    conv2d(g, Values{1, 2, 3, 4, 5}, Values{1, 10, 100}, {}, y);
    EXPECT_EQ(y, (Values{310, 531, 53}));
}

TEST(ReferenceConv2d, GroupsSeeOnlyTheirChannels) {
    Conv2dGeometry g;
    g.channels = 4, g.filters = 4, g.groups = 2;
    // weight [1, 1, 2, 4]: filters 0 and 1 read channels 0 and 1, filters 2 and 3 read 2 and 3
    Values y(4);
    conv2d(g, Values{1, 2, 3, 4}, Values{1, 2, 3, 4, 10, 20, 30, 40}, {}, y);
    EXPECT_EQ(y, (Values{21, 42, 129, 172}));
}

Conv2dGeometry general_conv(std::uint32_t groups) {
    Conv2dGeometry g;
    g.batch = 2, g.height = 7, g.width = 11, g.channels = 6, g.filters = 4, g.groups = groups;
    g.kernel_h = 3, g.kernel_w = 2, g.stride_h = 2, g.stride_w = 3;
    g.dilation_h = 2, g.dilation_w = 3, g.pad_top = 1, g.pad_left = 2;
    g.out_h = (7 + 1 + 1 - 5) / 2 + 1;
    g.out_w = (11 + 2 + 2 - 4) / 3 + 1;
    return g;
}

TEST(ReferenceConv2d, GradientsAgreeWithFiniteDifferences) {
    for (std::uint32_t groups : {1u, 2u}) {
        const Conv2dGeometry g = general_conv(groups);
        const Values x = numbers(g.input_elements(), 1), w = numbers(g.weight_elements(), 2);
        const Values dy = numbers(g.output_elements(), 3);
        Values y(dy.size()), dx(x.size(), 9), dw(w.size(), 9);
        conv2d_input_gradient(g, dy, w, dx);
        check_gradient(x, dx, dy, [&](const Values& at) { return conv2d(g, at, w, {}, y), y; });
        conv2d_weight_gradient(g, x, dy, dw);
        check_gradient(w, dw, dy, [&](const Values& at) { return conv2d(g, x, at, {}, y), y; });
    }
}

TEST(ReferenceConv2d, RefusesWrongSizes) {
    Values y(4), x(9), w(4);
    EXPECT_THROW(conv2d(plain_conv(3, 2), Values(8), w, {}, y), Error);
    EXPECT_THROW(conv2d(plain_conv(3, 2), x, Values(3), {}, y), Error);
    EXPECT_THROW(conv2d(plain_conv(3, 2), x, w, Values(2), y), Error);
    EXPECT_THROW(conv2d_input_gradient(plain_conv(3, 2), x, w, y), Error);
    Conv2dGeometry g;
    g.channels = 3, g.filters = 4, g.groups = 2;
    EXPECT_THROW(conv2d(g, Values(3), Values(4), {}, y), Error);
}

// ---------------------------------------------------------------- pool2d

/// Windows of two over a line of `width`, stride 2.
Pool2dGeometry line(std::uint32_t width, std::uint32_t pad, std::uint32_t out, bool count_pad) {
    Pool2dGeometry g;
    g.width = width, g.kernel_w = 2, g.stride_w = 2, g.out_w = out;
    g.pad_left = g.pad_right = pad, g.count_include_pad = count_pad;
    return g;
}

TEST(ReferencePool2d, PaddingNeverWinsAMaximum) {
    Values y(3), dx(4);
    max_pool2d(line(4, 1, 3, false), Values{-1, -2, -3, -4}, y);
    EXPECT_EQ(y, (Values{-1, -2, -4}));
    max_pool2d_gradient(line(4, 1, 3, false), Values{-1, -2, -3, -4}, Values{1, 2, 3}, dx);
    EXPECT_EQ(dx, (Values{1, 2, 0, 3}));
}

TEST(ReferencePool2d, TheFirstMaximumTakesTheGradient) {
    Pool2dGeometry g;
    g.height = g.width = g.kernel_h = g.kernel_w = 2;
    Values dx(4, 9);
    max_pool2d_gradient(g, Values{1, 5, 5, 5}, Values{3}, dx);
    EXPECT_EQ(dx, (Values{0, 3, 0, 0}));
    max_pool2d_gradient(g, Values{2, 2, 2, 2}, Values{3}, dx);
    EXPECT_EQ(dx, (Values{3, 0, 0, 0}));
}

TEST(ReferencePool2d, OverlappingWindowsAddTheirGradients) {
    Pool2dGeometry g;
    g.width = 3, g.kernel_w = 2, g.out_w = 2;
    Values dx(3);
    max_pool2d_gradient(g, Values{1, 5, 2}, Values{10, 20}, dx);
    EXPECT_EQ(dx, (Values{0, 30, 0}));
}

TEST(ReferencePool2d, AveragesCountPaddingOnlyIfTold) {
    Values y(3), dx(4);
    average_pool2d(line(4, 1, 3, false), Values{2, 4, 6, 8}, y);
    EXPECT_EQ(y, (Values{2, 5, 8}));
    average_pool2d(line(4, 1, 3, true), Values{2, 4, 6, 8}, y);
    EXPECT_EQ(y, (Values{1, 5, 4}));
    average_pool2d_gradient(line(4, 1, 3, true), Values{2, 4, 6}, dx);
    EXPECT_EQ(dx, (Values{1, 2, 2, 3}));
}

TEST(ReferencePool2d, CeilModeWindowsHangOverTheEdge) {
    // 5 wide: the third window has one position inside and one beyond even the padding
    for (bool count_pad : {false, true}) {
        const Pool2dGeometry g = line(5, 0, 3, count_pad);
        EXPECT_EQ(average_divisor(g, 0, 1), 2u);
        EXPECT_EQ(average_divisor(g, 0, 2), 1u);
        Values y(3);
        average_pool2d(g, Values{1, 3, 5, 7, 9}, y);
        EXPECT_EQ(y, (Values{2, 6, 9}));
        max_pool2d(g, Values{1, 3, 5, 7, -9}, y);
        EXPECT_EQ(y, (Values{3, 7, -9}));
    }
}

Pool2dGeometry general_pool(bool count_include_pad) {
    Pool2dGeometry g;
    g.batch = 2, g.height = 7, g.width = 11, g.channels = 3, g.kernel_h = 3, g.kernel_w = 5;
    g.stride_h = 2, g.stride_w = 3, g.pad_top = g.pad_bottom = 1, g.pad_left = g.pad_right = 2;
    g.out_h = 4, g.out_w = 5;  // the last column only exists in ceil mode
    g.count_include_pad = count_include_pad;
    return g;
}

TEST(ReferencePool2d, GradientsAgreeWithFiniteDifferences) {
    for (bool count_pad : {false, true}) {
        const Pool2dGeometry g = general_pool(count_pad);
        const Values x = numbers(g.input_elements(), 1), dy = numbers(g.output_elements(), 2);
        Values y(dy.size()), dx(x.size(), 9);
        max_pool2d_gradient(g, x, dy, dx);
        check_gradient(x, dx, dy, [&](const Values& at) { return max_pool2d(g, at, y), y; });
        average_pool2d_gradient(g, dy, dx);
        check_gradient(x, dx, dy, [&](const Values& at) { return average_pool2d(g, at, y), y; });
    }
}

TEST(ReferencePool2d, RefusesWrongSizes) {
    Values y(3);
    EXPECT_THROW(max_pool2d(line(4, 1, 3, false), Values(5), y), Error);
    EXPECT_THROW(average_pool2d_gradient(line(4, 1, 3, false), y, y), Error);
    EXPECT_THROW(max_pool2d_gradient(line(4, 1, 3, false), Values(4), y, y), Error);
}

// ---------------------------------------------------------------- matmul

Values transposed(const Values& matrix, std::size_t batch, std::size_t rows, std::size_t columns) {
    Values result(matrix.size());
    for (std::size_t b = 0; b < batch; ++b)
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < columns; ++c)
                result[(b * columns + c) * rows + r] = matrix[(b * rows + r) * columns + c];
    return result;
}

TEST(ReferenceMatmul, MultipliesAndAddsTheBias) {
    Values c(4);
    const MatmulGeometry g{.rows = 2, .columns = 2, .depth = 3};
    matmul(g, Values{1, 2, 3, 4, 5, 6}, Values{1, 10, 2, 20, 3, 30}, {}, c);
    EXPECT_EQ(c, (Values{14, 140, 32, 320}));
    matmul(g, Values{1, 2, 3, 4, 5, 6}, Values{1, 10, 2, 20, 3, 30}, Values{0.5, 1}, c);
    EXPECT_EQ(c, (Values{14.5, 141, 32.5, 321}));
}

TEST(ReferenceMatmul, AllTransposesAgree) {
    const Values a = numbers(2 * 3 * 5, 1), b = numbers(2 * 5 * 7, 2);
    MatmulGeometry g{.batch = 2, .rows = 3, .columns = 7, .depth = 5};
    Values expected(2 * 3 * 7), c(expected.size());
    matmul(g, a, b, {}, expected);
    double corner = 0;  // element [1, 2, 6] by hand
    for (int k = 0; k < 5; ++k) corner += a[(3 + 2) * 5 + k] * b[(5 + k) * 7 + 6];
    EXPECT_NEAR(expected.back(), corner, 1e-15);
    const Values a_t = transposed(a, 2, 3, 5), b_t = transposed(b, 2, 5, 7);
    for (bool ta : {false, true})
        for (bool tb : {false, true}) {
            g.transpose_a = ta, g.transpose_b = tb;
            matmul(g, ta ? a_t : a, tb ? b_t : b, {}, c);
            EXPECT_EQ(c, expected) << ta << tb;
        }
}

TEST(ReferenceMatmul, BroadcastsOneMatrixToAllBatches) {
    const MatmulGeometry one_a{.batch = 2, .columns = 2, .depth = 1, .broadcast_a = true};
    const MatmulGeometry one_b{.batch = 2, .columns = 2, .depth = 1, .broadcast_b = true};
    Values c(4);
    matmul(one_a, Values{3}, Values{1, 2, 4, 5}, {}, c);
    EXPECT_EQ(c, (Values{3, 6, 12, 15}));
    matmul(one_b, Values{3, 4}, Values{1, 2}, {}, c);
    EXPECT_EQ(c, (Values{3, 6, 4, 8}));
    EXPECT_THROW(matmul(one_a, Values{3, 3}, Values{1, 2, 4, 5}, {}, c), Error);
    EXPECT_THROW(matmul(one_b, Values{3, 4}, Values{1, 2}, Values{1}, c), Error);
}

TEST(ReferenceMatmul, AnEmptySumIsTheBias) {
    Values c(2, 9);
    matmul({.columns = 2, .depth = 0}, {}, {}, Values{1, 2}, c);
    EXPECT_EQ(c, (Values{1, 2}));
}

// ---------------------------------------------------------------- softmax

TEST(ReferenceSoftmax, IsExactAndDoesNotOverflow) {
    Values y(4);
    softmax(2, 2, Values{0, std::log(3.0), 1000, 1000}, y);
    EXPECT_TRUE(close(y, Values{0.25, 0.75, 0.5, 0.5}, 1e-15));
    log_softmax(2, 2, Values{0, std::log(3.0), -1000, 1000}, y);
    EXPECT_TRUE(close(y, Values{std::log(0.25), std::log(0.75), -2000, 0}, 1e-15));
}

TEST(ReferenceSoftmax, GradientsAgreeWithFiniteDifferences) {
    const Values x = numbers(3 * 7, 1), dy = numbers(3 * 7, 2);
    Values y(x.size()), dx(x.size());
    softmax(3, 7, x, y);
    softmax_gradient(3, 7, y, dy, dx);
    check_gradient(x, dx, dy, [&](const Values& at) { return softmax(3, 7, at, y), y; });
    log_softmax(3, 7, x, y);
    log_softmax_gradient(3, 7, y, dy, dx);
    check_gradient(x, dx, dy, [&](const Values& at) { return log_softmax(3, 7, at, y), y; });
}

TEST(ReferenceCrossEntropy, LossAndGradientByHand) {
    const Values logits{0, std::log(3.0), 1000, -1000};
    Values loss(2), gradient(4);
    cross_entropy(2, 2, logits, Labels{1, 1}, loss);
    EXPECT_TRUE(close(loss, Values{-std::log(0.75), 2000}, 1e-15));
    cross_entropy_gradient(2, 2, logits, Labels{1, 1}, Values{2, 0.5}, gradient);
    EXPECT_TRUE(close(gradient, Values{0.5, -0.5, 0.5, -0.5}, 1e-15));
}

TEST(ReferenceCrossEntropy, RowsThatAreNoSamplesHaveNoLossAndNoGradient) {
    const Values logits{1, 2, 3, 4};
    for (std::uint32_t dead : {2u, 0xFFFFFFFFu}) {
        Values loss(2, 9), gradient(4, 9), right(2, 9);
        cross_entropy(2, 2, logits, Labels{1, dead}, loss);
        cross_entropy_gradient(2, 2, logits, Labels{1, dead}, Values{1, 1}, gradient);
        correct(2, 2, logits, Labels{1, dead}, right);
        EXPECT_GT(loss[0], 0);
        EXPECT_EQ(loss[1], 0);
        EXPECT_NE(gradient[0], 0);
        EXPECT_EQ(gradient[2], 0);
        EXPECT_EQ(gradient[3], 0);
        EXPECT_EQ(right, (Values{1, 0}));
    }
}

TEST(ReferenceCrossEntropy, OneHotTargetsAreTheSameAsLabels) {
    const Values logits = numbers(3 * 5, 1), drow = numbers(3, 2);
    const Labels labels{4, 0, 2};
    Values targets(15), loss(3), other(3), gradient(15), other_gradient(15);
    for (std::size_t r = 0; r < 3; ++r) targets[r * 5 + labels[r]] = 1;
    cross_entropy(3, 5, logits, labels, loss);
    cross_entropy_onehot(3, 5, logits, targets, other);
    EXPECT_TRUE(close(other, loss, 1e-15));
    cross_entropy_gradient(3, 5, logits, labels, drow, gradient);
    cross_entropy_onehot_gradient(3, 5, logits, targets, drow, other_gradient);
    EXPECT_TRUE(close(other_gradient, gradient, 1e-15));
}

TEST(ReferenceCrossEntropy, GradientsAgreeWithFiniteDifferences) {
    const Values logits = numbers(3 * 5, 1), drow = numbers(3, 2), targets = numbers(3 * 5, 3);
    const Labels labels{4, 7, 2};  // the second row is no sample
    Values loss(3), gradient(15);
    cross_entropy_gradient(3, 5, logits, labels, drow, gradient);
    check_gradient(logits, gradient, drow, [&](const Values& at) {
        return cross_entropy(3, 5, at, labels, loss), loss;
    });
    cross_entropy_onehot_gradient(3, 5, logits, targets, drow, gradient);
    check_gradient(logits, gradient, drow, [&](const Values& at) {
        return cross_entropy_onehot(3, 5, at, targets, loss), loss;
    });
}

TEST(ReferenceCorrect, TheFirstLargestLogitCounts) {
    Values right(3);
    correct(3, 3, Values{1, 3, 3, 1, 3, 3, 9, 1, 2}, Labels{1, 2, 0}, right);
    EXPECT_EQ(right, (Values{1, 0, 1}));
}

TEST(ReferenceSoftmax, RefusesWrongSizes) {
    Values y(4), loss(2);
    EXPECT_THROW(softmax(2, 3, Values(6), y), Error);
    EXPECT_THROW(softmax(2, 0, {}, {}), Error);
    EXPECT_THROW(cross_entropy(2, 2, y, Labels{1}, loss), Error);
    EXPECT_THROW(cross_entropy_gradient(2, 2, y, Labels{1, 1}, Values(3), y), Error);
    EXPECT_THROW(cross_entropy_onehot(2, 2, y, Values(3), loss), Error);
}

// ---------------------------------------------------------------- reduce, strided_copy

TEST(ReferenceReduce, ReducesTheMiddleAxis) {
    const Values x{1, 2, 3, 4, 5, 6, -7, 8, 9, 10, -11, 12};  // [2, 3, 2]
    Values y(4);
    reduce(Reduction::sum, 2, 3, 2, x, y);
    EXPECT_EQ(y, (Values{9, 12, -9, 30}));
    reduce(Reduction::mean, 2, 3, 2, x, y);
    EXPECT_EQ(y, (Values{3, 4, -3, 10}));
    reduce(Reduction::maximum, 2, 3, 2, x, y);
    EXPECT_EQ(y, (Values{5, 6, 9, 12}));
    reduce(Reduction::minimum, 2, 3, 2, x, y);
    EXPECT_EQ(y, (Values{1, 2, -11, 8}));
    EXPECT_THROW(reduce(Reduction::sum, 2, 3, 2, Values(11), y), Error);
    EXPECT_THROW(reduce(Reduction::sum, 2, 0, 2, {}, y), Error);
}

TEST(ReferenceStridedCopy, TransposesFlipsAndBroadcasts) {
    const Values in{1, 2, 3, 4, 5, 6};  // [2, 3]
    Values out(6);
    strided_copy({{3, 2}, {1, 3}, {2, 1}}, in, out);
    EXPECT_EQ(out, (Values{1, 4, 2, 5, 3, 6}));
    strided_copy({{6}, {-1}, {1}, 5}, in, out);
    EXPECT_EQ(out, (Values{6, 5, 4, 3, 2, 1}));
    strided_copy({{2, 3}, {0, 1}, {3, 1}, 3}, in, out);
    EXPECT_EQ(out, (Values{4, 5, 6, 4, 5, 6}));
}

TEST(ReferenceStridedCopy, KeepsWhatItDoesNotAddress) {
    Values out(6, 9);
    strided_copy({{2}, {1}, {2}, 0, 1}, Values{1, 2}, out);
    EXPECT_EQ(out, (Values{9, 1, 9, 2, 9, 9}));
    strided_copy({{}, {}, {}, 1, 5}, Values{1, 2}, out);
    EXPECT_EQ(out, (Values{9, 1, 9, 2, 9, 2}));
    strided_copy({{0}, {1}, {1}}, {}, out);
    EXPECT_EQ(out, (Values{9, 1, 9, 2, 9, 2}));
}

TEST(ReferenceStridedCopy, RefusesIndicesOutside) {
    Values out(2);
    EXPECT_THROW(strided_copy({{3}, {1}, {1}}, Values(3), out), Error);
    EXPECT_THROW(strided_copy({{2}, {-1}, {1}}, Values(2), out), Error);
    EXPECT_THROW(strided_copy({{2}, {1, 1}, {1}}, Values(2), out), Error);
    EXPECT_THROW(strided_copy({Labels(7, 1), std::vector<std::int32_t>(7),
                               std::vector<std::int32_t>(7)}, Values(2), out), Error);
}

// ---------------------------------------------------------------- dropout, optimizers

TEST(ReferenceDropout, ScalesWhatItKeeps) {
    const Values x(10000, 3);
    Values y(x.size()), again(x.size()), other(x.size());
    dropout(0.25, 1, 2, 3, x, y);
    std::size_t kept = 0;
    for (std::uint32_t i = 0; i < y.size(); ++i) {
        const bool keeps = random_unit(1, 2, 3, i) >= 0.25;
        ASSERT_EQ(y[i], keeps ? 4.0 : 0.0);
        kept += keeps;
    }
    EXPECT_NEAR(kept, 7500, 200);
    dropout(0.25, 1, 2, 3, x, again);
    dropout(0.25, 1, 3, 3, x, other);
    EXPECT_EQ(again, y);
    EXPECT_NE(other, y);
    dropout(0, 1, 2, 3, x, y);
    EXPECT_EQ(y, x);
    EXPECT_THROW(dropout(1, 1, 2, 3, x, y), Error);
}

TEST(ReferenceSgd, ByHand) {
    Values p{1}, v{2};
    sgd({.learning_rate = 0.5}, p, Values{4}, {});
    EXPECT_EQ(p, (Values{-1}));
    sgd({.learning_rate = 0.5, .momentum = 0.5}, p, Values{4}, v);
    EXPECT_EQ(v, (Values{5}));
    EXPECT_EQ(p, (Values{-3.5}));
    sgd({.learning_rate = 0.5, .momentum = 0.5, .weight_decay = 2, .nesterov = true}, p, Values{8}, v);
    EXPECT_EQ(v, (Values{3.5}));      // .5 * 5 + (8 - 7)
    EXPECT_EQ(p, (Values{-4.875}));  // -3.5 - .5 * (1 + .5 * 3.5)
    EXPECT_THROW(sgd({.momentum = 0.5}, p, Values{8}, {}), Error);
    EXPECT_THROW(sgd({}, p, Values{8, 8}, {}), Error);
}

TEST(ReferenceAdam, TheFirstStepIsTheRateWhateverTheGradient) {
    Values p{1, 1}, m(2), v(2);
    adam({.learning_rate = 0.125, .epsilon = 0}, 0.9, 0.999, p, Values{1e-5, -300}, m, v);
    EXPECT_TRUE(close(p, Values{0.875, 1.125}, 1e-14));
    EXPECT_TRUE(close(m, Values{1e-6, -30}, 1e-14));
    EXPECT_TRUE(close(v, Values{1e-13, 90}, 1e-14));
    EXPECT_THROW(adam({}, 0.9, 0.999, p, Values{1}, m, v), Error);
}

}  // namespace
}  // namespace hekla::reference
