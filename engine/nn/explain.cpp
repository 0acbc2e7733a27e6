// Gradients, maps and occlusion of single images.

#include <algorithm>
#include <cmath>

#include <hekla/error.h>
#include <hekla/explain.h>
#include <hekla/ops.h>
#include <hekla/plan.h>

#include "nn/logits.h"
#include "nn/map_place.h"
#include "plan/store_state.h"

namespace hekla {
namespace {

constexpr std::uint32_t occlusion_batch = 32;

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorCode::invalid_argument, "[explain] " + what); }

std::uint32_t u32(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

Shape batch_of(std::uint64_t count, const Shape& image) { return {count, image[0], image[1], image[2]}; }

/// The layer that is to be looked at; throws Error listing those that could be.
std::string checked_layer(const Network& network, const std::string& layer) {
    if (layer.empty()) return last_convolution(network);
    const std::vector<std::string> names = feature_layers(network);
    if (std::find(names.begin(), names.end(), layer) != names.end()) return layer;
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    if (list.empty()) fail("no layer of this network gives feature maps, '" + layer + "' neither");
    fail("'" + layer + "' is no layer that gives feature maps; there are: " + list);
}

void check_network(const Network& network) {
    if (network.input_names().size() != 1 || network.input().image_shape.rank() != 3)
        fail("it takes networks with one input height x width x channels; this one has " + std::to_string(network.input_names().size()) +
             " inputs, the first of " + to_string(network.input().image_shape));
    if (network.output_shapes()[0].rank() != 1) fail("the network must end in one row of scores, its output is " + to_string(network.output_shapes()[0]));
}

}  // namespace

struct Explainer::State {
    State(const Device& on, const Network& net, const std::string& wanted) : device(on), network(net), layer(checked_layer(net, wanted)) {}

    const Shape& image() const { return network.input().image_shape; }
    std::vector<float> scaled(std::span<const std::uint8_t> bytes) const {
        std::vector<float> values;
        values.reserve(bytes.size());
        for (std::uint8_t byte : bytes) values.push_back(static_cast<float>(byte) * network.input().scale + network.input().shift);
        return values;
    }
    void check_image(std::span<const std::uint8_t> bytes) const {
        if (bytes.size() != image().elements())
            fail("the image has " + std::to_string(bytes.size()) + " bytes, the network takes " + to_string(image()));
    }
    void check_class(std::uint32_t index) const {
        const std::uint64_t classes = network.output_shapes()[0].elements();
        if (index >= classes) fail("there is no class " + std::to_string(index) + ": the network has " + std::to_string(classes) + ", from 0 on");
    }
    void compile_gradients();
    void compile_occlusion();
    std::vector<float> one_hot(std::uint32_t index) const {
        std::vector<float> row(network.output_shapes()[0].elements(), 0.0f);
        row[index] = 1;
        return row;
    }

    Device device;
    Network network;
    std::string layer;  // empty: none has feature maps of a convolution
    std::shared_ptr<ParameterStore> store;

    /// A graph goes before the plan that was made of it.
    struct Gradients {
        Graph graph;
        Tensor x, chosen, logits, probabilities, input_gradient, maps, grad_cam;
        std::unique_ptr<Plan> plan;
    };
    struct Occluded {
        Graph graph;
        Tensor x, probabilities;
        std::unique_ptr<Plan> plan;
    };
    std::unique_ptr<Gradients> gradients;
    std::unique_ptr<Occluded> occluded;
};

void Explainer::State::compile_gradients() {
    gradients = std::make_unique<Gradients>();
    Gradients& g = *gradients;
    g.x = g.graph.input("image", {batch_of(1, image()), DType::f32});
    std::vector<std::string> wanted = {nn::logits_value(network)};
    if (!layer.empty() && layer != wanted[0]) wanted.push_back(layer);
    const std::vector<Tensor> values = network.with_outputs(wanted).apply(std::vector<Tensor>{g.x});
    g.logits = values[0];
    g.graph.begin_layer("score");
    g.probabilities = softmax(g.logits);
    g.chosen = g.graph.input("class", {g.logits.shape(), DType::f32});
    const Tensor score = reduce_sum(multiply(g.logits, g.chosen));
    std::vector<Tensor> outputs = {g.logits, g.probabilities};
    std::vector<Tensor> wrt = {g.x};
    if (values.size() > 1) wrt.push_back(values[1]);
    const std::vector<Tensor> slopes = hekla::gradients(score, wrt);
    outputs.push_back(g.input_gradient = slopes[0]);
    if (values.size() > 1) {
        g.graph.begin_layer("grad-cam");
        g.maps = values[1];
        const Tensor importance = reduce_mean(slopes[1], {1, 2}, true);
        g.grad_cam = relu(reduce_sum(multiply(g.maps, importance), {3}));
        outputs.insert(outputs.end(), {g.maps, g.grad_cam});
    }
    g.plan = std::make_unique<Plan>(compile(device, g.graph, outputs, store));
}

void Explainer::State::compile_occlusion() {
    occluded = std::make_unique<Occluded>();
    Occluded& o = *occluded;
    o.x = o.graph.input("images", {batch_of(occlusion_batch, image()), DType::f32});
    o.probabilities = softmax(network.with_outputs({nn::logits_value(network)}).apply(std::vector<Tensor>{o.x})[0]);
    o.plan = std::make_unique<Plan>(compile(device, o.graph, {o.probabilities}, store));
}

Explainer::Explainer(const Device& device, const Network& network, const std::string& layer) {
    check_network(network);
    state_ = std::make_unique<State>(device, network, layer);
    state_->store = std::make_shared<ParameterStore>(device, network.parameters());
    state_->compile_gradients();
}
Explainer::~Explainer() = default;

