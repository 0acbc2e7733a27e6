#include "support/op_case.h"

namespace hekla::tests {
namespace {

struct Sizes {
    Shape x, weight;  // weight: kh, kw, filters / groups, channels
    Conv2dTransposeOptions options = {};
    bool bias = true;
};

std::vector<OpCase> transposed_cases() {
    const Sizes variants[] = {
        {{1, 1, 1, 1}, {1, 1, 1, 1}},
        {{2, 5, 4, 3}, {3, 3, 5, 3}},
        {{2, 5, 4, 4}, {3, 3, 8, 4}, {.padding = Padding::same()}},
        {{2, 5, 4, 3}, {4, 4, 2, 3}, {.stride = 2, .padding = Padding::pixels(1)}},
        {{1, 6, 5, 8}, {3, 3, 4, 8}, {.stride = 2, .padding = Padding::pixels(1), .output_padding = 1}},
        {{1, 6, 5, 8}, {3, 2, 4, 8}, {.stride = {2, 3}, .padding = Padding::same()}, false},
        {{1, 5, 5, 6}, {3, 3, 2, 6}, {.stride = 2, .dilation = 2, .groups = 3}},
        {{2, 6, 6, 8}, {3, 3, 1, 8}, {.stride = 2, .padding = Padding::same(), .groups = 8}},
    };
    std::vector<OpCase> cases;
    for (const Sizes& v : variants) {
        OpCase test{.name = to_string(v.x) + " by " + to_string(v.weight) + " stride " + std::to_string(v.options.stride.height), .inputs = {}, .build = {}};
        test.inputs = {random_input(v.x), random_input(v.weight)};
        if (v.bias) test.inputs.push_back(random_input({v.weight[2] * v.options.groups}));
        test.build = [options = v.options](Graph&, std::span<const Tensor> in) {
            return conv2d_transpose(in[0], in[1], in.size() > 2 ? in[2] : Tensor(), options);
        };
        cases.push_back(test);
    }
    return cases;
}

/// Depthwise: kernels of their own where the channels come in fours, the general ones where not.
std::vector<OpCase> depthwise_cases() {
    struct Variant {
        Shape x;
        Size2 kernel;
        Conv2dOptions options = {};
    };
    const Variant variants[] = {
        {{1, 1, 1, 4}, 1},
        {{2, 7, 9, 8}, 3, {.padding = Padding::same()}},
        {{2, 7, 9, 6}, 3, {.padding = Padding::same()}},
        {{2, 8, 11, 4}, {3, 5}, {.stride = 2, .padding = Padding::pixels(1)}},
        {{1, 12, 13, 12}, 3, {.stride = {1, 2}, .padding = Padding::same(), .dilation = {2, 1}}},
        {{1, 9, 25, 4}, {2, 9}, {.dilation = {1, 3}}},  // a row too long for registers
        {{4, 14, 14, 32}, 3, {.padding = Padding::same()}},
        {{8, 12, 12, 16}, 5, {.stride = 2, .padding = Padding::same()}},
    };
    std::vector<OpCase> cases;
    for (const Variant& v : variants) {
        OpCase test{.name = to_string(v.x) + " kernel " + std::to_string(v.kernel.height) + " " + std::to_string(v.kernel.width), .inputs = {}, .build = {}};
        const std::uint64_t channels = v.x.back();
        test.inputs = {random_input(v.x), random_input({v.kernel.height, v.kernel.width, 1, channels}), random_input({channels})};
        Conv2dOptions options = v.options;
        options.groups = static_cast<std::uint32_t>(channels);
        test.build = [options](Graph&, std::span<const Tensor> in) { return relu(conv2d(in[0], in[1], in[2], options)); };
        cases.push_back(test);
    }
    return cases;
}

HEKLA_OP_CASES(Conv2dTranspose, transposed_cases());
HEKLA_OP_CASES(Depthwise, depthwise_cases());

}  // namespace
}  // namespace hekla::tests
