// Values of 16 bits: inference close to f32, mixed-precision training with its loss scale on the device.

#include <gmock/gmock.h>
#include <hekla/plan.h>

#include <algorithm>
#include <cmath>

#include "plan/plan_state.h"
#include "support/expect_error.h"
#include "support/many_layers.h"
#include "support/shared_device.h"
#include "support/small_training.h"

namespace hekla {
namespace {

using testing::HasSubstr;
using tests::derived_dataset;
using tests::error_of;
using tests::shared_device;
using tests::small_image;
using tests::values_of;
using Values = std::vector<std::vector<float>>;

/// Large enough maps for the values of 16 bits to count.
Sequential network_of_maps() {
    return Sequential{Conv2d{.filters = 8}, Relu{}, MaxPool2d{2}, Conv2d{.filters = 8, .kernel = 2}, Relu{}, Dropout{0.2f}, Flatten{}, Dense{16}, Relu{}, Dense{10}};
}

struct Trained {
    Values values;
    std::vector<double> losses;
    History history;
    double accuracy = 0;
};

Trained train(const TrainerOptions& options, std::uint32_t epochs = 3, std::uint32_t steps_per_submit = 32, double submit_ms = 0) {
    static const data::Dataset data = derived_dataset(200, Shape{12, 12, 1});
    Sequential network = network_of_maps();
    Trainer trainer(shared_device(), network, options);
    Trained result;
    FitOptions fit{.epochs = epochs, .batch = 16, .steps_per_submit = steps_per_submit, .submit_ms = submit_ms};
    fit.on_step = [&](const StepResult& step) { result.losses.push_back(step.loss); };
    result.history = trainer.fit(data, fit);
    result.values = values_of(network);
    result.accuracy = trainer.evaluate(data).accuracy;
    return result;
}

TrainerOptions mixed(float scale = 1024, std::uint32_t growth_steps = 2000) {
    return {.optimizer = Adam{.learning_rate = 5e-3f},
            .seed = 3,
            .compile = {.precision = Precision::mixed},
            .loss_scaling = {.initial = scale, .growth_steps = growth_steps}};
}

TEST(Mixed, TrainsAsF32DoesInLessMemory) {
    TrainerOptions f32 = mixed();
    f32.compile = {};
    const Trained exact = train(f32, 8), half = train(mixed(), 8);
    ASSERT_EQ(exact.losses.size(), half.losses.size());
    EXPECT_NE(exact.values, half.values);
    for (std::size_t i = 0; i < 10; ++i) EXPECT_NEAR(half.losses[i], exact.losses[i], 2e-2) << "step " << i;
    EXPECT_GT(half.accuracy, exact.accuracy - 0.1);
    EXPECT_EQ(half.history.skipped_steps, 0u);
    EXPECT_LT(half.history.planned_bytes, exact.history.planned_bytes * 4 / 5);
    EXPECT_EQ(half.history.default_planned_bytes, exact.history.planned_bytes);
    EXPECT_EQ(exact.history.loss_scale, 1);
}

TEST(Mixed, TheSameBitsHoweverStepsAreCut) {
    // The scale falls and grows on the way.
    const TrainerOptions options = mixed(0x1p24f, 5);
    const Trained first = train(options, 3, 1);
    EXPECT_EQ(train(options, 3, 1).values, first.values);
    EXPECT_EQ(train(options, 3, 32).values, first.values);
    const Trained cut = train(options, 3, 32, 0.05);
    EXPECT_EQ(cut.values, first.values);
    EXPECT_EQ(cut.losses, first.losses);
    EXPECT_EQ(cut.history.skipped_steps, first.history.skipped_steps);
}

/// At 2^24 the gradients of the logits are 2^20 each: infinite in 16 bits. The first updates are left out on the device.
TEST(Mixed, AnOverflowIsSkippedAndTheScaleHalved) {
    constexpr std::uint32_t epochs = 25;  // until a few updates less no longer show
    const Trained one_epoch = train(mixed(0x1p24f), 1), trained = train(mixed(0x1p24f), epochs), unskipped = train(mixed(), epochs);
    EXPECT_GT(trained.history.skipped_steps, 2u);
    EXPECT_LT(trained.history.skipped_steps, 24u);
    EXPECT_EQ(trained.history.loss_scale, std::ldexp(1.0, 24 - static_cast<int>(trained.history.skipped_steps)));
    EXPECT_EQ(trained.history.epochs[0].skipped_steps, one_epoch.history.skipped_steps);
    EXPECT_EQ(trained.history.steps, epochs * 13);
    RecordProperty("skipped", static_cast<int>(trained.history.skipped_steps));
    RecordProperty("accuracies", std::to_string(trained.accuracy) + " and " + std::to_string(unskipped.accuracy));
    EXPECT_LT(trained.losses.back(), trained.losses[0] * 0.8);
    EXPECT_GT(unskipped.accuracy, 0.9);
    EXPECT_GT(trained.accuracy, unskipped.accuracy - 0.05);
}

/// What was left out did not happen: neither a weight nor the powers of the betas moved.
TEST(Mixed, ASkippedUpdateChangesNothing) {
    Sequential network = network_of_maps(), untouched = network_of_maps();
    const data::Dataset data = derived_dataset(16, Shape{12, 12, 1});
    untouched.build({data.image_shape, 1 / 255.0f, 0, {}}, 3);
    Trainer trainer(shared_device(), network, mixed(0x1p24f));
    const History history = trainer.fit(data, {.epochs = 1, .batch = 16, .submit_ms = 0});
    EXPECT_EQ(history.skipped_steps, 1u);
    EXPECT_EQ(history.loss_scale, 0x1p23);
    EXPECT_EQ(values_of(network), values_of(untouched));
}

TEST(Mixed, TheScaleGrowsAfterGoodSteps) {
    const Trained trained = train(mixed(16, 4), 1);  // 13 steps
    EXPECT_EQ(trained.history.skipped_steps, 0u);
    EXPECT_EQ(trained.history.loss_scale, 128);
}

TEST(Mixed, ANonFiniteLossStillEndsTheTraining) {
    TrainerOptions options = mixed();
    options.optimizer = Sgd{.learning_rate = 1e30f};
    const std::string message = error_of(ErrorCode::non_finite, [&] { train(options); });
    EXPECT_THAT(message, HasSubstr("the first value that is not finite is in"));
    EXPECT_THAT(message, testing::Not(HasSubstr("no layer of a second run"))) << message;
}

/// The scale falls and grows while gradients are accumulated and clipped and weights averaged.
TEST(Mixed, TheSameBitsWithEveryUpdateOption) {
    TrainerOptions options = mixed(0x1p24f, 3);
    options.update = {.accumulate = 3, .clip_norm = 1, .average_decay = 0.9f};
    options.schedule = {.kind = Schedule::Kind::cosine, .warmup = 2};
    for (const Optimizer& optimizer : std::vector<Optimizer>{Adam{.learning_rate = 5e-3f}, Lion{.learning_rate = 1e-3f}}) {
        options.optimizer = optimizer;
        const Trained first = train(options, 3, 1);
        EXPECT_GT(first.history.skipped_steps, 2u);
        const Trained many = train(options, 3, 32), cut = train(options, 3, 8, 0.05);
        EXPECT_EQ(many.values, first.values) << name(optimizer);
        EXPECT_EQ(cut.values, first.values) << name(optimizer);
        EXPECT_EQ(many.history.skipped_steps, first.history.skipped_steps);
    }
}

TEST(Mixed, EveryOptimizerTrainsAsItDoesInF32) {
    for (const char* optimizer_name : {"sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "lion"}) {
        TrainerOptions options = mixed();
        options.optimizer = optimizer(optimizer_name);
        // Larger steps make much of little differences.
        std::visit([](auto& chosen) { chosen.learning_rate = std::min(chosen.learning_rate, 1e-3f); }, options.optimizer);
        const Trained half = train(options, 2);
        options.compile = {};
        const Trained exact = train(options, 2);
        ASSERT_EQ(half.losses.size(), exact.losses.size());
        for (std::size_t i = 0; i < exact.losses.size(); ++i) EXPECT_NEAR(half.losses[i], exact.losses[i], 3e-2) << optimizer_name << ", step " << i;
        EXPECT_NE(half.values, exact.values);
        EXPECT_EQ(half.history.skipped_steps, 0u);
    }
}

/// Kernels that can't work on 16 bits keep their values in 32.
TEST(Mixed, TrainsEveryLayer) {
    const data::Dataset data = derived_dataset(48, small_image);
    const auto fit = [&](const TrainerOptions& options, std::uint32_t steps_per_submit) {
        Network network = tests::many_layers();
        Trained result;
        FitOptions fitting{.epochs = 3, .batch = 16, .steps_per_submit = steps_per_submit, .submit_ms = 0};
        fitting.on_step = [&](const StepResult& step) { result.losses.push_back(step.loss); };
        result.history = Trainer(shared_device(), network, options).fit(data, fitting);
        result.values = values_of(network);
        return result;
    };
    TrainerOptions f32 = mixed();
    f32.compile = {};
    const Trained exact = fit(f32, 8), half = fit(mixed(), 8);
    EXPECT_NE(half.values, exact.values);
    for (std::size_t i = 0; i < exact.losses.size(); ++i) EXPECT_NEAR(half.losses[i], exact.losses[i], 5e-2) << "step " << i;
    EXPECT_LT(half.history.planned_bytes, exact.history.planned_bytes);
    EXPECT_EQ(fit(mixed(), 1).values, half.values);
}

TEST(Mixed, WrongScalesAreErrors) {
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [] { train(mixed(0.5f)); }), HasSubstr("loss scale"));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [] { train(mixed(NAN)); }), HasSubstr("loss scale"));
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [] { train(mixed(8, 0)); }), HasSubstr("growth_steps"));
}

