// The losses of the first steps of four recipes against float64 values of the same training.

#include <gtest/gtest.h>
#include <hekla/error.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>

#include "support/golden.h"
#include "support/shared_device.h"
#include "support/small_training.h"

namespace hekla {
namespace {

const tests::GoldenTraining& golden(const std::string& network) {
    static const std::vector<tests::GoldenTraining> all = tests::load_golden_trainings();
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& training) { return training.network == network; });
    if (found == all.end()) throw Error(ErrorCode::not_found, "no golden training of " + network);
    return *found;
}

/// The recipe's network without dropout, with the golden training's parameters.
Sequential golden_network(const Recipe& recipe, const tests::GoldenTraining& training) {
    std::vector<Layer> layers;
    for (const Layer& layer : recipe.network.layers())
        if (!std::holds_alternative<Dropout>(layer)) layers.push_back(layer);
    Sequential network(layers);
    network.build({training.image, recipe.trainer.scale, recipe.trainer.shift, {}});
    EXPECT_EQ(network.parameter_count(), training.parameter_count);
    EXPECT_EQ(network.parameters().size(), training.parameters.size());
    for (std::uint32_t i = 0; i < training.parameters.size(); ++i) {
        EXPECT_EQ(network.parameters()[i]->shape(), training.parameters[i].shape);
        const auto values = tests::derived_parameter(i, training.parameters[i].shape.elements(), training.parameters[i].limit);
        network.parameters()[i]->set_values(std::vector<float>(values.begin(), values.end()));
    }
    return network;
}

std::vector<double> losses(const std::string& name, std::uint32_t steps, bool one_hot = false) {
    const tests::GoldenTraining& training = golden(name);
    const Recipe chosen = recipe(name);
    Sequential network = golden_network(chosen, training);
    TrainerOptions options = chosen.trainer;
    options.loss = CrossEntropy{one_hot};
    Trainer trainer(tests::shared_device(), network, options);
    std::vector<double> losses;
    FitOptions fit{.epochs = 1, .batch = training.batch, .shuffle = false};
    fit.on_step = [&](const StepResult& step) {
        EXPECT_EQ(step.step, losses.size());
        EXPECT_EQ(step.samples, training.batch);
        losses.push_back(step.loss);
    };
    trainer.fit(tests::derived_dataset(steps * training.batch, training.image), fit);
    EXPECT_EQ(losses.size(), steps);
    return losses;
}

void expect_golden(const std::string& name, std::uint32_t steps, std::uint32_t first_steps, double tolerance, double later_tolerance) {
    const std::vector<double>& expected = golden(name).losses;
    ASSERT_EQ(expected.size(), 50u);
    const std::vector<double> actual = losses(name, steps);
    double worst = 0;
    for (std::uint32_t i = 0; i < actual.size(); ++i) {
        const double off = std::fabs(actual[i] - expected[i]) / expected[i];
        if (i < first_steps) worst = std::max(worst, off);
        EXPECT_LE(off, i < first_steps ? tolerance : later_tolerance) << name << ", step " << i << ": " << actual[i] << ", not " << expected[i];
    }
    std::cout << name << ": the worst of the first " << std::min(first_steps, steps) << " losses is off by " << worst << '\n';
}

/// SwiftShader computes about 1 GFLOP/s: 50 steps of the large network would take minutes there.
std::uint32_t affordable_steps(std::uint32_t on_swiftshader) {
    const bool slow = tests::shared_device().info().name.find("SwiftShader") != std::string::npos;
    if (!slow || std::getenv("HEKLA_TEST_LONG") != nullptr) return 50;
    std::cout << "note: " << on_swiftshader << " steps instead of 50 on SwiftShader; HEKLA_TEST_LONG=1 runs all\n";
    return on_swiftshader;
}

TEST(GoldenLosses, KerasMnist) { expect_golden("keras-mnist", 50, 50, 1e-4, 0); }
TEST(GoldenLosses, KerasMnistDropout) { expect_golden("keras-mnist-dropout", 50, 50, 1e-4, 0); }
TEST(GoldenLosses, LenetCifar10) { expect_golden("lenet-cifar10", 50, 50, 1e-3, 0); }
// float32 itself strays this far from float64 here (float32_losses in the golden file).
TEST(GoldenLosses, KerasCifar10) { expect_golden("keras-cifar10", affordable_steps(2), 20, 1e-3, 3e-2); }

TEST(GoldenLosses, OneHotRowsGiveTheSame) {
    const std::vector<double> integer = losses("lenet-cifar10", 20), one_hot = losses("lenet-cifar10", 20, true);
    for (std::size_t i = 0; i < integer.size(); ++i) EXPECT_NEAR(one_hot[i], integer[i], 1e-6 * integer[i]) << "step " << i;
}

}  // namespace
}  // namespace hekla
