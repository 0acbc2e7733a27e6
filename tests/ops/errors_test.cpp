// What does not fit is refused with the op's name and the shapes.

#include <gmock/gmock.h>
#include <hekla/error.h>
#include <hekla/ops.h>
#include <hekla/plan.h>

#include <functional>

#include "support/shared_device.h"

namespace hekla::tests {
namespace {

using testing::HasSubstr;

class OpErrors : public testing::Test {
  protected:
    Tensor f32(Shape shape) { return graph.input("x", {std::move(shape), DType::f32}); }
    Tensor u32(Shape shape) { return graph.input("labels", {std::move(shape), DType::u32}); }

    /// The call throws Error with a message that has all the parts.
    void refuses(const std::function<void()>& call, const std::vector<std::string>& parts, ErrorCode code = ErrorCode::invalid_argument) {
        try {
            call();
            ADD_FAILURE() << "no Error, expected one with " << parts[0];
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), code) << error.what();
            for (const std::string& part : parts) EXPECT_THAT(error.what(), HasSubstr(part));
        }
    }

    Graph graph;
};

TEST_F(OpErrors, Conv2d) {
    const Tensor x = f32({2, 5, 5, 3}), weight = f32({3, 3, 4, 8});
    refuses([&] { conv2d(x, weight); }, {"[conv2d]", "3 channels", "expects 4", "2x5x5x3", "3x3x4x8"});
    refuses([&] { conv2d(f32({5, 5, 3}), weight); }, {"[conv2d]", "4 dimensions", "5x5x3", "3x3x4x8"});
    refuses([&] { conv2d(x, f32({3, 3, 8})); }, {"[conv2d]", "weight", "2x5x5x3", "3x3x8"});
    refuses([&] { conv2d(x, f32({3, 3, 3, 8}), f32({7})); }, {"[conv2d]", "bias is 7", "8 filters"});
    refuses([&] { conv2d(x, f32({3, 3, 1, 8}), {}, {.groups = 2}); }, {"[conv2d]", "2 groups", "2x5x5x3", "3x3x1x8"});
    refuses([&] { conv2d(x, f32({7, 7, 3, 8})); }, {"[conv2d]", "window of 7", "5"});
    refuses([&] { conv2d(x, f32({3, 3, 3, 8}), {}, {.stride = 0}); }, {"[conv2d]", "stride 0"});
}

TEST_F(OpErrors, Pool2d) {
    refuses([&] { max_pool2d(f32({4, 4, 3})); }, {"[max_pool2d]", "4x4x3"});
    refuses([&] { average_pool2d(f32({2, 4, 4, 3}), {.size = 5}); }, {"[average_pool2d]", "window of 5", "4"});
    refuses([&] { max_pool2d(f32({2, 4, 4, 3}), {.size = 2, .padding = Padding::pixels(2)}); }, {"[max_pool2d]", "padding"});
    refuses([&] { global_average_pool2d(f32({2, 3})); }, {"[global_pool2d]", "2x3"});
    refuses([&] { global_max_pool2d(f32({2, 3})); }, {"[global_pool2d]", "2x3"});
}

TEST_F(OpErrors, Norms) {
    const Tensor x = f32({2, 5, 5, 6}), six = f32({6}), five = f32({5});
    refuses([&] { batch_norm(x, five, six); }, {"[normalize]", "scale is 5", "2x5x5x6", "6 channels"});
    refuses([&] { layer_norm(x, six, five); }, {"[normalize]", "shift is 5", "2x5x5x6"});
    refuses([&] { group_norm(x, 4, six, six); }, {"[group_norm]", "4 groups", "6 channels", "2x5x5x6"});
    refuses([&] { group_norm(x, 0, six, six); }, {"[group_norm]", "0 groups"});
    refuses([&] { batch_norm(six, six, six); }, {"[batch_norm]", "2 dimensions", "6"});
    refuses([&] { batch_norm_given(x, five, six, six, six); }, {"[batch_norm]", "statistic is 5", "2x5x5x6"});
    refuses([&] { batch_norm(x, six, six, {}, {}, six); }, {"[batch_norm]", "both"});
    refuses([&] { batch_norm(x, six, six, {}, {}, six, six); }, {"[running_average]", "must be parameters"});
}