TEST(Mixed, GoesWithLowMemory) {
    TrainerOptions low = mixed();
    low.compile.memory = Memory::low;
    const Trained normal = train(mixed()), both = train(low);
    EXPECT_EQ(normal.values, both.values);
    EXPECT_LE(both.history.planned_bytes, normal.history.planned_bytes);
}

TEST(F16, PredictsAsF32Does) {
    const data::Dataset data = derived_dataset(50, Shape{12, 12, 1});
    Sequential network = network_of_maps();
    Trainer exact(shared_device(), network, {.optimizer = Adam{.learning_rate = 5e-3f}, .seed = 3});
    exact.fit(data, {.epochs = 6, .batch = 16, .submit_ms = 0});
    const Values weights = values_of(network);
    const std::vector<float> expected = exact.predict(data, 20);
    for (const Precision precision : {Precision::f16, Precision::mixed}) {
        Trainer half(shared_device(), network, {.compile = {.precision = precision}});
        const std::vector<float> found = half.predict(data, 20);
        ASSERT_EQ(found.size(), expected.size());
        double largest = 0;
        for (std::size_t i = 0; i < found.size(); ++i) largest = std::max(largest, std::abs(double{found[i]} - double{expected[i]}));
        EXPECT_GT(largest, 0) << "nothing was stored in 16 bits";
        EXPECT_LT(largest, 2e-2);
        EXPECT_NEAR(half.evaluate(data).accuracy, exact.evaluate(data).accuracy, 0.05);
    }
    EXPECT_EQ(values_of(network), weights) << "the network's weights were rounded";
}

