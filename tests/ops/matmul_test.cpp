#include "support/op_case.h"

namespace hekla::tests {
namespace {

struct Product {
    std::uint64_t rows, depth, columns;
};

Shape stored(std::uint64_t rows, std::uint64_t columns, bool transposed, std::uint64_t batch) {
    std::vector<std::uint64_t> dims = {transposed ? columns : rows, transposed ? rows : columns};
    if (batch > 0) dims.insert(dims.begin(), batch);
    return Shape(dims);
}

/// Batches of 0 stand for an operand of rank 2.
OpCase product_case(const Product& p, MatmulOptions options, std::uint64_t batch_a = 0, std::uint64_t batch_b = 0) {
    const Shape a = stored(p.rows, p.depth, options.transpose_a, batch_a);
    const Shape b = stored(p.depth, p.columns, options.transpose_b, batch_b);
    OpCase test;
    test.name = to_string(a) + (options.transpose_a ? "T * " : " * ") + to_string(b) + (options.transpose_b ? "T" : "");
    test.inputs = {random_input(a), random_input(b)};
    test.build = [options](Graph&, std::span<const Tensor> in) { return matmul(in[0], in[1], options); };
    return test;
}

std::vector<OpCase> product_cases() {
    std::vector<OpCase> cases;
    for (bool ta : {false, true})
        for (bool tb : {false, true}) {
            const MatmulOptions options{ta, tb};
            for (const Product& p : {Product{1, 1, 1}, Product{5, 7, 3}, Product{4, 8, 12}, Product{13, 31, 17},
                                     Product{32, 64, 16}, Product{6, 9, 10}, Product{3, 1000, 5}})
                cases.push_back(product_case(p, options));
            cases.push_back(product_case({5, 3, 7}, options, 3, 3));
            cases.push_back(product_case({4, 8, 4}, options, 2, 2));
            cases.push_back(product_case({3, 5, 4}, options, 2, 0));
            cases.push_back(product_case({3, 5, 4}, options, 0, 3));
        }
    for (const Product& p : {Product{1, 7, 300}, Product{300, 7, 1}, Product{64, 1000, 10}, Product{37, 128, 64}, Product{128, 100, 128}})
        cases.push_back(product_case(p, {}));
    return cases;
}

std::vector<OpCase> dense_cases() {
    std::vector<OpCase> cases;
    for (const Product& p : {Product{1, 1, 1}, Product{5, 7, 3}, Product{3, 5, 11}, Product{8, 16, 12}, Product{64, 100, 10}, Product{7, 1568, 10}})
        for (bool bias : {true, false}) {
            OpCase test;
            const Shape x{p.rows, p.depth}, weight{p.depth, p.columns};
            test.name = to_string(x) + " * " + to_string(weight) + (bias ? " + bias" : "");
            test.inputs = {random_input(x), random_input(weight)};
            if (bias) test.inputs.push_back(random_input(Shape{p.columns}));
            test.build = [](Graph&, std::span<const Tensor> in) {
                return dense(in[0], in[1], in.size() > 2 ? in[2] : Tensor());
            };
            cases.push_back(test);
        }
    return cases;
}

HEKLA_OP_CASES(Matmul, product_cases());
HEKLA_OP_CASES(Dense, dense_cases());

}  // namespace
}  // namespace hekla::tests
