#include "support/op_case.h"

namespace hekla::tests {
namespace {

using Pool = Tensor (*)(Tensor, const Pool2dOptions&);

OpCase pool_case(const std::string& name, Pool pool, Shape x, const Pool2dOptions& options) {
    OpCase test;
    test.name = name + " " + to_string(x);
    test.inputs = {random_input(x)};
    test.build = [=](Graph&, std::span<const Tensor> in) { return pool(in[0], options); };
    return test;
}

struct Window {
    const char* name;
    Shape x;
    Pool2dOptions options;
};

std::vector<Window> windows() {
    return {
        {"plain", {2, 6, 8, 3}, {}},
        {"plain four", {2, 6, 8, 4}, {}},
        {"plain eight", {3, 4, 4, 8}, {}},
        {"rest", {1, 7, 5, 1}, {}},
        {"rest four", {2, 7, 5, 4}, {}},
        {"ceil", {2, 7, 5, 3}, {.ceil_mode = true}},
        {"ceil four", {1, 9, 7, 4}, {.size = 3, .stride = Size2(2), .ceil_mode = true}},
        {"overlapping", {2, 7, 9, 3}, {.size = 3, .stride = Size2(2)}},
        {"overlapping stride 1", {1, 6, 5, 4}, {.size = 3, .stride = Size2(1)}},
        {"gaps", {2, 9, 8, 4}, {.size = 2, .stride = Size2(3)}},
        {"padded", {2, 6, 7, 3}, {.size = 3, .stride = Size2(2), .padding = Padding::pixels(1)}},
        {"padded eight", {1, 7, 7, 8}, {.size = 3, .stride = Size2(1), .padding = Padding::pixels(1)}},
        {"asymmetric pads", {1, 6, 5, 3}, {.size = 3, .padding = Padding::pixels(0, 1, 2, 0)}},
        {"same", {2, 7, 5, 4}, {.size = 3, .stride = Size2(2), .padding = Padding::same()}},
        {"flat", {2, 5, 8, 1}, {.size = {1, 3}, .stride = Size2(2, 1)}},
        {"whole image", {3, 5, 4, 4}, {.size = {5, 4}}},
        {"one element", {1, 1, 1, 1}, {.size = 1}},
        {"network layer", {64, 28, 28, 8}, {}},
        {"odd network layer", {16, 27, 25, 13}, {}},
    };
}

std::vector<OpCase> max_cases() {
    std::vector<OpCase> cases;
    for (const Window& w : windows()) cases.push_back(pool_case(w.name, max_pool2d, w.x, w.options));
    return cases;
}

std::vector<OpCase> average_cases() {
    std::vector<OpCase> cases;
    for (const Window& w : windows()) {
        cases.push_back(pool_case(w.name, average_pool2d, w.x, w.options));
        const bool padded = w.options.padding.kind != Padding::Kind::valid || w.options.ceil_mode;
        if (!padded) continue;
        Pool2dOptions counting = w.options;
        counting.count_include_pad = true;
        cases.push_back(pool_case(std::string(w.name) + " counting pads", average_pool2d, w.x, counting));
    }
    return cases;
}

std::vector<OpCase> global_cases() {
    std::vector<OpCase> cases;
    for (const Shape& x : {Shape{2, 5, 7, 3}, Shape{1, 1, 1, 1}, Shape{3, 4, 4, 8}, Shape{2, 7, 1, 4}, Shape{1, 28, 28, 5}}) {
        const auto add = [&](const char* name, Tensor (*pool)(Tensor)) {
            OpCase test{.name = name + to_string(x), .inputs = {random_input(x)}, .build = {}};
            test.build = [pool](Graph&, std::span<const Tensor> in) { return pool(in[0]); };
            cases.push_back(test);
        };
        add("max ", global_max_pool2d);
        add("average ", global_average_pool2d);
    }
    return cases;
}

HEKLA_OP_CASES(MaxPool2d, max_cases());
HEKLA_OP_CASES(AveragePool2d, average_cases());
HEKLA_OP_CASES(GlobalPool2d, global_cases());

/// Of equal largest elements the first takes the gradient, in the device's kernels too.
std::vector<OpCase> tie_cases() {
    OpCase test = pool_case("equal elements", max_pool2d, {1, 4, 4, 4}, {.size = 3, .stride = Size2(1)});
    test.inputs[0] = fixed_input({1, 4, 4, 4});
    test.inputs[0].values = std::vector<double>(64, 0.5);
    test.inputs.push_back(fixed_input({1, 2, 2, 4}));
    test.build = [](Graph&, std::span<const Tensor> in) {
        const Tensor y = max_pool2d(in[0], {.size = 3, .stride = Size2(1)});
        return gradients(y, in[1], std::vector{in[0]})[0];
    };
    return {test};
}

HEKLA_OP_CASES(MaxPool2dTies, tie_cases());

}  // namespace
}  // namespace hekla::tests
