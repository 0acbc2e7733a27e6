// evaluate and predict: each image once, whatever the batch.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/shared_device.h"
#include "support/small_training.h"

namespace hekla {
namespace {

using tests::derived_dataset;
using tests::shared_device;

class Evaluate : public testing::Test {
  protected:
    Evaluate() { network_.build({tests::small_image, 1 / 255.0f, 0, {}}, 6); }

    /// Accuracy and loss from the rows of predict.
    static Evaluation from_rows(const data::Dataset& data, const std::vector<float>& rows) {
        Evaluation result;
        for (std::size_t i = 0; i < data.size(); ++i) {
            const auto row = rows.begin() + static_cast<std::ptrdiff_t>(10 * i);
            result.correct += std::max_element(row, row + 10) - row == static_cast<std::ptrdiff_t>(data.labels[i]);
            result.loss -= std::log(static_cast<double>(row[data.labels[i]]));
        }
        result.count = data.size();
        result.loss /= static_cast<double>(data.size());
        return result;
    }

    Sequential network_ = tests::small_network();
};

TEST_F(Evaluate, CountsEachImageOnce) {
    constexpr std::uint32_t batch = 16;
    Trainer trainer(shared_device(), network_);
    for (const std::uint32_t count : {1u, batch - 1, batch, batch + 1, 3 * batch, 3 * batch + 5}) {
        const data::Dataset data = derived_dataset(count, tests::small_image);
        const std::vector<float> rows = trainer.predict(data, batch);
        ASSERT_EQ(rows.size(), 10u * count);
        for (std::size_t i = 0; i < count; ++i) {
            double sum = 0;
            for (std::size_t j = 0; j < 10; ++j) sum += rows[10 * i + j];
            ASSERT_NEAR(sum, 1, 1e-5) << "row " << i << " of " << count;
        }
        const Evaluation expected = from_rows(data, rows), got = trainer.evaluate(data, batch);
        EXPECT_EQ(got.count, count);
        EXPECT_EQ(got.correct, expected.correct) << count;
        EXPECT_NEAR(got.loss, expected.loss, 1e-4) << count;
        EXPECT_EQ(got.accuracy, static_cast<double>(got.correct) / count);
    }
}

TEST_F(Evaluate, DoesNotDependOnTheBatch) {
    const data::Dataset data = derived_dataset(70, tests::small_image);
    Trainer trainer(shared_device(), network_);
    const Evaluation expected = trainer.evaluate(data, 70);
    const std::vector<float> rows = trainer.predict(data, 70);
    for (const std::uint32_t batch : {1u, 7u, 69u, 71u, 128u}) {
        const Evaluation got = trainer.evaluate(data, batch);
        EXPECT_EQ(got.count, 70u);
        EXPECT_EQ(got.correct, expected.correct) << batch;
        EXPECT_NEAR(got.loss, expected.loss, 1e-5) << batch;
        const std::vector<float> others = trainer.predict(data, batch);
        ASSERT_EQ(others.size(), rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) ASSERT_NEAR(others[i], rows[i], 1e-5) << batch << ", " << i;
    }
}

TEST_F(Evaluate, ChangesNothing) {
    const data::Dataset data = derived_dataset(20, tests::small_image);
    Trainer trainer(shared_device(), network_);
    const auto before = tests::values_of(network_);
    const double loss = trainer.evaluate(data, 8).loss;
    trainer.predict(data, 8);
    EXPECT_EQ(trainer.evaluate(data, 8).loss, loss);
    EXPECT_TRUE(tests::values_of(network_) == before);
}

TEST_F(Evaluate, TakesAnotherSetOfTheSameSize) {
    const data::Dataset data = derived_dataset(40, tests::small_image);
    Trainer trainer(shared_device(), network_);
    const data::Dataset first = tests::part_of(data, 0, 20), second = tests::part_of(data, 20, 20);
    const double loss = trainer.evaluate(first, 8).loss;
    EXPECT_NE(trainer.evaluate(second, 8).loss, loss);
    EXPECT_EQ(trainer.evaluate(first, 8).loss, loss);
}

TEST_F(Evaluate, SeesParametersThatWereSet) {
    const data::Dataset data = derived_dataset(20, tests::small_image);
    Trainer trainer(shared_device(), network_);
    trainer.evaluate(data, 8);
    for (const ParameterPtr& parameter : network_.parameters())
        parameter->set_values(std::vector<float>(parameter->shape().elements(), 0));
    EXPECT_NEAR(trainer.evaluate(data, 8).loss, std::log(10.0), 1e-6);
    for (float probability : trainer.predict(data, 8)) EXPECT_NEAR(probability, 0.1, 1e-6);
}

TEST_F(Evaluate, ASoftmaxAtTheEndIsNotAppliedTwice) {
    const data::Dataset data = derived_dataset(9, tests::small_image);
    std::vector<Layer> layers = network_.layers();
    layers.push_back(Softmax{});
    Sequential with_softmax(layers);
    with_softmax.build(network_.input(), 6);
    Trainer first(shared_device(), network_), second(shared_device(), with_softmax);
    EXPECT_EQ(first.predict(data, 4), second.predict(data, 4));
}

}  // namespace
}  // namespace hekla
