// What a network sees: gradients against finite differences, Grad-CAM and occlusion against their formulas.

#include <gmock/gmock.h>
#include <hekla/explain.h>
#include <hekla/nn.h>

#include <cmath>

#include "support/compare.h"
#include "support/expect_error.h"
#include "support/interpreter.h"
#include "support/shared_device.h"
#include "support/small_training.h"

namespace hekla {
namespace {

using tests::error_of;
using tests::shared_device;
using tests::Values;

const Shape image_shape{9, 8, 2};

/// Smooth, so that differences are derivatives; with running averages that a training could have left, and dropout, which must
/// be off.
Network smooth_chain(bool with_softmax = false) {
    std::vector<Layer> layers = {Conv2d{.filters = 5}, BatchNorm{}, Tanh{}, AveragePool2d{2}, Conv2d{.filters = 4, .kernel = 2}, BatchNorm{}, Silu{},
                                 Dropout{0.5f}, Flatten{}, Dense{6}};
    if (with_softmax) layers.emplace_back(Softmax{});
    Network net = Sequential(layers);
    net.build({.image_shape = image_shape, .scale = 2.0f / 255, .shift = -1, .classes = {}}, 3);
    for (const char* layer : {"batch_norm_1", "batch_norm_2"})
        for (const char* name : {".running_mean", ".running_variance"}) {
            const ParameterPtr parameter = net.parameter(std::string(layer) + name);
            std::vector<float> values = parameter->values();
            for (std::size_t i = 0; i < values.size(); ++i) values[i] = 0.2f + 0.1f * static_cast<float>(i);
            parameter->set_values(values);
        }
    return net;
}

/// Paths that meet.
Network smooth_graph() {
    Network net;
    const auto image = net.input("image");
    const auto stem = net.add(Tanh{}, net.add(Conv2d{.filters = 4, .padding = Padding::same()}, image, {.name = "stem"}));
    const auto path = net.add(Sigmoid{}, net.add(Conv2d{.filters = 4, .padding = Padding::same()}, stem, {.name = "path"}), {.name = "bent"});
    const auto sum = net.add(Add{}, {stem, path}, {.name = "sum"});
    net.output(net.add(Dense{6}, net.add(GlobalAveragePool2d{}, sum)));
    net.build({.image_shape = image_shape, .scale = 1.0f / 255, .shift = 0.25f, .classes = {}}, 8);
    return net;
}

std::vector<std::uint8_t> sample_image(std::uint32_t index = 0) { return tests::derived_image(index, 144); }

/// The input and its logits (the value that `logits` names) in a graph of their own, for the interpreter.
struct Reference {
    Graph graph;
    Tensor x, logits, maps;
    Values input;

