// Losses and their gradients on the device against PyTorch (tests/golden/loss_functions.json), and their edges.

#include <gtest/gtest.h>
#include <hekla/error.h>
#include <hekla/losses.h>
#include <hekla/ops.h>

#include <cmath>
#include <map>

#include "support/compare.h"
#include "support/device_run.h"
#include "support/golden.h"

namespace hekla::tests {
namespace {

using Tensors = std::map<std::string, Tensor>;

Tensor build(const GoldenCase& test, Tensors& t) {
    const float margin = test.options.value("margin", 0.0f), smoothing = test.options.value("smoothing", 0.0f);
    if (test.op == "smoothed") return cross_entropy_rows_onehot(t["x"], smooth_labels(t["targets"], smoothing));
    if (test.op == "weighted") return weighted_cross_entropy(t["x"], t["targets"], t["weights"], smoothing);
    if (test.op == "masked") return weighted_mean(cross_entropy_rows_onehot(t["x"], t["targets"]), t["mask"]);
    if (test.op == "binary") return binary_cross_entropy_rows(t["x"], t["targets"]);
    if (test.op == "mse") return mean_squared_error_rows(t["x"], t["y"]);
    if (test.op == "mae") return mean_absolute_error_rows(t["x"], t["y"]);
    if (test.op == "huber") return huber_rows(t["x"], t["y"], test.options.at("delta"));
    if (test.op == "hinge") return hinge_rows(t["x"], t["targets"]);
    if (test.op == "multi_hinge") return multi_class_hinge_rows(t["x"], t["targets"]);
    if (test.op == "kl") return kl_divergence_rows(t["x"], t["targets"]);
    if (test.op == "cosine") return cosine_similarity_rows(t["a"], t["b"]);
    if (test.op == "cosine_embedding") return cosine_embedding_rows(t["a"], t["b"], t["targets"], margin);
    if (test.op == "contrastive") return contrastive_rows(t["a"], t["b"], t["same"], margin);
    if (test.op == "triplet") return triplet_rows(t["a"], t["b"], t["c"], margin);
    throw Error(ErrorCode::not_found, "no loss " + test.op);
}

void check(const GoldenCase& test) {
    Graph graph;
    Feeds feeds;
    Tensors tensors;
    std::vector<Tensor> wrt;
    std::vector<std::string> names;
    for (const auto& [name, golden] : test.tensors) {
        if (name == "loss" || (name[0] == 'd' && test.has(name.substr(1)))) continue;
        tensors[name] = graph.input(name, {golden.shape, DType::f32});
        feeds[tensors[name].id()] = golden.values;
        if (!test.has("d" + name)) continue;
        wrt.push_back(tensors[name]);
        names.push_back(name);
    }
    const Tensor loss = build(test, tensors);
    ASSERT_EQ(loss.shape(), test["loss"].shape);
    const Tensor dloss = graph.input("dloss", loss.desc());
    feeds[dloss.id()] = test["dloss"].values;
    std::vector<Tensor> outputs = gradients(loss, dloss, wrt);
    outputs.push_back(loss);
    const std::vector<Values> found = run_on_device(graph, feeds, outputs);
    EXPECT_TRUE(close(found.back(), test["loss"].values, 1e-5));
    for (std::size_t i = 0; i < names.size(); ++i) EXPECT_TRUE(close(found[i], test["d" + names[i]].values, 1e-4)) << names[i];
    EXPECT_EQ(run_on_device(graph, feeds, outputs), found) << "another run, other bits";
}

TEST(LossesGolden, AgreeWithPyTorch) {
    const std::vector<GoldenCase> cases = load_golden("loss_functions.json");
    EXPECT_EQ(cases.size(), 18u);
    for (const GoldenCase& test : cases) {
        SCOPED_TRACE(test.name);
        check(test);
    }
}

/// Loss and gradient of rows for given x and targets.
std::vector<Values> at(const Values& x, const Values& targets, std::uint64_t columns, Tensor (*loss)(Tensor, Tensor)) {
    const Shape shape{x.size() / columns, columns};
    Graph graph;
    const Tensor tx = graph.input("x", {shape, DType::f32}), tt = graph.input("t", {shape, DType::f32});
    const Tensor rows = loss(tx, tt);
    const Tensor total = reduce_sum(rows);
    return run_on_device(graph, {{tx.id(), x}, {tt.id(), targets}}, {rows, gradients(total, std::vector{tx})[0]});
}

TEST(Losses, LargeLogitsStayFinite) {
    const auto found = at({1000, -1000, 1000, -1000}, {1, 0, 0, 1}, 2, binary_cross_entropy_rows);
    EXPECT_EQ(found[0], (Values{0, 1000}));
    EXPECT_EQ(found[1], (Values{0, 0, 0.5, -0.5}));
}

TEST(Losses, RowsThatAreNoSamplesHaveNone) {
    const Values x = {3, 1, 2, 0.5, -1, 4}, none(6, 0);
    const auto smoothed = [](Tensor a, Tensor t) { return cross_entropy_rows_onehot(a, smooth_labels(t, 0.25f)); };
    const auto hinge = [](Tensor a, Tensor t) { return multi_class_hinge_rows(a, t); };
    for (Tensor (*loss)(Tensor, Tensor) : {+smoothed, +hinge, +kl_divergence_rows}) {
        const auto found = at(x, none, 3, loss);
        EXPECT_EQ(found[0], (Values{0, 0}));
        EXPECT_EQ(found[1], none);
    }
}

TEST(Losses, WhereTheyHaveACornerTheGradientIsFinite) {
    const Values same(4, 0.5);
    for (Tensor (*loss)(Tensor, Tensor) : {+cosine_similarity_rows, +mean_absolute_error_rows, +[](Tensor a, Tensor b) { return contrastive_rows(a, b, a.graph().constant(Shape{2}, {1, 0})); }})
        for (const Values& values : {same, Values(4, 0)})
            for (const Values& found : at(values, values, 2, loss))
                for (double v : found) EXPECT_TRUE(std::isfinite(v)) << v;
}

TEST(Losses, ShapesThatDoNotFitAreRefused) {
    Graph graph;
    const auto input = [&](const Shape& shape) { return graph.input("x", {shape, DType::f32}); };
    const Tensor a = input({3, 4}), b = input({3, 5}), c = input({3, 4}), rows = input(Shape{3}), more = input(Shape{4});
    const auto refuses = [](const auto& make, const std::string& part) {
        try {
            make();
            ADD_FAILURE() << "accepted: " << part;
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
            EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
        }
    };
    refuses([&] { mean_squared_error_rows(a, b); }, "[mean_squared_error] the targets must be 3x4 and are 3x5");
    refuses([&] { binary_cross_entropy_rows(a, rows); }, "[binary_cross_entropy]");
    refuses([&] { huber_rows(a, c, 0); }, "delta must be above 0");
    refuses([&] { smooth_labels(a, 1); }, "below 1");
    refuses([&] { weighted_mean(rows, more); }, "one number per row");
    refuses([&] { weighted_cross_entropy(a, c, rows); }, "one per class");
    refuses([&] { triplet_rows(a, c, b); }, "the negatives");
    refuses([&] { contrastive_rows(a, c, more); }, "one number per row");
    refuses([&] { cosine_similarity_rows(rows, rows); }, "2 dimensions");
}

}  // namespace
}  // namespace hekla::tests
