// What evaluation counts on the device, against the same from the rows of predict.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/shared_device.h"
#include "support/small_training.h"

namespace hekla {
namespace {

/// Exact area under the ROC curve of a class, from all pairs.
double exact_auc(const std::vector<float>& rows, const std::vector<std::uint32_t>& labels, std::uint32_t c) {
    double pairs = 0, right = 0;
    for (std::size_t i = 0; i < labels.size(); ++i)
        for (std::size_t j = 0; j < labels.size(); ++j) {
            if (labels[i] != c || labels[j] == c) continue;
            const float p = rows[10 * i + c], n = rows[10 * j + c];
            right += p > n ? 1.0 : p == n ? 0.5 : 0.0;
            pairs += 1;
        }
    return right / pairs;
}

TEST(Metrics, AreThoseOfThePredictions) {
    const data::Dataset data = tests::derived_dataset(301, tests::small_image);
    Sequential network = tests::small_network();
    Trainer trainer(tests::shared_device(), network, {.optimizer = Adam{.learning_rate = 3e-3f}});
    trainer.fit(data, {.epochs = 8, .batch = 30, .submit_ms = 0});
    const std::vector<float> rows = trainer.predict(data, 64);
    const Evaluation got = trainer.evaluate(data, 64);
    EXPECT_EQ(got.counts.classes, 10u);
    EXPECT_EQ(got.counts.count(), 301u);
    EXPECT_EQ(got.counts.top_k(1), got.accuracy);
    EXPECT_EQ(got.counts.top_k(10), 1.0);
    EXPECT_EQ(got.counts.top_k(99), 1.0);

    std::vector<std::uint64_t> confusion(100, 0), ranks(10, 0);
    for (std::size_t i = 0; i < data.size(); ++i) {
        const auto row = rows.begin() + static_cast<std::ptrdiff_t>(10 * i);
        const std::uint32_t label = data.labels[i];
        ++confusion[label * 10 + static_cast<std::size_t>(std::max_element(row, row + 10) - row)];
        ++ranks[static_cast<std::size_t>(std::count_if(row, row + 10, [&](float p) { return p > row[label]; }))];
    }
    EXPECT_EQ(got.counts.confusion, confusion);
    EXPECT_EQ(got.counts.ranks, ranks);
    const auto scores = got.counts.per_class();
    double precision = 0;
    for (std::uint32_t c = 0; c < 10; ++c) {
        std::uint64_t predicted = 0, labelled = 0;
        for (std::uint32_t other = 0; other < 10; ++other) predicted += confusion[other * 10 + c], labelled += confusion[c * 10 + other];
        const auto hits = static_cast<double>(confusion[c * 11]);
        EXPECT_DOUBLE_EQ(scores[c].precision, predicted ? hits / static_cast<double>(predicted) : 0);
        EXPECT_DOUBLE_EQ(scores[c].recall, hits / static_cast<double>(labelled));
        EXPECT_EQ(scores[c].support, labelled);
        ASSERT_TRUE(scores[c].auc.has_value());
        EXPECT_NEAR(*scores[c].auc, exact_auc(rows, data.labels, c), 3e-3) << c;
        precision += scores[c].precision / 10;
    }
    EXPECT_DOUBLE_EQ(got.counts.macro().precision, precision);
    EXPECT_EQ(got.counts.macro().support, 301u);
    EXPECT_DOUBLE_EQ(got.counts.micro().f1, got.accuracy);
    // Whatever the batch, and again.
    for (std::uint32_t batch : {64u, 7u, 512u}) {
        const Evaluation again = trainer.evaluate(data, batch);
        EXPECT_EQ(again.counts.confusion, confusion) << batch;
        EXPECT_EQ(again.counts.ranks, ranks) << batch;
        EXPECT_EQ(again.counts.count(), 301u);
    }
    EXPECT_EQ(trainer.evaluate(data, 64).counts.scores, got.counts.scores);
}

TEST(Metrics, ManyClassesAreNotCounted) {
    const data::Dataset data = tests::derived_dataset(20, tests::small_image);
    for (std::uint32_t classes : {2048u, 2049u}) {
        Sequential network{Flatten{}, Dense{classes}};
        Trainer trainer(tests::shared_device(), network);
        const Evaluation got = trainer.evaluate(data, 20);
        EXPECT_EQ(got.count, 20u);
        EXPECT_EQ(got.counts.classes, classes == 2048 ? classes : 0u);
        EXPECT_EQ(got.counts.count(), classes == 2048 ? 20u : 0u);
    }
}

TEST(Metrics, ByHand) {
    PredictionCounts counts{.classes = 2, .confusion = {3, 1, 2, 0}, .ranks = {3, 3}, .scores = std::vector<std::uint64_t>(4 * 16)};
    const auto scores = counts.per_class();
    EXPECT_DOUBLE_EQ(scores[0].precision, 0.6);
    EXPECT_DOUBLE_EQ(scores[0].recall, 0.75);
    EXPECT_DOUBLE_EQ(scores[0].f1, 2 * 0.6 * 0.75 / 1.35);
    EXPECT_EQ(scores[1].precision, 0);
    EXPECT_EQ(scores[1].f1, 0);
    EXPECT_FALSE(scores[0].auc.has_value());
    EXPECT_FALSE(counts.macro().auc.has_value());
    EXPECT_DOUBLE_EQ(counts.micro().precision, 0.5);
    // Class 0: its own at bins 5, 5, 9, the others at 5 and 2: of six pairs, four in order and two equal.
    counts.scores[16 + 5] = 2;
    counts.scores[16 + 9] = 1;
    counts.scores[5] = counts.scores[2] = 1;
    EXPECT_DOUBLE_EQ(*counts.per_class()[0].auc, 5.0 / 6);
    EXPECT_DOUBLE_EQ(*counts.macro().auc, 5.0 / 6);
    EXPECT_EQ(PredictionCounts().top_k(1), 0);
}

}  // namespace
}  // namespace hekla
