#include "shader-report/networks.h"

#include <hekla/hekla.h>

#include "kernels/count_predictions.h"
#include "ops/op_records.h"

namespace hekla::shader_report {
namespace {

constexpr std::uint32_t classes = 10;

/// The frame of a step, as engine/nn/step_plan.cpp builds it: batch, network, loss, gradients, update, counters.
class Step {
  public:
    Step(Graph& graph, const Shape& image, std::uint32_t batch)
        : graph_(graph), batch_(batch), state_(graph.step_state()), order_(graph.input("order", {Shape{samples}, DType::u32})) {
        const Tensor images = graph.input("images", {Shape{samples, image[0], image[1], image[2]}, DType::u8});
        input_ = gather_images(std::vector{images}, order_, state_, batch, 1 / 255.0f, 0);
    }

    Tensor input() const { return input_; }

    /// Parameters start at zero: only shapes matter here.
    Tensor parameter(const Shape& shape) {
        return graph_.parameter(std::make_shared<Parameter>("p" + std::to_string(next_++), shape, std::vector<float>(shape.elements())));
    }

    void finish(Tensor logits, const Optimizer& optimizer, bool one_hot = false, const UpdateOptions& options = {}) {
        const Tensor all = graph_.input("labels", {Shape{samples}, DType::u32});
        const Tensor labels = gather_labels(all, order_, state_, batch_, classes, false);
        const Tensor rows = one_hot ? cross_entropy_rows_onehot(logits, gather_labels(all, order_, state_, batch_, classes, true))
                                    : cross_entropy_rows(logits, labels);
        const Tensor loss = mean_rows(rows, state_);
        record_step(loss, correct_rows(logits, labels), state_);
        count_predictions(logits, labels, graph_.input("counts", {Shape{kernels::CountPredictions::words(classes)}, DType::u32}));
        minimize(loss, optimizer, options);
        advance_step(state_, 0.9f, 0.999f);
    }

    Tensor convolution(Tensor x, std::uint32_t filters, std::uint32_t kernel, const Conv2dOptions& options) {
        const std::uint64_t channels = x.shape().back() / options.groups;
        return conv2d(x, parameter({kernel, kernel, channels, filters}), {}, options);
    }
    /// Batch normalisation in training, from its parts.
    Tensor normalize(Tensor x) {
        const Shape channels{x.shape().back()};
        const Tensor centred = subtract(x, reduce_mean(x, {0, 1, 2}));
        const Tensor deviation = sqrt(shift(reduce_mean(square(centred), {0, 1, 2}), 1e-5f));
        return add(multiply(divide(centred, deviation), parameter(channels)), parameter(channels));
    }
    Tensor normal_convolution(Tensor x, std::uint32_t filters, std::uint32_t kernel, std::uint32_t stride, std::uint32_t groups = 1) {
        return normalize(convolution(x, filters, kernel, {.stride = stride, .padding = Padding::pixels(kernel / 2), .groups = groups}));
    }
    Tensor residual(Tensor x, std::uint32_t filters, std::uint32_t stride) {
        const Tensor inner = relu(normal_convolution(x, filters, 3, stride));
        const Tensor shortcut = x.shape().back() == filters ? x : normal_convolution(x, filters, 1, stride);
        return relu(add(normal_convolution(inner, filters, 3, 1), shortcut));
    }
    Tensor classify(Tensor features) {
        return dense(features, parameter({features.shape()[1], classes}), parameter(Shape{classes}));
    }

