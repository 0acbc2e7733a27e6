// The random numbers and what is derived from them agree in three languages: C++, GLSL, Python.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "reference/reference.h"
#include "support/derived.h"
#include "support/golden.h"

namespace hekla::tests {
namespace {

namespace glsl {
using uint = std::uint32_t;
#include "../../shaders/random.glsl"
}  // namespace glsl

TEST(Random, ShaderAndReferenceComputeTheSameBits) {
    for (std::uint32_t i = 0; i < 10000; ++i) {
        const std::uint32_t seed = i * 2654435761u, counter = i, stream = i % 17;
        ASSERT_EQ(glsl::random_word(seed, counter, stream, ~i),
                  reference::random_word(seed, counter, stream, ~i));
        ASSERT_EQ(static_cast<double>(glsl::random_unit(seed, counter, stream, i)),
                  reference::random_unit(seed, counter, stream, i));
    }
}

TEST(Random, UnitsAreUniform) {
    constexpr std::uint32_t count = 100000;
    double sum = 0, squares = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
        const double unit = reference::random_unit(3, 5, 7, i);
        ASSERT_TRUE(unit >= 0 && unit < 1);
        sum += unit;
        squares += unit * unit;
    }
    EXPECT_NEAR(sum / count, 0.5, 0.004);
    EXPECT_NEAR(squares / count, 1.0 / 3, 0.004);
}

TEST(Random, EveryArgumentMatters) {
    std::set<std::uint32_t> words;
    for (std::uint32_t seed = 0; seed < 8; ++seed)
        for (std::uint32_t counter = 0; counter < 8; ++counter)
            for (std::uint32_t stream = 0; stream < 8; ++stream)
                for (std::uint32_t index = 0; index < 8; ++index)
                    words.insert(reference::random_word(seed, counter, stream, index));
    EXPECT_EQ(words.size(), 8u * 8 * 8 * 8);
}

TEST(Derived, WordsAgreeWithTheStoredOnes) {
    const auto words = load_golden_json("losses.json").at("probe").at("words");
    EXPECT_EQ(reference::random_word(0, 0, 0, 0), words.at(0));
    EXPECT_EQ(reference::random_word(1, 2, 3, 4), words.at(1));
    EXPECT_EQ(reference::random_word(0xFFFFFFFFu, 5, 0xFFFFFFF9u, 12345), words.at(2));
}

TEST(Derived, WeightsAgreeWithTheStoredOnes) {
    const auto weights = load_golden_json("losses.json").at("probe").at("weights");
    for (const GoldenTraining& training : load_golden_trainings()) {
        const auto& probe = weights.at(training.network);
        ASSERT_EQ(probe.size(), training.parameters.size());
        for (std::uint32_t p = 0; p < probe.size(); ++p)
            EXPECT_EQ(derived_parameter(p, 4, training.parameters[p].limit),
                      probe[p].get<std::vector<double>>())
                << training.network << " parameter " << p;
    }
}

TEST(Derived, ImagesAndLabelsAgreeWithTheStoredOnes) {
    const auto probe = load_golden_json("losses.json").at("probe");
    for (const auto& image : probe.at("images")) {
        const auto bytes = image.at("bytes").get<std::vector<std::uint8_t>>();
        EXPECT_EQ(derived_image(image.at("sample"), bytes.size()), bytes);
    }
    EXPECT_EQ(derived_labels(0, 32), probe.at("labels").get<std::vector<std::uint32_t>>());
    const auto both = derived_images(5, 2, 11), second = derived_image(6, 11);
    EXPECT_TRUE(std::equal(second.begin(), second.end(), both.begin() + 11, both.end()));
}

TEST(Derived, NetworksHaveTheKnownParameterCounts) {
    std::map<std::string, std::uint64_t> counts;
    for (const GoldenTraining& training : load_golden_trainings()) {
        for (const auto& parameter : training.parameters)
            counts[training.network] += parameter.shape.elements();
        EXPECT_EQ(counts[training.network], training.parameter_count);
        EXPECT_EQ(training.losses.size(), 50u);
        EXPECT_EQ(training.float32_losses.size(), 50u);
    }
    const std::map<std::string, std::uint64_t> known{{"keras-mnist", 54410},
                                                     {"keras-mnist-dropout", 108618},
                                                     {"lenet-cifar10", 62006},
                                                     {"keras-cifar10", 167562}};
    EXPECT_EQ(counts, known);
}

}  // namespace
}  // namespace hekla::tests