TEST_F(OpErrors, EnlargedImagesAndTables) {
    refuses([&] { upsample2d(f32({4, 4, 3}), 2); }, {"[upsample2d]", "4x4x3"});
    refuses([&] { upsample2d(f32({2, 4, 4, 3}), {2, 0}); }, {"[upsample2d]", "2x0"});
    refuses([&] { embedding(f32({4, 3, 2}), u32({5})); }, {"[embedding]", "2 dimensions", "4x3x2"});
    refuses([&] { embedding(f32({4, 3}), f32({5})); }, {"[embedding]", "indices must be u32", "f32 5"});
    refuses([&] { split(f32({4, 3}), 2, {3}); }, {"[split]", "axis 2", "4x3"});
    refuses([&] { split(f32({4, 3}), 1, {2, 2}); }, {"[split]", "2x2", "axis 1", "4x3"});
    refuses([&] { split(f32({4, 3}), 1, {3, 0}); }, {"[split]", "3x0"});
    const Tensor x = f32({2, 4, 4, 3});
    refuses([&] { conv2d_transpose(f32({4, 4, 3}), f32({3, 3, 2, 3})); }, {"[conv2d_transpose]", "4x4x3"});
    refuses([&] { conv2d_transpose(x, f32({3, 3, 3, 2})); }, {"[conv2d_transpose]", "3 channels", "expects 2", "2x4x4x3", "3x3x3x2"});
    refuses([&] { conv2d_transpose(x, f32({3, 3, 2, 3}), {}, {.stride = 2, .output_padding = 2}); }, {"[conv2d_transpose]", "output padding"});
    refuses([&] { conv2d_transpose(x, f32({1, 1, 2, 3}), {}, {.padding = Padding::pixels(2)}); }, {"[conv2d_transpose]", "leaves nothing"});
}

TEST_F(OpErrors, Products) {
    refuses([&] { matmul(f32({2, 3}), f32({4, 5})); }, {"[matmul]", "3", "4", "2x3", "4x5"});
    refuses([&] { matmul(f32({2, 3}), f32({3, 5}), {.transpose_b = true}); }, {"[matmul]", "2x3", "3x5 transposed"});
    refuses([&] { matmul(f32({3}), f32({3, 5})); }, {"[matmul]", "2 dimensions", "3x5"});
    refuses([&] { matmul(f32({2, 4, 3}), f32({3, 3, 5})); }, {"[matmul]", "leading", "2x4x3", "3x3x5"});
    refuses([&] { dense(f32({2, 3}), f32({4, 5})); }, {"[dense]", "2x3", "4x5"});
    refuses([&] { dense(f32({2, 3}), f32({3, 5}), f32({4})); }, {"bias is 4", "5 columns"});
}

TEST_F(OpErrors, RowsOfLogits) {
    refuses([&] { cross_entropy_rows(f32({4, 10}), u32({5})); }, {"[cross_entropy_rows]", "u32 4", "u32 5", "4x10"});
    refuses([&] { cross_entropy_rows(f32({4, 10}), f32({4})); }, {"[cross_entropy_rows]", "u32 4", "f32 4"});
    refuses([&] { cross_entropy_rows_onehot(f32({4, 10}), f32({4, 9})); }, {"[cross_entropy_rows_onehot]", "4x10", "4x9"});
    refuses([&] { cross_entropy_rows(f32({4}), u32({4})); }, {"[cross_entropy_rows]", "logits", "4"});
    refuses([&] { correct_rows(f32({4, 10}), u32({3})); }, {"[correct_rows]", "u32 3", "4x10"});
    refuses([&] { mean_rows(f32({4, 2})); }, {"[mean_rows]", "4x2"});
    refuses([&] { softmax(f32({})); }, {"[softmax]", "dimension"});
}