Explanation Explainer::explain(std::span<const std::uint8_t> image, std::optional<std::uint32_t> class_index) {
    State& s = *state_;
    State::Gradients& g = *s.gradients;
    s.check_image(image);
    if (class_index) s.check_class(*class_index);
    s.store->state().take();  // a Trainer may have trained them since
    g.plan->set(g.x, std::span<const float>(s.scaled(image)));
    const auto run = [&](std::uint32_t index) {
        g.plan->set(g.chosen, std::span<const float>(s.one_hot(index)));
        g.plan->run();
    };
    run(class_index.value_or(0));
    Explanation result;
    result.probabilities = g.plan->read(g.probabilities);
    result.class_index = class_index.value_or(
        u32(static_cast<std::uint64_t>(std::max_element(result.probabilities.begin(), result.probabilities.end()) - result.probabilities.begin())));
    if (!class_index && result.class_index != 0) run(result.class_index);
    result.score = g.plan->read(g.logits)[result.class_index];
    result.input_gradient = g.plan->read(g.input_gradient);
    const Shape& shape = s.image();
    result.saliency = {u32(shape[0]), u32(shape[1]), std::vector<float>(shape[0] * shape[1], 0.0f)};
    for (std::size_t i = 0; i < result.input_gradient.size(); ++i) {
        float& largest = result.saliency.values[i / shape[2]];
        largest = std::max(largest, std::abs(result.input_gradient[i]));
    }
    if (g.maps) {
        const Shape& maps = g.maps.shape();
        result.maps = {s.layer, u32(maps[1]), u32(maps[2]), u32(maps[3]), g.plan->read(g.maps)};
        result.grad_cam = {u32(maps[1]), u32(maps[2]), g.plan->read(g.grad_cam)};
        result.place = nn::place_of(s.network, s.layer);
    }
    return result;
}

namespace {

/// Places of a square along one side; the last one ends at its end.
std::vector<std::uint32_t> steps_along(std::uint32_t side, std::uint32_t size, std::uint32_t stride) {
    std::vector<std::uint32_t> places;
    for (std::uint32_t at = 0; at + size < side; at += stride) places.push_back(at);
    places.push_back(side - size);
    return places;
}

struct Square {
    std::uint32_t top, left;
};

std::vector<std::uint8_t> channel_means(std::span<const std::uint8_t> image, std::uint64_t channels) {
    std::vector<std::uint8_t> means;
    for (std::uint64_t c = 0; c < channels; ++c) {
        double sum = 0;
        for (std::uint64_t i = c; i < image.size(); i += channels) sum += image[i];
        means.push_back(static_cast<std::uint8_t>(std::lround(sum * static_cast<double>(channels) / static_cast<double>(image.size()))));
    }
    return means;
}

}  // namespace

PixelMap Explainer::occlusion(std::span<const std::uint8_t> image, std::uint32_t class_index, const OcclusionOptions& options) {
    State& s = *state_;
    s.check_image(image);
    s.check_class(class_index);
    const std::uint32_t height = u32(s.image()[0]), width = u32(s.image()[1]), channels = u32(s.image()[2]);
    const std::uint32_t size = options.size ? options.size : std::max(1u, std::min(height, width) / 5);
    const std::uint32_t stride = options.stride ? options.stride : std::max(1u, (size + 1) / 3);
    if (size > height || size > width) fail("a square of " + std::to_string(size) + " pixels does not fit into an image of " + to_string(s.image()));
    if (!s.occluded) s.compile_occlusion();
    s.store->state().take();
    State::Occluded& o = *s.occluded;
    const std::vector<std::uint8_t> fill = options.fill ? std::vector<std::uint8_t>(channels, *options.fill) : channel_means(image, channels);
    std::vector<Square> squares;
    for (std::uint32_t top : steps_along(height, size, stride))
        for (std::uint32_t left : steps_along(width, size, stride)) squares.push_back({top, left});

    std::vector<double> sums(std::size_t{height} * width), counts(sums.size());
    const auto covered = [&](const Square& square, const auto& visit) {
        for (std::uint32_t y = square.top; y < square.top + size; ++y)
            for (std::uint32_t x = square.left; x < square.left + size; ++x) visit(std::size_t{y} * width + x);
    };
    // Row 0 of every batch is the image as it is.
    for (std::size_t first = 0; first < squares.size(); first += occlusion_batch - 1) {
        const std::size_t count = std::min<std::size_t>(occlusion_batch - 1, squares.size() - first);
        std::vector<std::uint8_t> bytes;
        for (std::uint32_t row = 0; row < occlusion_batch; ++row) bytes.insert(bytes.end(), image.begin(), image.end());
        for (std::size_t i = 0; i < count; ++i)
            covered(squares[first + i], [&](std::size_t pixel) {
                std::copy(fill.begin(), fill.end(), bytes.begin() + static_cast<std::ptrdiff_t>((i + 1) * image.size() + pixel * channels));
            });
        o.plan->set(o.x, std::span<const float>(s.scaled(bytes)));
        o.plan->run();
        const std::vector<float> probabilities = o.plan->read(o.probabilities);
        const std::size_t classes = probabilities.size() / occlusion_batch;
        for (std::size_t i = 0; i < count; ++i)
            covered(squares[first + i], [&](std::size_t pixel) {
                sums[pixel] += double{probabilities[class_index]} - double{probabilities[(i + 1) * classes + class_index]};
                counts[pixel] += 1;
            });
    }
    PixelMap map{height, width, {}};
    for (std::size_t i = 0; i < sums.size(); ++i) map.values.push_back(counts[i] > 0 ? static_cast<float>(sums[i] / counts[i]) : 0.0f);
    return map;
}

}  // namespace hekla
