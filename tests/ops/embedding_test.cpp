#include "support/device_run.h"
#include "support/op_case.h"

#include <hekla/plan.h>

namespace hekla::tests {
namespace {

OpInput indices(const Shape& shape, std::uint32_t rows) { return {{shape, DType::u32}, 0, static_cast<double>(rows), false, {}}; }

std::vector<OpCase> embedding_cases() {
    std::vector<OpCase> cases;
    for (const auto& [table, places] : {std::pair<Shape, Shape>{{1, 1}, {3}}, {{7, 5}, {11}}, {{5, 8}, {4, 9}}, {{64, 16}, {33}}, {{300, 12}, {16, 40}}}) {
        OpCase test{.name = to_string(places) + " of " + to_string(table), .inputs = {}, .build = {}};
        test.inputs = {random_input(table), indices(places, static_cast<std::uint32_t>(table[0]))};
        test.build = [](Graph&, std::span<const Tensor> in) { return embedding(in[0], in[1]); };
        cases.push_back(test);
    }
    OpCase beyond = cases[1];
    beyond.name = "an index beyond the table";
    beyond.inputs[1].values = {6, 7, 0, 6, 1000, 3, 3, 3, 1, 0, 6};
    cases.push_back(beyond);
    return cases;
}

std::vector<OpCase> split_cases() {
    std::vector<OpCase> cases;
    const auto add_case = [&](const Shape& x, std::uint32_t axis, std::vector<std::uint64_t> sizes, std::size_t unused) {
        OpCase test{.name = to_string(x) + " axis " + std::to_string(axis) + " into " + to_string(Shape(sizes)), .inputs = {random_input(x)}, .build = {}};
        test.build = [axis, sizes, unused](Graph&, std::span<const Tensor> in) {
            Tensor sum;
            std::vector<Tensor> parts = split(in[0], axis, sizes);
            for (std::size_t i = 0; i < parts.size(); ++i) {
                if (i == unused) continue;
                const Tensor term = scale(reduce_sum(square(parts[i]), {axis}), static_cast<float>(i + 1));
                sum = sum ? add(sum, term) : term;
            }
            return sum;
        };
        cases.push_back(test);
    };
    add_case({7}, 0, {2, 4, 1}, 9);
    add_case({5, 8}, 1, {2, 2, 2, 2}, 9);
    add_case({3, 5, 4}, 1, {1, 3, 1}, 2);
    add_case({6, 3, 2}, 0, {6}, 9);
    return cases;
}

HEKLA_OP_CASES(Embedding, embedding_cases());
HEKLA_OP_CASES(Split, split_cases());

/// Many places of few rows: sums in another order would differ in their last bits.
TEST(EmbeddingGradient, HasTheSameBitsEveryTime) {
    Graph graph;
    const Tensor table = graph.input("table", {Shape{3, 8}, DType::f32}), places = graph.input("places", {Shape{2000}, DType::u32});
    const Tensor dy = graph.input("dy", {Shape{2000, 8}, DType::f32});
    const std::vector<Tensor> gradient = gradients(embedding(table, places), dy, std::vector{table});
    Feeds feeds;
    feeds[table.id()] = Values(24, 1);
    for (int i = 0; i < 2000; ++i) feeds[places.id()].push_back(i * i % 7 % 3);
    for (int i = 0; i < 16000; ++i) feeds[dy.id()].push_back(static_cast<float>(1.0 / (1 + i * 31 % 977)));
    const Values first = run_on_device(graph, feeds, gradient)[0];
    for (int run = 0; run < 3; ++run) EXPECT_EQ(run_on_device(graph, feeds, gradient)[0], first);
}

}  // namespace
}  // namespace hekla::tests