TEST_F(OpErrors, Pointwise) {
    refuses([&] { add(f32({2, 3}), f32({4})); }, {"[add]", "2x3", "4"});
    refuses([&] { multiply(f32({2, 3}), f32({3, 2})); }, {"[multiply]", "2x3", "3x2"});
    refuses([&] { relu(u32({4})); }, {"[unary]", "u32 4"});
    refuses([&] { unary("sine", f32({4})); }, {"sine"});
    refuses([&] { dropout(f32({4}), 1.0f, graph.step_state(), 0); }, {"[dropout]", "rate"});
    refuses([&] { dropout(f32({4}), -0.1f, graph.step_state(), 0); }, {"[dropout]", "rate"});
    Graph other;
    refuses([&] { add(f32({2}), other.input("x", {Shape{2}, DType::f32})); }, {"[add]", "another Graph"});
    refuses([&] { add(f32({2}), Tensor()); }, {"[add]", "empty"});
}

TEST_F(OpErrors, Layout) {
    refuses([&] { reshape(f32({2, 3}), Shape{7}); }, {"[reshape]", "2x3", "7"});
    refuses([&] { flatten(f32({})); }, {"[flatten]"});
    refuses([&] { transpose(f32({2, 3}), {0, 0}); }, {"[transpose]", "2x3"});
    refuses([&] { transpose(f32({2, 3}), {0}); }, {"[transpose]", "2x3"});
    refuses([&] { concat(std::vector{f32({2, 3}), f32({2, 4})}, 0); }, {"[concat]", "2x3", "2x4"});
    refuses([&] { concat(std::vector{f32({2, 3}), f32({2})}, 0); }, {"[concat]", "2x3", "2"});
    refuses([&] { concat(std::vector{f32({2, 3})}, 2); }, {"[concat]", "axis 2", "2x3"});
    refuses([&] { concat({}, 0); }, {"[concat]"});
    refuses([&] { slice(f32({2, 3}), {0, 1}, {2, 3}); }, {"[slice]", "0x1", "2x3"});
    refuses([&] { slice(f32({2, 3}), {0}, {2}); }, {"[slice]", "2x3"});
    refuses([&] { pad(f32({2, 3}), {1}, {1}); }, {"[pad]", "2x3"});
    refuses([&] { broadcast_to(f32({2, 3}), Shape{4, 3}); }, {"[broadcast_to]", "2x3", "4x3"});
    refuses([&] { reduce_sum(f32({2, 3}), {2}); }, {"[reduce_sum]", "2x3"});
}

TEST_F(OpErrors, Gradients) {
    const Tensor x = f32({2, 3});
    refuses([&] { gradients(x, std::vector{x}); }, {"[gradients]", "2x3"});
    refuses([&] { gradients(x, f32({3, 2}), std::vector{x}); }, {"[gradients]", "2x3", "3x2"});
    refuses([&] { gradients(reduce_sum(maximum(x, x)), std::vector{x}); }, {"[gradients]", "maximum has no gradient"}, ErrorCode::unsupported);
    refuses([&] { minimize(reduce_sum(x), Sgd{}); }, {"[minimize]", "no trainable parameter"});
    refuses([&] { assign(x, x); }, {"[assign]", "parameter"});
}

TEST_F(OpErrors, InputsOfAPlan) {
    const Tensor x = f32({2, 3}), y = relu(x);
    Plan plan = compile(shared_device(), graph, {y});
    const std::vector<float> few(5, 0.0f);
    refuses([&] { plan.set(x, std::span(few)); }, {"f32 2x3", "5 values"});
    const std::vector<std::uint32_t> words(6, 0);
    refuses([&] { plan.set(x, std::span(words)); }, {"f32 2x3", "u32"});
    refuses([&] { plan.set(y, std::span(few)); }, {"only inputs"});
    const Tensor later = relu(y);
    refuses([&] { plan.read(later); }, {"[plan]", "neither an input nor an output"});
}

TEST_F(OpErrors, BroadcastsThatNoKernelWalks) {
    const Tensor y = add(f32({2, 1, 2, 1, 2}), f32({2, 1, 2, 1}));
    refuses([&] { compile(shared_device(), graph, {y}); }, {"[add]", "broadcast"}, ErrorCode::unsupported);
}

}  // namespace
}  // namespace hekla::tests
