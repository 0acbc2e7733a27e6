// The networks that `hekla bench` knows by their convolutions: sizes and sums as published.

#include <gtest/gtest.h>
#include <hekla/error.h>

#include "bench/convolution_networks.h"
#include "bench/networks.h"

namespace hekla::tests {
namespace {

using bench::CountedConvolution;

struct Totals {
    std::uint32_t layers = 0;
    std::uint64_t multiply_adds = 0, weights = 0;
};

Totals totals_of(const std::string& network) {
    Totals totals;
    for (const CountedConvolution& item : bench::convolutions_of(network)) {
        totals.layers += item.count;
        totals.multiply_adds += item.count * item.geometry.multiply_adds();
        totals.weights += item.count * item.geometry.weight_elements();
    }
    return totals;
}

TEST(ConvolutionNetworks, SqueezeNetHasItsLayersAndWeights) {
    const Totals totals = totals_of("squeezenet");
    EXPECT_EQ(totals.layers, 26u);
    EXPECT_EQ(totals.weights, 1235496u - 3944u) << "all parameters less the biases";
    EXPECT_NEAR(static_cast<double>(totals.multiply_adds), 0.387e9, 0.01e9);
}

TEST(ConvolutionNetworks, ResNet18HasItsLayersAndWeights) {
    const Totals totals = totals_of("resnet18");
    EXPECT_EQ(totals.layers, 20u);
    EXPECT_EQ(totals.weights, 11689512u - 513000u - 9600u) << "all parameters less the dense layer and batch normalisation";
    EXPECT_NEAR(static_cast<double>(totals.multiply_adds), 1.814e9, 0.001e9);
}

TEST(ConvolutionNetworks, EachShapeOnce) {
    const auto list = bench::convolutions_of("resnet18");
    EXPECT_EQ(list.size(), 11u);
    EXPECT_EQ(list[1].count, 4u) << "3x3, 64 to 64";
    EXPECT_EQ(list.back().geometry.out_h, 7u);
}

TEST(ConvolutionNetworks, UnknownNameIsAnError) {
    EXPECT_FALSE(bench::is_convolution_network("keras-mnist"));
    EXPECT_THROW(bench::convolutions_of("keras-mnist"), Error);
}

TEST(NetworkCases, ABatchReplacesTheirOwn) {
    const auto two = bench::network_cases("keras-mnist"), one = bench::network_cases("keras-mnist", 7);
    ASSERT_EQ(two.size(), 2u);
    ASSERT_EQ(one.size(), 1u);
    EXPECT_EQ(one[0].name("train"), "train/keras-mnist/7");
    EXPECT_EQ(bench::network_cases("", 7).size(), 5u);
    EXPECT_THROW(bench::network_cases("keras-mnits"), Error);
}

}  // namespace
}  // namespace hekla::tests
