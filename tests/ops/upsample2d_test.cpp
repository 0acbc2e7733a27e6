#include "support/op_case.h"

namespace hekla::tests {
namespace {

std::vector<OpCase> upsample_cases() {
    std::vector<OpCase> cases;
    for (const Interpolation interpolation : {Interpolation::nearest, Interpolation::bilinear})
        for (const auto& [x, factor] : {std::pair<Shape, Size2>{{1, 1, 1, 1}, 1}, {{1, 1, 1, 3}, 4}, {{2, 5, 3, 3}, 2}, {{2, 3, 7, 8}, 2},
                                        {{1, 4, 5, 4}, {3, 2}}, {{1, 5, 4, 2}, {1, 5}}, {{4, 14, 13, 16}, 2}}) {
            OpCase test{.name = interpolation == Interpolation::nearest ? "nearest " : "bilinear ", .inputs = {random_input(x)}, .build = {}};
            test.name += to_string(x) + " by " + std::to_string(factor.height) + " " + std::to_string(factor.width);
            test.build = [factor, interpolation](Graph&, std::span<const Tensor> in) { return upsample2d(in[0], factor, interpolation); };
            cases.push_back(test);
        }
    return cases;
}

HEKLA_OP_CASES(Upsample2d, upsample_cases());

}  // namespace
}  // namespace hekla::tests
