#include "support/op_case.h"

namespace hekla::tests {
namespace {

struct Conv {
    Shape x;
    Size2 kernel;
    std::uint32_t filters;
    Conv2dOptions options = {};
    bool bias = true;
};

OpCase conv_case(const std::string& name, const Conv& conv) {
    const Shape weight{conv.kernel.height, conv.kernel.width, conv.x[3] / conv.options.groups,
                       conv.filters};
    OpCase test;
    test.name = name + " " + to_string(conv.x) + " * " + to_string(weight);
    test.inputs = {random_input(conv.x), random_input(weight)};
    if (conv.bias) test.inputs.push_back(random_input(Shape{conv.filters}));
    test.build = [options = conv.options](Graph&, std::span<const Tensor> in) {
        return conv2d(in[0], in[1], in.size() > 2 ? in[2] : Tensor(), options);
    };
    return test;
}

constexpr Padding same = Padding::same();

/// Channels and filters around the vectors of four.
void add_channels(std::vector<OpCase>& cases) {
    const std::uint32_t filters[] = {1, 4, 6, 8, 12, 16};
    std::uint32_t next = 0;
    for (std::uint32_t channels : {1, 2, 3, 4, 5, 8, 13, 16}) {
        cases.push_back(conv_case("channels", {{1, 5, 7, channels}, 3, filters[next % 6], {.padding = same}}));
        cases.push_back(conv_case("channels no bias", {{2, 4, 6, channels}, 3, filters[(next + 3) % 6], {}, false}));
        ++next;
    }
    cases.push_back(conv_case("both eight", {{3, 6, 6, 8}, 3, 8, {.padding = same}}));
    cases.push_back(conv_case("both sixteen", {{2, 5, 5, 16}, 3, 16, {}}));
}

/// Widths around the edges of the tiles that kernels keep in registers.
void add_widths(std::vector<OpCase>& cases) {
    for (std::uint64_t width : {1, 2, 3, 5, 7, 8, 9, 13, 14, 16, 17, 23, 26, 28, 30})
        cases.push_back(conv_case("width same", {{1, 3, width, 4}, 3, 8, {.padding = same}}));
    for (std::uint64_t width : {3, 4, 6, 10, 12, 15, 18, 25, 29})
        cases.push_back(conv_case("width valid", {{2, 4, width, 3}, 3, 4, {}}));
}

void add_windows(std::vector<OpCase>& cases) {
    cases.push_back(conv_case("stride 2", {{2, 7, 9, 3}, 3, 4, {.stride = 2}}));
    cases.push_back(conv_case("stride 2 same", {{1, 8, 8, 4}, 3, 8, {.stride = 2, .padding = same}}));
    cases.push_back(conv_case("stride 3x2", {{2, 11, 7, 2}, 3, 6, {.stride = {3, 2}, .padding = Padding::pixels(1)}}));
    cases.push_back(conv_case("stride beyond kernel", {{1, 9, 9, 3}, 2, 4, {.stride = 4}}));
    cases.push_back(conv_case("pads", {{2, 5, 6, 3}, 3, 5, {.padding = Padding::pixels(2)}}));
    cases.push_back(conv_case("asymmetric pads", {{2, 5, 6, 3}, 3, 8, {.padding = Padding::pixels(0, 1, 2, 3)}}));
    cases.push_back(conv_case("pads of one side", {{1, 4, 5, 4}, 3, 4, {.padding = Padding::pixels(2, 0, 0, 2)}}));
    cases.push_back(conv_case("even kernel same", {{1, 5, 5, 3}, 2, 4, {.padding = same}}));
    cases.push_back(conv_case("dilation 2", {{1, 9, 8, 3}, 3, 4, {.dilation = 2}}));
    cases.push_back(conv_case("dilation 3x2 stride 2", {{2, 11, 9, 2}, 3, 5, {.stride = 2, .padding = same, .dilation = {3, 2}}}));
    cases.push_back(conv_case("flat kernel", {{2, 5, 7, 3}, {1, 3}, 4, {.padding = same}}));
    cases.push_back(conv_case("tall kernel", {{2, 7, 5, 3}, {3, 1}, 4, {}}));
}

void add_kernels(std::vector<OpCase>& cases) {
    cases.push_back(conv_case("1x1", {{2, 5, 3, 7}, 1, 5, {}}));
    cases.push_back(conv_case("1x1 vectors", {{1, 4, 4, 8}, 1, 12, {}}));
    cases.push_back(conv_case("1x1 stride 2", {{2, 5, 7, 3}, 1, 4, {.stride = 2}}));
    cases.push_back(conv_case("5x5", {{1, 9, 11, 3}, 5, 4, {}}));
    cases.push_back(conv_case("5x5 same", {{2, 6, 7, 1}, 5, 6, {.padding = same}}));
    cases.push_back(conv_case("kernel of the image", {{3, 5, 4, 4}, {5, 4}, 8, {}}));
    cases.push_back(conv_case("kernel larger than the image", {{1, 2, 3, 2}, 5, 4, {.padding = same}}));
    cases.push_back(conv_case("one element", {{1, 1, 1, 1}, 1, 1, {}}));
    cases.push_back(conv_case("one element no bias", {{1, 1, 1, 1}, 1, 1, {}, false}));
    cases.push_back(conv_case("network layer", {{64, 28, 28, 8}, 3, 8, {}}));
    cases.push_back(conv_case("first layer", {{8, 28, 28, 1}, 3, 16, {}}));
    cases.push_back(conv_case("first layer in color", {{4, 32, 32, 3}, 3, 16, {.padding = same}}));
}

void add_groups(std::vector<OpCase>& cases) {
    cases.push_back(conv_case("groups 2", {{1, 7, 5, 6}, 3, 10, {.padding = same, .groups = 2}}));
    cases.push_back(conv_case("groups 2 of four", {{2, 5, 5, 8}, 3, 8, {.groups = 2}}));
    cases.push_back(conv_case("groups 3 stride 2", {{2, 7, 7, 9}, 3, 6, {.stride = 2, .groups = 3}}));
    cases.push_back(conv_case("depthwise", {{2, 7, 5, 5}, 3, 5, {.padding = same, .groups = 5}}));
    cases.push_back(conv_case("depthwise of eight", {{1, 6, 6, 8}, 3, 8, {.groups = 8}, false}));
    cases.push_back(conv_case("depthwise times 2", {{1, 11, 7, 3}, 3, 6, {.stride = 2, .padding = Padding::pixels(2), .dilation = 2, .groups = 3}}));
}

std::vector<OpCase> conv_cases() {
    std::vector<OpCase> cases;
    add_channels(cases);
    add_widths(cases);
    add_windows(cases);
    add_kernels(cases);
    add_groups(cases);
    return cases;
}

HEKLA_OP_CASES(Conv2d, conv_cases());

}  // namespace
}  // namespace hekla::tests
