#include "support/op_case.h"

namespace hekla::tests {
namespace {

using Reduce = Tensor (*)(Tensor, std::vector<std::uint32_t>, bool);

struct Axes {
    Shape x;
    std::vector<std::uint32_t> axes;
    bool keep_dims = false;
};

std::vector<OpCase> reduce_cases(Reduce reduce, bool has_gradient) {
    const Axes variants[] = {
        {{7}, {}},           {{1}, {0}},          {{5, 7}, {0}},          {{5, 7}, {1}},
        {{5, 7}, {0, 1}},    {{4, 8}, {0}, true}, {{3, 5, 7}, {1}},       {{3, 5, 7}, {2}, true},
        {{3, 5, 7}, {0, 2}}, {{3, 5, 4}, {1, 0}}, {{2, 3, 4, 5}, {1, 2}}, {{2, 3, 4, 5}, {0, 2}, true},
        {{2, 3, 4, 5}, {}},  {{2, 3, 2, 3, 2}, {0, 2, 4}}, {{1000}, {0}}, {{3, 1031}, {1}},
        {{517, 3}, {0}},     {{64, 28, 28, 8}, {0, 1, 2}}, {{16, 7, 7, 12}, {1, 2}},
    };
    std::vector<OpCase> cases;
    for (const Axes& v : variants) {
        OpCase test{.name = to_string(v.x) + " axes", .inputs = {}, .build = {}};
        for (std::uint32_t axis : v.axes) test.name += " " + std::to_string(axis);
        if (v.keep_dims) test.name += " kept";
        test.inputs = {has_gradient ? random_input(v.x) : fixed_input(v.x)};
        test.build = [reduce, axes = v.axes, keep = v.keep_dims](Graph&, std::span<const Tensor> in) {
            return reduce(in[0], axes, keep);
        };
        cases.push_back(test);
    }
    return cases;
}

HEKLA_OP_CASES(ReduceSum, reduce_cases(reduce_sum, true));
HEKLA_OP_CASES(ReduceMean, reduce_cases(reduce_mean, true));
HEKLA_OP_CASES(ReduceMax, reduce_cases(reduce_max, false));
HEKLA_OP_CASES(ReduceMin, reduce_cases(reduce_min, false));

}  // namespace
}  // namespace hekla::tests
