#include "support/op_case.h"

namespace hekla::tests {
namespace {

std::vector<OpCase> softmax_cases(Tensor (*op)(Tensor)) {
    std::vector<OpCase> cases;
    const auto add = [&](const char* name, const Shape& x, double low, double high) {
        OpCase test{.name = name + to_string(x), .inputs = {random_input(x, low, high)}, .build = {}};
        test.build = [op](Graph&, std::span<const Tensor> in) { return op(in[0]); };
        cases.push_back(test);
    };
    for (const Shape& x : {Shape{1, 1}, Shape{3, 1}, Shape{5, 2}, Shape{7, 10}, Shape{2, 37}, Shape{2, 64}, Shape{3, 257},
                           Shape{2, 1000}, Shape{130, 10}, Shape{7}, Shape{2, 3, 5}})
        add("", x, -3, 3);
    add("large ", {5, 10}, -1e4, 1e4);
    add("large ", {2, 1000}, -1e4, 1e4);
    add("far from zero ", {3, 10}, 9999, 10001);
    return cases;
}

HEKLA_OP_CASES(Softmax, softmax_cases(softmax));
HEKLA_OP_CASES(LogSoftmax, softmax_cases(log_softmax));

}  // namespace
}  // namespace hekla::tests