TEST(F16, PredictsWithEveryLayer) {
    const data::Dataset data = derived_dataset(20, small_image);
    Network network = tests::many_layers();
    Trainer exact(shared_device(), network, {.seed = 3});
    exact.fit(data, {.epochs = 2, .batch = 10, .submit_ms = 0});
    const std::vector<float> expected = exact.predict(data, 20);
    for (const Precision precision : {Precision::f16, Precision::mixed}) {
        const std::vector<float> found = Trainer(shared_device(), network, {.compile = {.precision = precision}}).predict(data, 20);
        ASSERT_EQ(found.size(), expected.size());
        EXPECT_NE(found, expected);
        for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 2e-2) << i;
    }
}

TEST(F16, ParametersThatDoNotFitAreNamed) {
    const auto weight = std::make_shared<Parameter>("large", Shape{2}, std::vector<float>{1, 70000});
    const std::string message = error_of(ErrorCode::invalid_argument, [&] { ParameterStore(shared_device(), {weight}, Precision::f16); });
    EXPECT_THAT(message, HasSubstr("large"));
    EXPECT_THAT(message, HasSubstr("Precision::mixed"));
    ParameterStore(shared_device(), {weight}, Precision::mixed);
}

TEST(F16, ParametersAreReadAsTheyAreStored) {
    Graph graph;
    const auto weight = std::make_shared<Parameter>("weight", Shape{3}, std::vector<float>{1, 1 + 0x1p-12f, -0.5f});
    const Tensor w = graph.parameter(weight);
    Plan plan = compile(shared_device(), graph, {w, scale(w, 2)}, nullptr, {.precision = Precision::f16});
    plan.run();
    EXPECT_EQ(plan.read(w), (std::vector<float>{1, 1, -0.5f}));
}

TEST(F16, TakesHalfTheMemoryForWeightsAndIsNotTrained) {
    Graph graph;
    const Tensor x = graph.input("x", {Shape{4, 64}, DType::f32});
    const auto weight = std::make_shared<Parameter>("weight", Shape{64, 32}, std::vector<float>(64 * 32, 0.125f));
    const Tensor y = dense(x, graph.parameter(weight));
    const CompileOptions f16{.precision = Precision::f16};
    Plan plan = compile(shared_device(), graph, {y}, nullptr, f16);
    EXPECT_EQ(plan.state().store->state().values->bytes(), 64u * 32 * 2);
    plan.set(x, std::vector<float>(4 * 64, 0.5f));
    plan.run();
    EXPECT_EQ(plan.read(y), std::vector<float>(4 * 32, 4.0f));
    minimize(reduce_sum(y), Sgd{});
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { compile(shared_device(), graph, {}, nullptr, f16); }), HasSubstr("Precision::mixed"));
}

}  // namespace
}  // namespace hekla
