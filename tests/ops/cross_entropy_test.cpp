#include "support/op_case.h"

namespace hekla::tests {
namespace {

struct Logits {
    const char* name;
    std::uint64_t rows;
    std::uint32_t columns;
    std::uint64_t live;
    double reach = 3;
};

std::vector<Logits> logits() {
    return {{"plain", 7, 10, 7},       {"one", 1, 1, 1},          {"two classes", 5, 2, 5},
            {"padding", 8, 10, 5},     {"padding alone", 3, 5, 0}, {"many classes", 3, 1000, 2},
            {"full batch", 130, 10, 130}, {"large", 6, 10, 6, 1e4}};
}

OpCase rows_case(const Logits& l, OpCase::Build build) {
    const Shape shape{l.rows, l.columns};
    OpCase test{.name = std::string(l.name) + " " + to_string(shape), .inputs = {}, .build = std::move(build)};
    test.inputs = {random_input(shape, -l.reach, l.reach), labels(l.rows, l.columns, l.live)};
    return test;
}

std::vector<OpCase> integer_cases() {
    std::vector<OpCase> cases;
    for (const Logits& l : logits())
        cases.push_back(rows_case(l, [](Graph&, std::span<const Tensor> in) { return cross_entropy_rows(in[0], in[1]); }));
    return cases;
}

/// Each row's targets add up to 1: random shares, or all at one class.
std::vector<double> distribution(const Logits& l, bool soft) {
    std::vector<double> targets(l.rows * l.columns, 0.0);
    for (std::uint64_t row = 0; row < l.live; ++row)
        for (std::uint64_t c = 0; c < l.columns; ++c) {
            const double share = 2.0 * static_cast<double>(c + 1) / (l.columns * (l.columns + 1.0));
            targets[row * l.columns + c] = soft ? share : c == (row * 7 + 3) % l.columns;
        }
    return targets;
}

std::vector<OpCase> distribution_cases() {
    std::vector<OpCase> cases;
    for (const Logits& l : logits())
        for (bool soft : {true, false}) {
            OpCase test = rows_case(l, [](Graph&, std::span<const Tensor> in) { return cross_entropy_rows_onehot(in[0], in[1]); });
            test.name += soft ? " soft" : " one-hot";
            test.inputs[1] = fixed_input(test.inputs[0].desc.shape);
            test.inputs[1].values = distribution(l, soft);
            cases.push_back(test);
        }
    return cases;
}

StepState with_live_rows(std::uint64_t rows) {
    StepState state;
    state.live_rows = static_cast<std::uint32_t>(rows);
    return state;
}

std::vector<OpCase> loss_cases() {
    std::vector<OpCase> cases;
    for (const Logits& l : logits()) {
        if (l.live == 0) continue;  // a step has at least one sample
        OpCase test = rows_case(l, [](Graph& graph, std::span<const Tensor> in) {
            return softmax_cross_entropy(in[0], in[1], graph.step_state());
        });
        test.state = with_live_rows(l.live);
        cases.push_back(test);
    }
    cases.push_back(rows_case({"without a state", 8, 10, 5}, [](Graph&, std::span<const Tensor> in) {
        return softmax_cross_entropy(in[0], in[1]);
    }));
    return cases;
}

std::vector<OpCase> mean_cases() {
    std::vector<OpCase> cases;
    for (std::uint64_t rows : {1, 2, 7, 64, 131, 1000}) {
        OpCase test{.name = std::to_string(rows), .inputs = {random_input(Shape{rows})}, .build = {}};
        test.build = [](Graph&, std::span<const Tensor> in) { return mean_rows(in[0]); };
        cases.push_back(test);
        test.name += " with a state";
        test.build = [](Graph& graph, std::span<const Tensor> in) { return mean_rows(in[0], graph.step_state()); };
        test.state = with_live_rows(rows);
        cases.push_back(test);
    }
    return cases;
}

std::vector<OpCase> correct_cases() {
    std::vector<OpCase> cases;
    const auto build = [](Graph&, std::span<const Tensor> in) { return correct_rows(in[0], in[1]); };
    for (const Logits& l : logits()) {
        cases.push_back(rows_case(l, build));
        cases.back().inputs[0].differentiable = false;
    }
    OpCase ties = rows_case({"equal logits", 10, 10, 10}, build);
    ties.inputs[0] = fixed_input({10, 10});
    ties.inputs[0].values = std::vector<double>(100, 0.25);
    cases.push_back(ties);
    return cases;
}

HEKLA_OP_CASES(CrossEntropyRows, integer_cases());
HEKLA_OP_CASES(CrossEntropyRowsOnehot, distribution_cases());
HEKLA_OP_CASES(SoftmaxCrossEntropy, loss_cases());
HEKLA_OP_CASES(MeanRows, mean_cases());
HEKLA_OP_CASES(CorrectRows, correct_cases());

}  // namespace
}  // namespace hekla::tests
