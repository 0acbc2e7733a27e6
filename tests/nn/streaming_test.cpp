// Data sets that are streamed through a ring: the same bits as on the device, and what goes wrong on the way.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "nn/image_ring.h"
#include "support/expect_error.h"
#include "support/shared_device.h"
#include "support/small_training.h"

namespace hekla {
namespace {

using testing::HasSubstr;
using tests::derived_dataset;
using tests::error_of;
using tests::shared_device;
using tests::small_image;

constexpr std::uint32_t batch = 16;

/// Images of another set, one at a time, as slow or broken as a test wants.
class TestSource : public data::ImageSource {
  public:
    explicit TestSource(const data::Dataset& held) : held_(held) {}
    void read(std::uint64_t index, std::span<std::uint8_t> out) const override {
        if (index == broken) throw Error(ErrorCode::invalid_file, "[image] picture " + std::to_string(index) + ": truncated");
        std::this_thread::sleep_for(delay);
        held_.read_image(index, out);
        ++reads;
    }

    std::uint64_t broken = ~std::uint64_t{0};
    std::chrono::microseconds delay{0};
    mutable std::atomic<std::uint64_t> reads = 0;

  private:
    data::Dataset held_;
};

struct Streamed {
    data::Dataset data;
    std::shared_ptr<TestSource> source;
};

Streamed streamed(const data::Dataset& held) {
    Streamed result{held, std::make_shared<TestSource>(held)};
    result.data.images.clear();
    result.data.source = result.source;
    return result;
}

struct Outcome {
    std::vector<std::vector<float>> values;
    std::vector<double> losses;
    std::vector<float> predictions;
    History history;
    Evaluation evaluation;
};

/// Two epochs with validation, an evaluation and a prediction.
Outcome train(const data::Dataset& data, TrainerOptions options, FitOptions fit = {}) {
    options.seed = 3;
    Sequential network = tests::small_network();
    Trainer trainer(shared_device(), network, options);
    Outcome outcome;
    fit.epochs = 2;
    fit.batch = batch;
    fit.validation_split = 0.2f;
    fit.on_step = [&](const StepResult& step) { outcome.losses.push_back(step.loss); };
    outcome.history = trainer.fit(data, fit);
    outcome.evaluation = trainer.evaluate(data, batch);
    outcome.predictions = trainer.predict(data, batch);
    outcome.values = tests::values_of(network);
    return outcome;
}

void expect_same(const Outcome& a, const Outcome& b) {
    EXPECT_EQ(a.losses, b.losses);
    EXPECT_EQ(a.values, b.values);
    EXPECT_EQ(a.predictions, b.predictions);
    EXPECT_EQ(a.evaluation.loss, b.evaluation.loss);
    EXPECT_EQ(a.evaluation.correct, b.evaluation.correct);
    ASSERT_EQ(a.history.epochs.size(), b.history.epochs.size());
    for (std::size_t i = 0; i < a.history.epochs.size(); ++i) EXPECT_EQ(a.history.epochs[i].validation_loss, b.history.epochs[i].validation_loss);
}

class Streaming : public testing::Test {
  protected:
    const data::Dataset data_ = derived_dataset(333, small_image);
};

TEST_F(Streaming, GivesTheBitsOfResidentTraining) {
    const Outcome resident = train(data_, {});
    EXPECT_FALSE(resident.history.streamed);
    EXPECT_EQ(resident.history.device_busy, 1);
    for (const std::uint64_t rows : {2 * batch, 3 * batch + 5, 150u}) {
        SCOPED_TRACE(rows);
        const Outcome ring = train(data_, {.data_memory = rows * data_.image_bytes()});
        EXPECT_TRUE(ring.history.streamed);
        expect_same(ring, resident);
    }
}

TEST_F(Streaming, GivesTheSameBitsWithCutStepsAndAnyNumberOfThreads) {
    const Outcome resident = train(data_, {});
    const TrainerOptions options{.data_memory = 40 * data_.image_bytes(), .data_threads = 3};
    const Outcome cut = train(data_, options, {.submit_ms = 0.001});
    EXPECT_GT(cut.history.cut_steps, 0u);
    expect_same(cut, resident);
}

TEST_F(Streaming, ReadsEachImageOfASourceOncePerEpoch) {
    const Streamed set = streamed(data_);
    const Outcome outcome = train(set.data, {});
    EXPECT_TRUE(outcome.history.streamed);
    // Two epochs of training and validation, an evaluation, a prediction.
    EXPECT_EQ(set.source->reads, 4 * data_.size());
    expect_same(outcome, train(data_, {}));
}

TEST_F(Streaming, MakesNoObjectAfterTheFirstEpoch) {
    // One step a submit: the command buffers of other numbers of steps are made when the pace first asks for them.
    EXPECT_EQ(train(data_, {.data_memory = 100 * data_.image_bytes()}, {.steps_per_submit = 1}).history.objects_after_first_epoch, 0u);
}

TEST_F(Streaming, ASlowSourceIsSeen) {
    const Streamed set = streamed(data_);
    set.source->delay = std::chrono::milliseconds(4);
    const Outcome outcome = train(set.data, {.data_memory = 2 * batch * data_.image_bytes(), .data_threads = 1});
    EXPECT_GT(outcome.history.data_wait_seconds, 0.3);
    EXPECT_LT(outcome.history.device_busy, 0.7);
}

TEST_F(Streaming, AnUnreadableImageEndsTheTrainingAndIsNamed) {
    const Streamed set = streamed(data_);
    Sequential network = tests::small_network();
    Trainer trainer(shared_device(), network, {.data_memory = 3 * batch * data_.image_bytes()});
    set.source->broken = 200;
    EXPECT_THAT(error_of(ErrorCode::invalid_file, [&] { trainer.fit(set.data, {.epochs = 1, .batch = batch}); }), HasSubstr("picture 200: truncated"));
    EXPECT_THAT(error_of(ErrorCode::invalid_file, [&] { trainer.predict(set.data, batch); }), HasSubstr("picture 200: truncated"));
    set.source->broken = ~std::uint64_t{0};
    EXPECT_EQ(trainer.fit(set.data, {.epochs = 1, .batch = batch}).steps, (data_.size() + batch - 1) / batch) << "it goes on once the image is there";
}

TEST_F(Streaming, StopsWhenAsked) {
    const Streamed set = streamed(data_);
    Sequential network = tests::small_network();
    Trainer trainer(shared_device(), network, {.data_memory = 2 * batch * data_.image_bytes()});
    const History history = trainer.fit(set.data, {.epochs = 3, .batch = batch, .should_stop = [] { return true; }});
    EXPECT_TRUE(history.stopped);
    EXPECT_LT(history.steps, 21u);
}

TEST_F(Streaming, MemoryForLessThanTwoBatchesIsAnError) {
    Sequential network = tests::small_network();
    Trainer trainer(shared_device(), network, {.data_memory = 31 * data_.image_bytes()});
    EXPECT_THAT(error_of(ErrorCode::out_of_memory, [&] { trainer.fit(data_, {.epochs = 1, .batch = batch}); }), HasSubstr("two batches, 2048 bytes, are the least"));
}

TEST_F(Streaming, EvaluationTakesTheBatchThatFits) {
    Sequential network = tests::small_network();
    network.build({small_image, 1 / 255.0f, 0, {}}, 6);
    Trainer resident(shared_device(), network), ring(shared_device(), network, {.data_memory = 20 * data_.image_bytes()});
    EXPECT_EQ(ring.evaluate(data_).correct, resident.evaluate(data_).correct);
    EXPECT_EQ(ring.predict(data_).size(), 10 * data_.size());
}

TEST_F(Streaming, TheFirstFailureInTheOrderCounts) {
    const Streamed set = streamed(data_);
    set.source->broken = 20;
    vulkan::Device& device = shared_device().vulkan();
    vulkan::Buffer buffer(device, 64 * data_.image_bytes(), vulkan::MemoryUse::upload, "test");
    nn::ImageRing ring(buffer, 64, data_.image_bytes(), 4);
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < 300; ++i) order.push_back(i);
    ring.begin(set.data, order);
    ring.wait(20);
    for (std::uint32_t i = 0; i < 20; ++i)
        for (std::uint64_t b = 0; b < data_.image_bytes(); ++b) ASSERT_EQ(std::to_integer<std::uint8_t>(buffer.mapped()[i * data_.image_bytes() + b]), data_.image(i)[b]);
    EXPECT_THAT(error_of(ErrorCode::invalid_file, [&] { ring.wait(21); }), HasSubstr("picture 20"));
    ring.end();
    set.source->broken = ~std::uint64_t{0};
    ring.begin(set.data, order);
    for (std::uint64_t end = 10; end <= 300; end += 10) {
        ring.wait(end);
        ring.release(end);
    }
    ring.end();
}

}  // namespace
}  // namespace hekla
