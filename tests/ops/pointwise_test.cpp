#include "reference/pointwise.h"

#include <map>

#include "support/op_case.h"

namespace hekla::tests {
namespace {

float parameter_of(const std::string& row) {
    if (row == "leaky_relu") return 0.1f;
    if (row == "elu") return 1.5f;
    return row == "scale" || row == "shift" ? -0.75f : 0.0f;
}

bool positive_only(const std::string& row) { return row == "log" || row == "sqrt"; }

OpCase unary_case(const std::string& row, const std::string& name, const Shape& shape, double reach) {
    OpCase test{.name = row + " " + name, .inputs = {}, .build = {}};
    test.inputs = {random_input(shape, positive_only(row) ? 0.05 * reach : -reach, reach)};
    test.build = [row](Graph&, std::span<const Tensor> in) { return unary(row, in[0], parameter_of(row)); };
    return test;
}

/// Up to 0.01 away from zero, but not so near that a finite difference crosses it.
std::vector<double> near_zero(const std::string& row, std::uint64_t elements) {
    std::vector<double> values;
    for (std::uint64_t i = 0; i < elements; ++i) {
        const double value = 0.01 * static_cast<double>(i + 1) / static_cast<double>(elements);
        if (positive_only(row)) values.push_back(0.005 + 0.5 * value);
        else values.push_back(i % 2 == 0 ? value : -value);
    }
    return values;
}

std::vector<OpCase> unary_cases() {
    std::vector<OpCase> cases;
    for (const reference::UnaryRow& row : reference::unary_rows()) {
        cases.push_back(unary_case(row.name, "", {7, 13}, 5));
        OpCase near = unary_case(row.name, "near zero", {3, 41}, 0.01);
        near.inputs[0].values = near_zero(row.name, 3 * 41);
        if (near.name == "elu near zero" || near.name == "tanh near zero") {
            near.value_tolerance = 1e-4;
            near.why = "differences of exponentials near 1 cancel";
        }
        cases.push_back(near);
    }
    cases.push_back(unary_case("relu", "one element", {1}, 1));
    cases.push_back(unary_case("gelu", "scalar", {}, 1));
    cases.push_back(unary_case("silu", "network layer", {64, 28, 28, 8}, 3));
    return cases;
}

struct Broadcast {
    Shape l, r;
};

std::vector<OpCase> binary_cases() {
    const std::map<std::string, Tensor (*)(Tensor, Tensor)> operations{
        {"add", add}, {"subtract", subtract}, {"multiply", multiply}, {"divide", divide}, {"maximum", maximum}, {"minimum", minimum}};
    const Broadcast broadcasts[] = {{{5, 7}, {5, 7}},          {{1}, {1}},
                                    {{4, 8}, {8}},             {{3}, {2, 5, 3}},
                                    {{2, 5, 3}, {}},           {{5, 1}, {5, 7}},
                                    {{5, 1}, {1, 7}},          {{2, 1, 3, 1}, {4, 1, 5}},
                                    {{2, 3, 4, 5}, {3, 1, 1}}, {{8, 14, 14, 8}, {8}},
                                    {{1, 4}, {3, 1}},          {{2, 3, 1, 2, 2}, {2, 2, 1}}};
    std::vector<OpCase> cases;
    for (const auto& [name, operation] : operations)
        for (const Broadcast& shapes : broadcasts) {
            OpCase test{.name = name + " " + to_string(shapes.l) + " " + to_string(shapes.r), .inputs = {}, .build = {}};
            const bool divides = name == "divide", has_gradient = name[0] != 'm' || name == "multiply";
            test.inputs = {random_input(shapes.l), random_input(shapes.r, divides ? 0.5 : -1, divides ? 2 : 1)};
            for (OpInput& input : test.inputs) input.differentiable = has_gradient;
            test.build = [operation = operation](Graph&, std::span<const Tensor> in) { return operation(in[0], in[1]); };
            cases.push_back(test);
        }
    return cases;
}

HEKLA_OP_CASES(Unary, unary_cases());
HEKLA_OP_CASES(Binary, binary_cases());

}  // namespace
}  // namespace hekla::tests
