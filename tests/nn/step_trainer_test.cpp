// Steps of one's own: several losses, each with its parameters, inside one replayed step.

#include <gtest/gtest.h>
#include <hekla/error.h>
#include <hekla/losses.h>
#include <hekla/nn.h>
#include <hekla/step_trainer.h>

#include <cmath>

#include "support/shared_device.h"
#include "support/small_training.h"

namespace hekla {
namespace {

using tests::derived_dataset;
using tests::shared_device;
using tests::small_image;
using tests::values_of;

/// Of one output: of `target` for every row.
Tensor mean_error(StepBuilder& step, Tensor logits, float target) {
    const Tensor targets = step.graph().constant(logits.shape(), std::vector<float>(logits.shape().elements(), target));
    return mean_rows(binary_cross_entropy_rows(logits, targets), step.state());
}

/// A generator and a discriminator of 8 x 8 images.
struct Pair {
    Pair() {
        auto x = generator.input("noise", Shape{6});
        for (const Layer& layer : {Layer{Dense{16}}, Layer{BatchNorm{}}, Layer{Relu{}}, Layer{Reshape{{4, 4, 1}}},
                                   Layer{Conv2dTranspose{.filters = 1, .kernel = 4, .stride = 2, .padding = Padding::same()}}, Layer{Sigmoid{}}})
            x = generator.add(layer, x);
        generator.output(x);
        auto image = discriminator.input("image", small_image);
        for (const Layer& layer : {Layer{Conv2d{.filters = 4, .stride = 2, .padding = Padding::same()}}, Layer{LeakyRelu{0.2f}}, Layer{Dropout{0.25f}},
                                   Layer{Flatten{}}, Layer{Dense{1}}})
            image = discriminator.add(layer, image);
        discriminator.output(image);
        generator.build(1);
        discriminator.build(2);
    }
    void operator()(StepBuilder& step) {
        const Tensor fake = generator.apply(random_normal(Shape{step.batch(), 6}, step.state(), 1000), true);
        step.minimize("discriminator",
                      add(mean_error(step, discriminator.apply(step.images(), true), 1), mean_error(step, discriminator.apply(fake, true), 0)),
                      discriminator.parameters());
        step.minimize("generator", mean_error(step, discriminator.apply(fake, true), 1), generator.parameters());
    }
    Network generator, discriminator;
};

struct Trained {
    std::vector<std::vector<float>> generator, discriminator;
    std::vector<StepEpoch> epochs;
};
Trained trained(const StepFitOptions& fit, std::uint64_t seed = 4) {
    Pair pair;
    StepTrainer trainer(shared_device(), std::ref(pair), {.optimizer = Adam{.learning_rate = 2e-3f, .beta1 = 0.5f}, .seed = seed});
    Trained result;
    result.epochs = trainer.fit(derived_dataset(56, small_image), fit);
    result.generator = values_of(pair.generator);
    result.discriminator = values_of(pair.discriminator);
    return result;
}

TEST(StepTrainer, KeepsEveryBitHoweverTheStepsAreSubmitted) {
    StepFitOptions fit{.epochs = 3, .batch = 16, .steps_per_submit = 1, .submit_ms = 0};
    const Trained first = trained(fit);
    ASSERT_EQ(first.epochs.size(), 3u);
    EXPECT_EQ(first.epochs[2].epoch, 3u);
    EXPECT_EQ(first.epochs[2].steps, 4u);
    EXPECT_LT(first.epochs[2].value("discriminator"), first.epochs[0].value("discriminator"));
    for (const auto& [steps, milliseconds] : {std::pair{32u, 0.0}, std::pair{3u, 0.0}, std::pair{32u, 0.05}}) {
        fit.steps_per_submit = steps;
        fit.submit_ms = milliseconds;
        const Trained again = trained(fit);
        EXPECT_TRUE(again.generator == first.generator && again.discriminator == first.discriminator) << steps << " steps, " << milliseconds << " ms";
        EXPECT_EQ(again.epochs[2].values, first.epochs[2].values);
    }
    EXPECT_FALSE(trained(fit, 5).generator == first.generator) << "another seed, other noise";
}

TEST(StepTrainer, DoesWhatTheTrainerDoes) {
    const data::Dataset data = derived_dataset(50, small_image);
    const auto make = [] {
        Network net = tests::small_network();
        net.build({.image_shape = small_image, .classes = std::vector<std::string>(10)}, 3);
        return net;
    };
    const Network expected = make(), net = make();
    Trainer trainer(shared_device(), expected, {.optimizer = Adam{.learning_rate = 1e-2f}, .seed = 9});
    const History history = trainer.fit(data, {.epochs = 3, .batch = 16});
    StepTrainer own(
        shared_device(),
        [&](StepBuilder& step) {
            step.minimize("loss", softmax_cross_entropy(net.apply(step.images(), true), step.labels(), step.state()), net.parameters());
        },
        {.optimizer = Adam{.learning_rate = 1e-2f}, .seed = 9});
    const std::vector<StepEpoch> epochs = own.fit(data, {.epochs = 3, .batch = 16});
    EXPECT_TRUE(values_of(net) == values_of(expected)) << "bit by bit";
    // The Trainer's mean is over samples, of which the last step has 2.
    EXPECT_NEAR(epochs[2].value("loss"), history.epochs[2].loss, 0.3 * history.epochs[2].loss);
}

ParameterPtr number(const std::string& name, float value) { return std::make_shared<Parameter>(name, Shape{1}, std::vector<float>{value}); }
Tensor squared_distance(Tensor x, float target) { return reduce_sum(square(shift(x, -target))); }

TEST(StepTrainer, UpdatesInTheOrderOfTheCallsAndOnlyWhatIsNamed) {
    const ParameterPtr a = number("a", 1.5f), b = number("b", -0.5f), c = number("c", 2.0f);
    const auto build = [&](StepBuilder& step) {
        const Tensor product = multiply(step.graph().parameter(a), multiply(step.graph().parameter(b), step.graph().parameter(c)));
        step.minimize("first", squared_distance(product, 1), std::vector{a});
        const Tensor again = multiply(step.graph().parameter(a), multiply(step.graph().parameter(b), step.graph().parameter(c)));
        step.minimize("second", squared_distance(again, 2), std::vector{b});
    };
    constexpr float rate = 0.05f;
    StepTrainer trainer(shared_device(), build, {.optimizer = Sgd{.learning_rate = rate}});
    const std::vector<StepEpoch> epochs = trainer.fit(derived_dataset(20, small_image), {.epochs = 2, .batch = 4});
    double x = 1.5, y = -0.5, losses[2] = {};
    for (int step = 0; step < 10; ++step) {
        if (step == 5) losses[0] = losses[1] = 0;
        losses[0] += (x * y * 2 - 1) * (x * y * 2 - 1) / 5;
        x -= rate * 2 * (x * y * 2 - 1) * y * 2;
        losses[1] += (x * y * 2 - 2) * (x * y * 2 - 2) / 5;
        y -= rate * 2 * (x * y * 2 - 2) * x * 2;
    }
    EXPECT_NEAR(a->values()[0], x, 1e-5);
    EXPECT_NEAR(b->values()[0], y, 1e-5);
    EXPECT_EQ(c->values()[0], 2.0f);
    EXPECT_NEAR(epochs[1].value("first"), losses[0], 1e-5);
    EXPECT_NEAR(epochs[1].value("second"), losses[1], 1e-5);
}

TEST(StepTrainer, SharesParametersWithAnotherOneInTurn) {
    const ParameterPtr a = number("a", 0.0f), b = number("b", 0.0f);
    const auto sum = [&](StepBuilder& step) { return add(step.graph().parameter(a), step.graph().parameter(b)); };
    StepTrainer first(shared_device(), [&](StepBuilder& step) { step.minimize("loss", squared_distance(sum(step), 1), std::vector{a}); },
                      {.optimizer = Sgd{.learning_rate = 0.5f}});
    StepTrainer second(shared_device(), [&](StepBuilder& step) { step.minimize("loss", squared_distance(sum(step), 5), std::vector{b}); },
                       {.optimizer = Sgd{.learning_rate = 0.5f}});
    const data::Dataset data = derived_dataset(4, small_image);
    // With this rate one step is exact.
    first.fit(data, {.batch = 4});
    EXPECT_EQ(a->values()[0], 1.0f);
    second.fit(data, {.batch = 4});
    EXPECT_EQ(b->values()[0], 4.0f);
    first.fit(data, {.batch = 4});
    EXPECT_EQ(a->values()[0], -3.0f);
    EXPECT_EQ(b->values()[0], 4.0f);
}

TEST(StepTrainer, TakesOtherBatchesAndGoesOn) {
    Pair pair;
    StepTrainer trainer(shared_device(), std::ref(pair));
    EXPECT_FALSE(trainer.store());
    trainer.fit(derived_dataset(30, small_image), {.batch = 8});
    const auto store = trainer.store();
    const std::vector<StepEpoch> more = trainer.fit(derived_dataset(20, small_image), {.batch = 5});
    EXPECT_EQ(trainer.store(), store);
    EXPECT_EQ(more[0].epoch, 2u);
    EXPECT_EQ(more[0].steps, 4u);
    // What looks at the networks takes their place on the device.
    Graph graph;
    const Tensor image = pair.generator.apply(random_normal({3, 6}, graph.step_state(), 1000));
    Plan plan = compile(shared_device(), graph, {image}, store);
    plan.set_random(1, 0);
    plan.run();
    EXPECT_EQ(plan.read(image).size(), 3u * 64);
}

TEST(StepTrainer, StopsWhereAsked) {
    Pair pair;
    StepTrainer trainer(shared_device(), std::ref(pair));
    const std::vector<StepEpoch> epochs =
        trainer.fit(derived_dataset(64, small_image), {.epochs = 9, .batch = 4, .steps_per_submit = 1, .should_stop = [] { return true; }});
    ASSERT_EQ(epochs.size(), 1u);
    EXPECT_LT(epochs[0].steps, 16u);
}

/// The message of the Error that fit throws.
std::string failure(const StepTrainer::Build& build, StepTrainerOptions options = {}, ErrorCode code = ErrorCode::invalid_argument) {
    try {
        StepTrainer(shared_device(), build, options).fit(derived_dataset(16, small_image), {.batch = 4});
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), code) << error.what();
        return error.what();
    }
    return "no error";
}

