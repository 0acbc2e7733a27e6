#include "support/op_case.h"

namespace hekla::tests {
namespace {

using Norm = Tensor (*)(Tensor x, Tensor scale, Tensor shift);

OpCase norm_case(const std::string& name, const Shape& x, Norm norm, double offset = 0) {
    OpCase test{.name = name + " " + to_string(x), .inputs = {}, .build = {}};
    test.inputs = {random_input(x, offset - 1, offset + 1), random_input({x.back()}, 0.5, 1.5), random_input({x.back()})};
    test.build = [norm](Graph&, std::span<const Tensor> in) { return norm(in[0], in[1], in[2]); };
    return test;
}

template <std::uint32_t groups>
Tensor in_groups(Tensor x, Tensor scale, Tensor shift) { return group_norm(x, groups, scale, shift); }
Tensor in_batch(Tensor x, Tensor scale, Tensor shift) { return batch_norm(x, scale, shift); }
Tensor in_layer(Tensor x, Tensor scale, Tensor shift) { return layer_norm(x, scale, shift); }
Tensor in_instance(Tensor x, Tensor scale, Tensor shift) { return instance_norm(x, scale, shift); }

std::vector<OpCase> norm_cases() {
    std::vector<OpCase> cases;
    for (const Shape& x : {Shape{7, 5}, Shape{9, 1}, Shape{3, 4}, Shape{130, 3}, Shape{4, 5, 3, 6}, Shape{2, 9, 7, 8}, Shape{16, 12, 12, 16}})
        cases.push_back(norm_case("batch", x, in_batch));
    for (const Shape& x : {Shape{7}, Shape{5, 3}, Shape{33, 64}, Shape{2, 7, 12}, Shape{3, 1031}}) cases.push_back(norm_case("layer", x, in_layer));
    cases.push_back(norm_case("group of 1", {2, 5, 3, 6}, in_groups<1>));
    cases.push_back(norm_case("group of 2", {2, 5, 3, 6}, in_groups<2>));
    cases.push_back(norm_case("group of 2", {3, 9, 9, 8}, in_groups<2>));
    cases.push_back(norm_case("group of 4", {2, 9, 8, 8}, in_groups<4>));
    for (const Shape& x : {Shape{2, 5, 3, 6}, Shape{3, 9, 8, 4}, Shape{2, 6, 7}}) cases.push_back(norm_case("instance", x, in_instance));
    // A mean far from zero.
    cases.push_back(norm_case("batch far from zero", {4, 9, 5, 4}, in_batch, 50));
    cases.back().value_tolerance = cases.back().gradient_tolerance = 2e-4;
    cases.back().why = "the inputs' own rounding, a 50th of their deviation's";
    return cases;
}

/// The last of four samples, and all without a batch, count or do not count.
std::vector<OpCase> live_cases() {
    std::vector<OpCase> cases;
    for (std::uint32_t batch : {4u, 0u})
        for (std::uint64_t channels : {6, 8}) {
            OpCase test = norm_case(batch ? "batch of three live rows" : "batch without a batch", {4, 5, 4, channels}, in_batch);
            test.state = StepState{};
            test.state->live_rows = batch ? 3 : 0;
            test.state->batch = batch;
            test.build = [](Graph& graph, std::span<const Tensor> in) { return batch_norm(in[0], in[1], in[2], {}, graph.step_state()); };
            cases.push_back(test);
        }
    return cases;
}

std::vector<OpCase> given_cases() {
    std::vector<OpCase> cases;
    for (const Shape& x : {Shape{7, 5}, Shape{2, 5, 3, 8}}) {
        OpCase test = norm_case("given", x, in_batch);
        test.inputs.push_back(fixed_input({x.back()}));
        test.inputs.push_back(fixed_input({x.back()}, 0.5, 2));
        test.build = [](Graph&, std::span<const Tensor> in) { return batch_norm_given(in[0], in[3], in[4], in[1], in[2], 1e-3f); };
        cases.push_back(test);
    }
    return cases;
}

HEKLA_OP_CASES(Normalization, norm_cases());
HEKLA_OP_CASES(NormalizationOfLiveRows, live_cases());
HEKLA_OP_CASES(NormalizationGiven, given_cases());

}  // namespace
}  // namespace hekla::tests
