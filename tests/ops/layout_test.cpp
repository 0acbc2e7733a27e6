#include <algorithm>
#include <numeric>

#include "support/op_case.h"

namespace hekla::tests {
namespace {

OpCase layout_case(const std::string& name, const std::vector<Shape>& shapes, OpCase::Build build) {
    OpCase test{.name = name, .inputs = {}, .build = std::move(build)};
    for (const Shape& shape : shapes) {
        test.name += " " + to_string(shape);
        test.inputs.push_back(random_input(shape));
    }
    return test;
}

std::vector<OpCase> reshape_cases() {
    std::vector<OpCase> cases;
    const auto add = [&](const Shape& from, const Shape& to) {
        cases.push_back(layout_case("to " + to_string(to) + " from", {from}, [to](Graph&, std::span<const Tensor> in) {
            return reshape(scale(in[0], 2.0f), to);
        }));
    };
    add({6, 35}, {7, 30});
    add({24}, {2, 3, 4});
    add({1}, {});
    add({2, 1, 3}, {6, 1});
    cases.push_back(layout_case("of the input itself", {{4, 6}}, [](Graph&, std::span<const Tensor> in) {
        return square(reshape(in[0], Shape{3, 8}));
    }));
    for (const Shape& x : {Shape{3, 4, 5, 2}, Shape{5}, Shape{1, 1, 1, 1}})
        cases.push_back(layout_case("flatten", {x}, [](Graph&, std::span<const Tensor> in) { return flatten(square(in[0])); }));
    return cases;
}

std::vector<OpCase> transpose_cases() {
    std::vector<OpCase> cases;
    const auto add = [&](const Shape& x, const std::vector<std::uint32_t>& order) {
        std::string name;
        for (std::uint32_t axis : order) name += std::to_string(axis) + " ";
        cases.push_back(layout_case(name + "of", {x}, [order](Graph&, std::span<const Tensor> in) { return transpose(in[0], order); }));
    };
    std::vector<std::uint32_t> order = {0, 1, 2};
    do add({3, 5, 7}, order);
    while (std::next_permutation(order.begin(), order.end()));
    add({1}, {0});
    add({4, 8}, {1, 0});
    add({2, 3, 4, 5}, {0, 3, 1, 2});
    add({2, 3, 4, 5}, {3, 1, 0, 2});
    add({2, 3, 4, 5}, {0, 2, 3, 1});
    add({2, 3, 2, 3, 2, 3}, {5, 3, 1, 4, 2, 0});
    add({2, 3, 2, 3, 2, 3}, {0, 2, 1, 4, 3, 5});
    add({64, 28, 28, 8}, {0, 3, 1, 2});
    return cases;
}

std::vector<OpCase> concat_cases() {
    std::vector<OpCase> cases;
    for (std::uint32_t axis = 0; axis < 4; ++axis)
        for (std::uint64_t parts = 1; parts <= 4; ++parts) {
            std::vector<Shape> shapes;
            for (std::uint64_t part = 0; part < parts; ++part) {
                std::vector<std::uint64_t> dims = {2, 3, 4, 5};
                dims[axis] = part + 1;
                shapes.emplace_back(dims);
            }
            cases.push_back(layout_case("axis " + std::to_string(axis), shapes, [axis](Graph&, std::span<const Tensor> in) {
                return concat(in, axis);
            }));
        }
    cases.push_back(layout_case("one part twice", {{3, 4}}, [](Graph&, std::span<const Tensor> in) {
        return concat(std::vector{in[0], in[0]}, 1);
    }));
    return cases;
}

using Sizes = std::vector<std::uint64_t>;

std::vector<OpCase> slice_cases() {
    std::vector<OpCase> cases;
    const auto add = [&](const Shape& x, const Sizes& begin, const Sizes& size) {
        const std::string name = to_string(Shape(begin)) + " size " + to_string(Shape(size)) + " of";
        cases.push_back(layout_case(name, {x}, [=](Graph&, std::span<const Tensor> in) { return slice(in[0], begin, size); }));
    };
    add({7}, {2}, {3});
    add({5, 7}, {0, 0}, {5, 7});
    add({5, 7}, {4, 6}, {1, 1});
    add({3, 5, 8}, {1, 0, 4}, {2, 3, 4});
    add({2, 6, 7, 3}, {0, 1, 2, 0}, {2, 4, 4, 3});
    add({2, 3, 2, 3, 2, 3}, {1, 1, 0, 2, 0, 1}, {1, 2, 2, 1, 1, 2});
    return cases;
}

std::vector<OpCase> pad_cases() {
    std::vector<OpCase> cases;
    const auto add = [&](const Shape& x, const Sizes& before, const Sizes& after, float value) {
        const std::string name = to_string(Shape(before)) + " and " + to_string(Shape(after)) + " around";
        cases.push_back(layout_case(name, {x}, [=](Graph&, std::span<const Tensor> in) { return pad(in[0], before, after, value); }));
    };
    add({1}, {1}, {2}, 0);
    add({5, 7}, {0, 0}, {0, 0}, 3);
    add({3, 5}, {2, 1}, {0, 3}, -1.5f);
    add({2, 4, 5, 3}, {0, 1, 1, 0}, {0, 2, 2, 0}, 0);
    add({2, 1, 2, 3, 2, 1}, {1, 0, 1, 0, 1, 0}, {0, 1, 0, 1, 0, 1}, 0.5f);
    return cases;
}

std::vector<OpCase> broadcast_cases() {
    std::vector<OpCase> cases;
    const auto add = [&](const Shape& from, const Shape& to) {
        cases.push_back(layout_case("to " + to_string(to) + " from", {from}, [to](Graph&, std::span<const Tensor> in) {
            return broadcast_to(in[0], to);
        }));
    };
    add({}, {3, 5});
    add({7}, {3, 7});
    add({3, 1}, {3, 7});
    add({1, 3, 1}, {2, 4, 3, 5});
    add({5, 7}, {5, 7});
    add({1}, {1});
    add({2, 1, 2, 1, 2, 1}, {2, 3, 2, 3, 2, 3});
    return cases;
}

HEKLA_OP_CASES(Reshape, reshape_cases());
HEKLA_OP_CASES(Transpose, transpose_cases());
HEKLA_OP_CASES(Concat, concat_cases());
HEKLA_OP_CASES(Slice, slice_cases());
HEKLA_OP_CASES(Pad, pad_cases());
HEKLA_OP_CASES(BroadcastTo, broadcast_cases());

}  // namespace
}  // namespace hekla::tests