  private:
    static constexpr std::uint64_t samples = 512;
    Graph& graph_;
    std::uint32_t batch_, next_ = 0;
    Tensor state_, order_, input_;
};

constexpr Sgd momentum{.learning_rate = 0.1f, .momentum = 0.9f, .weight_decay = 1e-4f};

Network of_recipe(const std::string& name) {
    const std::uint32_t batch = recipe(name).fit.batch;
    return {name, batch, [name, batch](Graph& graph) {
                Recipe chosen = recipe(name);
                const Shape image = chosen.data == "cifar10" ? Shape{32, 32, 3} : Shape{28, 28, 1};
                chosen.network.build({image, 1, 0, std::vector<std::string>(classes)});
                Step step(graph, image, batch);
                const Tensor logits = chosen.network.apply(step.input(), true);
                step.finish(logits, chosen.trainer.optimizer);
            }};
}

void resnet20(Graph& graph) {
    Step step(graph, {32, 32, 3}, 128);
    Tensor x = relu(step.normal_convolution(step.input(), 16, 3, 1));
    for (std::uint32_t filters : {16, 32, 64})
        for (std::uint32_t block = 0; block < 3; ++block) x = step.residual(x, filters, filters > 16 && block == 0 ? 2 : 1);
    step.finish(step.classify(global_average_pool2d(x)), momentum);
}

void resnet18(Graph& graph) {
    Step step(graph, {224, 224, 3}, 8);
    Tensor x = relu(step.normal_convolution(step.input(), 64, 7, 2));
    x = max_pool2d(x, {.size = 3, .stride = 2, .padding = Padding::pixels(1)});
    for (std::uint32_t filters : {64, 128, 256, 512})
        for (std::uint32_t block = 0; block < 2; ++block) x = step.residual(x, filters, filters > 64 && block == 0 ? 2 : 1);
    step.finish(step.classify(global_average_pool2d(x)), momentum);
}

/// Depthwise-separable blocks.
void mobilenet(Graph& graph) {
    Step step(graph, {224, 224, 3}, 8);
    Tensor x = relu(step.normal_convolution(step.input(), 32, 3, 2));
    std::uint32_t channels = 32;
    for (std::uint32_t filters : {64, 128, 128, 256, 256, 512}) {
        x = relu(step.normal_convolution(x, channels, 3, channels < filters && channels > 32 ? 2 : 1, channels));
        x = relu(step.normal_convolution(x, filters, 1, 1));
        channels = filters;
    }
    step.finish(step.classify(global_average_pool2d(x)), momentum);
}

/// An image read as 28 rows of 28.
void lstm(Graph& graph) {
    constexpr std::uint64_t units = 128, rows = 28, batch = 128;
    Step step(graph, {28, 28, 1}, batch);
    const Tensor sequence = reshape(step.input(), {batch, rows, rows});
    const Tensor input_weight = step.parameter({rows, 4 * units}), state_weight = step.parameter({units, 4 * units});
    const Tensor bias = step.parameter(Shape{4 * units});
    Tensor hidden, cell;
    for (std::uint64_t row = 0; row < rows; ++row) {
        const Tensor x = reshape(slice(sequence, {0, row, 0}, {batch, 1, rows}), {batch, rows});
        Tensor gates = dense(x, input_weight, bias);
        if (hidden) gates = add(gates, matmul(hidden, state_weight));
        const auto gate = [&](std::uint64_t index) { return slice(gates, {0, index * units}, {batch, units}); };
        const Tensor fresh = multiply(sigmoid(gate(0)), tanh(gate(1)));
        cell = cell ? add(multiply(sigmoid(gate(2)), cell), fresh) : fresh;
        hidden = multiply(sigmoid(gate(3)), tanh(cell));
    }
    step.finish(step.classify(hidden), Adam{});
}

void mlp(Graph& graph, std::uint64_t width, std::uint32_t batch) {
    Step step(graph, {width / 8, 8, 1}, batch);
    Tensor x = reshape(step.input(), {batch, width});
    for (int layer = 0; layer < 4; ++layer) x = relu(dense(x, step.parameter({width, width}), step.parameter(Shape{width})));
    step.finish(step.classify(x), Adam{}, true);
}

/// Each optimizer with all that stands around an update.
void updates(Graph& graph, const Optimizer& optimizer) {
    Step step(graph, {8, 8, 1}, 64);
    const Tensor logits = dense(reshape(step.input(), {64, 64}), step.parameter({64, classes}), step.parameter(Shape{classes}));
    step.finish(logits, optimizer, true,
                {.accumulate = 2, .clip_norm = 1, .clip_value = 0.5f, .weight_range = UpdateOptions::Range{}, .max_norm = 1, .average_decay = 0.9f});
}

}  // namespace

std::vector<Network> networks() {
    std::vector<Network> list;
    for (const std::string& name : recipe_names()) list.push_back(of_recipe(name));
    list.push_back({"resnet20-cifar10", 128, resnet20});
    list.push_back({"resnet18-224", 8, resnet18});
    list.push_back({"mobilenet-224", 8, mobilenet});
    list.push_back({"lstm-mnist", 128, lstm});
    list.push_back({"mlp-64", 1024, [](Graph& graph) { mlp(graph, 64, 1024); }});
    list.push_back({"mlp-1024", 4096, [](Graph& graph) { mlp(graph, 1024, 4096); }});
    for (const char* name : {"sgd", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "lion"})
        list.push_back({std::string("updates by ") + name, 64, [name](Graph& graph) { updates(graph, optimizer(name)); }});
    return list;
}

}  // namespace hekla::shader_report