    Reference(const Network& net, const std::string& logits_name, const std::string& layer) {
        x = graph.input("x", {Shape{1, 9, 8, 2}, DType::f32});
        const std::vector<Tensor> values = net.with_outputs({logits_name, layer}).apply(std::vector<Tensor>{x});
        logits = values[0];
        maps = values[1];
        for (std::uint8_t byte : sample_image()) input.push_back(double(byte) * double{net.input().scale} + double{net.input().shift});
    }
    double score(const Values& at, std::uint32_t index) const { return tests::interpret(graph, {{x.id(), at}}, std::vector<Tensor>{logits})[0][index]; }
    Values slope(std::uint32_t index) const {
        constexpr double step = 1e-4;
        Values result, at = input;
        for (double& value : at) {
            const double middle = value;
            value = middle + step;
            const double up = score(at, index);
            value = middle - step;
            result.push_back((up - score(at, index)) / (2 * step));
            value = middle;
        }
        return result;
    }
};

Values doubles(const std::vector<float>& values) { return {values.begin(), values.end()}; }

void expect_gradient_and_cam(const Network& net, const std::string& logits, const std::string& layer, std::uint32_t index = 4) {
    Reference reference(net, logits, layer);
    Explainer explainer(shared_device(), net);
    const Explanation found = explainer.explain(sample_image(), index);
    EXPECT_EQ(found.class_index, index);
    EXPECT_NEAR(double{found.score}, reference.score(reference.input, index), 1e-5);
    const Values slope = reference.slope(index);
    EXPECT_TRUE(tests::close(doubles(found.input_gradient), slope, 1e-5));
    Values saliency(72);
    for (std::size_t i = 0; i < slope.size(); ++i) saliency[i / 2] = std::fmax(saliency[i / 2], std::fabs(slope[i]));
    EXPECT_TRUE(tests::close(doubles(found.saliency.values), saliency, 1e-5));

    // The formula of Grad-CAM in plain loops, from double-precision maps and gradients.
    EXPECT_EQ(found.maps.layer, layer);
    Values seed(6);
    seed[index] = 1;
    const Tensor chosen = reference.graph.input("class", reference.logits.desc());
    const std::vector<Tensor> wrt = {reference.maps};
    const Tensor gradient = gradients(reduce_sum(multiply(reference.logits, chosen)), wrt)[0];
    const std::vector<Values> values =
        tests::interpret(reference.graph, {{reference.x.id(), reference.input}, {chosen.id(), seed}}, std::vector<Tensor>{reference.maps, gradient});
    EXPECT_TRUE(tests::close(doubles(found.maps.values), values[0], 1e-5));
    const std::size_t channels = reference.maps.shape()[3], pixels = values[0].size() / channels;
    Values cam(pixels);
    for (std::size_t k = 0; k < channels; ++k) {
        double importance = 0;
        for (std::size_t i = 0; i < pixels; ++i) importance += values[1][i * channels + k] / static_cast<double>(pixels);
        for (std::size_t i = 0; i < pixels; ++i) cam[i] += importance * values[0][i * channels + k];
    }
    for (double& value : cam) value = std::fmax(value, 0.0);
    EXPECT_EQ(found.grad_cam.height, reference.maps.shape()[1]);
    EXPECT_EQ(found.grad_cam.width, reference.maps.shape()[2]);
    EXPECT_TRUE(tests::close(doubles(found.grad_cam.values), cam, 1e-5));
    EXPECT_GT(*std::max_element(cam.begin(), cam.end()), 0);
}

TEST(Explain, GradientsAndGradCamOfAChain) { expect_gradient_and_cam(smooth_chain(), "dense_1", "silu_1"); }
TEST(Explain, ScoresAreThoseBeforeASoftmax) { expect_gradient_and_cam(smooth_chain(true), "dense_1", "silu_1"); }
TEST(Explain, GradientsAndGradCamOfAGraph) { expect_gradient_and_cam(smooth_graph(), "dense_1", "bent", 2); }

TEST(Explain, TakesTheMostProbableClassAndTheNewestParameters) {
    const Network net = smooth_chain();
    Explainer explainer(shared_device(), net);
    const Explanation first = explainer.explain(sample_image());
    const auto best = std::max_element(first.probabilities.begin(), first.probabilities.end()) - first.probabilities.begin();
    EXPECT_EQ(first.class_index, static_cast<std::uint32_t>(best));
    EXPECT_EQ(first.input_gradient, explainer.explain(sample_image(), first.class_index).input_gradient);
    EXPECT_NE(first.input_gradient, explainer.explain(sample_image(), (first.class_index + 1) % 6).input_gradient);
    net.parameter("dense_1.bias")->set_values({0, 0, 0, 0, 0, 50});
    EXPECT_EQ(explainer.explain(sample_image()).class_index, 5u);
}

TEST(Explain, OcclusionIsTheMeanFallOfTheProbability) {
    const Network net = smooth_graph();
    Explainer explainer(shared_device(), net);
    const OcclusionOptions options{.size = 3, .stride = 2, .fill = 200};
    const PixelMap map = explainer.occlusion(sample_image(), 2, options);
    // Every covered picture by hand, through the Trainer.
    data::Dataset covered;
    covered.image_shape = image_shape;
    covered.images = sample_image();
    std::vector<std::pair<int, int>> squares;
    for (int top : {0, 2, 4, 6})
        for (int left : {0, 2, 4, 5}) {
            squares.emplace_back(top, left);
            std::vector<std::uint8_t> image = sample_image();
            for (int y = top; y < top + 3; ++y)
                for (int x = left; x < left + 3; ++x)
                    for (int c = 0; c < 2; ++c) image[static_cast<std::size_t>((y * 8 + x) * 2 + c)] = 200;
            covered.images.insert(covered.images.end(), image.begin(), image.end());
        }
    covered.labels.assign(squares.size() + 1, 0);
    covered.classes.assign(6, "class");
    Trainer trainer(shared_device(), net);
    const std::vector<float> probabilities = trainer.predict(covered);
    Values sums(72), counts(72);
    for (std::size_t i = 0; i < squares.size(); ++i)
        for (int y = squares[i].first; y < squares[i].first + 3; ++y)
            for (int x = squares[i].second; x < squares[i].second + 3; ++x) {
                sums[static_cast<std::size_t>(y * 8 + x)] += double{probabilities[2]} - double{probabilities[(i + 1) * 6 + 2]};
                counts[static_cast<std::size_t>(y * 8 + x)] += 1;
            }
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] /= counts[i];
    ASSERT_EQ(map.height * map.width, 72u);
    for (std::size_t i = 0; i < sums.size(); ++i) EXPECT_NEAR(double{map.values[i]}, sums[i], 1e-6) << i;
    EXPECT_GT(*std::max_element(sums.begin(), sums.end()) - *std::min_element(sums.begin(), sums.end()), 1e-4);
}

TEST(Explain, FindsTheLayersThatCanBeShown) {
    const Network chain = smooth_chain();
    EXPECT_EQ(last_convolution(chain), "silu_1");
    EXPECT_EQ(last_convolution(smooth_graph()), "bent") << "it ends where paths meet";
    EXPECT_THAT(feature_layers(smooth_graph()), testing::ElementsAre("stem", "tanh_1", "path", "bent", "sum"));
    const Filters filters = first_filters(chain);
    EXPECT_EQ(filters.layer, "conv2d_1");
    EXPECT_THAT((std::vector{filters.height, filters.width, filters.channels, filters.count}), testing::ElementsAre(3u, 3u, 2u, 5u));
    EXPECT_EQ(filters.values, chain.parameter("conv2d_1.weight")->values());

    Network dense = Sequential{Flatten{}, Dense{7}, Relu{}, Dense{6}};
    dense.build({.image_shape = image_shape, .classes = {}});
    const Filters units = first_filters(dense);
    EXPECT_THAT((std::vector{units.height, units.width, units.channels, units.count}), testing::ElementsAre(9u, 8u, 2u, 7u));
    Explainer explainer(shared_device(), dense);  // no convolution: a gradient, no maps
    const Explanation found = explainer.explain(sample_image());
    EXPECT_EQ(found.saliency.values.size(), 72u);
    EXPECT_TRUE(found.grad_cam.values.empty() && found.maps.values.empty());
}

/// Where a map's pixel lies is where the pixels are that change it: the middle of those with a gradient.
TEST(Explain, MapsLieWhereTheyLookAtTheImage) {
    const auto expect_place = [](Network net, const std::string& layer, std::uint32_t row, std::uint32_t column) {
        net.build({.image_shape = {20, 23, 1}, .scale = 1, .classes = {}}, 4);
        Explainer explainer(shared_device(), net, layer);
        const MapPlace place = explainer.explain(tests::derived_image(0, 460)).place;
        Graph graph;
        const Tensor x = graph.input("x", {Shape{1, 20, 23, 1}, DType::f32});
        const Tensor maps = net.with_outputs({layer}).apply(std::vector<Tensor>{x})[0];
        const Tensor chosen = graph.input("chosen", maps.desc());
        const std::vector<Tensor> wrt = {x};
        const Tensor slope = gradients(reduce_sum(multiply(maps, chosen)), wrt)[0];
        Values seed(maps.desc().elements());
        for (std::uint64_t c = 0; c < maps.shape()[3]; ++c) seed[(row * maps.shape()[2] + column) * maps.shape()[3] + c] = 1;
        const Values found = tests::interpret(graph, {{x.id(), Values(460, 0.5)}, {chosen.id(), seed}}, std::vector<Tensor>{slope})[0];
        int top = 99, bottom = -1, left = 99, right = -1;
        for (int i = 0; i < 460; ++i)
            if (found[static_cast<std::size_t>(i)] != 0) {
                top = std::min(top, i / 23), bottom = std::max(bottom, i / 23);
                left = std::min(left, i % 23), right = std::max(right, i % 23);
            }
        EXPECT_FLOAT_EQ(place.top + static_cast<float>(row) * place.row_step, static_cast<float>(top + bottom) / 2) << layer;
        EXPECT_FLOAT_EQ(place.left + static_cast<float>(column) * place.column_step, static_cast<float>(left + right) / 2) << layer;
    };
    const Dense end{3};
    expect_place(Sequential{Conv2d{.filters = 2}, Tanh{}, AveragePool2d{2}, Conv2d{.filters = 2}, Flatten{}, end}, "conv2d_2", 3, 4);
    expect_place(Sequential{Conv2d{.filters = 2, .kernel = 5, .stride = 2, .padding = Padding::same()}, Conv2d{.filters = 2, .padding = Padding::pixels(1, 0, 2, 1), .dilation = 2}, Flatten{}, end},
                 "conv2d_2", 4, 3);
    expect_place(Sequential{Conv2d{.filters = 2, .stride = 2}, Conv2dTranspose{.filters = 2, .kernel = 2, .stride = 2}, Flatten{}, end}, "conv2d_1", 4, 5);

    const PixelMap map{2, 2, {0, 1, 2, 3}};
    const PixelMap spread = over_image(map, {.top = 1, .left = 0.5f, .row_step = 2, .column_step = 1}, 5, 3);
    EXPECT_THAT(spread.values, testing::ElementsAre(0, 0.5f, 1, 0, 0.5f, 1, 1, 1.5f, 2, 2, 2.5f, 3, 2, 2.5f, 3));
}

TEST(Explain, WrongRequestsAreNamed) {
    const auto message = [](const auto& call) { return error_of(ErrorCode::invalid_argument, call); };
    const Network net = smooth_graph();
    EXPECT_THAT(message([&] { Explainer(shared_device(), net, "dense_1"); }), testing::HasSubstr("there are: stem, tanh_1, path, bent, sum"));
    Explainer explainer(shared_device(), net, "stem");
    EXPECT_EQ(explainer.explain(sample_image()).maps.layer, "stem");
    EXPECT_THAT(message([&] { explainer.explain(sample_image(), 6u); }), testing::HasSubstr("there is no class 6: the network has 6"));
    EXPECT_THAT(message([&] { explainer.explain(tests::derived_image(0, 100)); }), testing::HasSubstr("100 bytes"));
    EXPECT_THAT(message([&] { explainer.occlusion(sample_image(), 0, {.size = 9}); }), testing::HasSubstr("square of 9 pixels"));
    EXPECT_THAT(message([&] { net.with_outputs({"stem", "nowhere"}); }), testing::HasSubstr("no layer or input called 'nowhere'; there are: image, stem"));
    EXPECT_THAT(message([&] { Explainer(shared_device(), Sequential{Dense{3}}); }), testing::HasSubstr("not built"));
}

}  // namespace
}  // namespace hekla