TEST(StepTrainer, SaysWhatIsWrong) {
    const ParameterPtr a = number("a", 1.0f), frozen = std::make_shared<Parameter>("frozen", Shape{1}, std::vector<float>{1.0f}, false);
    const auto loss = [](StepBuilder& step, const ParameterPtr& parameter) { return reduce_sum(square(step.graph().parameter(parameter))); };
    const auto has = [](const std::string& text, const std::string& part) { return text.find(part) != std::string::npos ? testing::AssertionSuccess() : testing::AssertionFailure() << text; };
    EXPECT_TRUE(has(failure([](StepBuilder&) {}), "nothing is minimized"));
    EXPECT_TRUE(has(failure([&](StepBuilder& step) { step.minimize("x", loss(step, frozen), std::vector{frozen}); }), "none of the parameters given is trainable"));
    EXPECT_TRUE(has(failure([&](StepBuilder& step) { step.minimize("x", step.images(), std::vector{a}); }), "'x' must be one number"));
    EXPECT_TRUE(has(failure([&](StepBuilder& step) {
                        step.report("x", loss(step, a));
                        step.minimize("x", loss(step, a), std::vector{a});
                    }),
                    "two values called 'x'"));
    const auto two = [&](StepBuilder& step) {
        step.minimize("x", loss(step, a), std::vector{a});
        step.minimize("y", loss(step, a), std::vector{a});
    };
    EXPECT_TRUE(has(failure(two, {.update = {.accumulate = 2}}), "accumulated where there is one loss, this step has 2"));
}

TEST(StepTrainer, PutsTheParametersBackWhenALossIsNotFinite) {
    const ParameterPtr a = number("a", 2.0f), b = number("b", 1.0f);
    const auto build = [&](StepBuilder& step) {
        step.minimize("good", squared_distance(step.graph().parameter(b), 3), std::vector{b});
        // Finite once; its update then takes it far out.
        step.minimize("bad", negate(reduce_sum(exp(square(square(step.graph().parameter(a)))))), std::vector{a});
    };
    const std::string message = failure(build, {.optimizer = Sgd{.learning_rate = 1e-3f}}, ErrorCode::non_finite);
    EXPECT_EQ(message.find("[step trainer] a loss or an update became NaN or infinite"), 0u) << message;
    EXPECT_EQ(a->values()[0], 2.0f);
    EXPECT_EQ(b->values()[0], 1.0f);
}

}  // namespace
}  // namespace hekla
