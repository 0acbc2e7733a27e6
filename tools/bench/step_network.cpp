#include "bench/step_network.h"

#include <hekla/error.h>

#include <algorithm>
#include <chrono>

namespace hekla::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t classes = 10;

}  // namespace

data::Dataset synthetic_images(const Shape& image, std::uint32_t count) {
    data::Dataset data;
    data.name = "noise";
    data.image_shape = image;
    for (std::uint32_t c = 0; c < classes; ++c) data.classes.push_back(std::to_string(c));
    data.images.resize(count * image.elements());
    std::uint32_t word = 1;
    for (std::uint8_t& pixel : data.images) {
        word = word * 1664525u + 1013904223u;
        pixel = static_cast<std::uint8_t>(word >> 24);
    }
    for (std::uint32_t i = 0; i < count; ++i) data.labels.push_back(i % classes);
    return data;
}

Shape image_shape_of(const Recipe& recipe) { return recipe.data == "cifar10" ? Shape{32, 32, 3} : Shape{28, 28, 1}; }

StepNetwork::StepNetwork(const Device& device, Recipe recipe, std::uint32_t batch, nn::StepKind kind, std::uint32_t images,
                         const plan::ReplayOptions& replay)
    : recipe_(std::move(recipe)), batch_(batch), kind_(kind) {
    const std::uint32_t count = std::max(images / batch, 1u) * batch;
    const data::Dataset data = synthetic_images(image_shape_of(recipe_), count);
    recipe_.network.build({data.image_shape, recipe_.trainer.scale, recipe_.trainer.shift, data.classes});
    for (std::uint32_t i = 0; i < count; ++i) order_.push_back(i);
    state_.learning_rate = std::visit([](const auto& optimizer) { return optimizer.learning_rate; }, recipe_.trainer.optimizer);
    auto resident = std::make_shared<nn::ResidentData>(device.vulkan(), data);
    auto store = std::make_shared<ParameterStore>(device, recipe_.network.parameters());
    nn::StepSettings settings;
    settings.kind = kind;
    settings.batch = batch;
    settings.optimizer = recipe_.trainer.optimizer;
    settings.replay = replay;
    plan_ = std::make_unique<nn::StepPlan>(device, recipe_.network, std::move(resident), std::move(store), settings);
}

void StepNetwork::begin_epoch() { plan_->begin_epoch(order_, state_); }

double StepNetwork::run(std::uint64_t steps) {
    double seconds = 0;
    while (steps > 0) {
        const std::uint64_t now = std::min<std::uint64_t>(steps, order_.size() / batch_);
        const std::span<const std::uint32_t> order(order_.data(), now * batch_);
        const Clock::time_point start = Clock::now();
        bool finite = true;
        if (kind_ == nn::StepKind::predict) {
            plan_->begin_epoch(order, state_);
            plan_->replay().run(now);
        } else {
            finite = plan_->run_epoch(order, state_, {});
        }
        seconds += std::chrono::duration<double>(Clock::now() - start).count();
        if (!finite) throw Error(ErrorCode::non_finite, "[bench] the loss of " + recipe_.name + " on noise is not finite any more");
        steps -= now;
    }
    return seconds;
}

StepTiming StepNetwork::time_steps(const Budget& budget, std::uint32_t steps_multiple) {
    constexpr std::uint32_t rounds_wanted = 4, most_steps = 1 << 20;
    const auto steps_of = [&](double one) {
        const std::uint32_t steps = repeats_for(one * 1e3, budget, rounds_wanted, most_steps);
        return (steps + steps_multiple - 1) / steps_multiple * steps_multiple;
    };
    run(2);
    // The replay starts with small submits on a device that it does not know.
    std::uint32_t steps = steps_of(run(1));
    steps = steps_of(run(steps) / steps);
    run(steps);  // what is recorded for this number of steps is recorded here
    const plan::ReplayCounters before = plan_->replay().counters();
    std::vector<double> rounds;
    double total = 0;
    do {
        const double seconds = run(steps);
        total += seconds;
        rounds.push_back(seconds * 1e3 / steps);
    } while (total < budget.seconds);
    const plan::ReplayCounters& after = plan_->replay().counters();
    const double done = static_cast<double>(steps) * static_cast<double>(rounds.size());
    return {timing_of(rounds), (after.cpu_seconds - before.cpu_seconds) * 1e6 / done,
            static_cast<double>(after.vulkan_calls - before.vulkan_calls) / done};
}

double StepNetwork::operations_per_step() const {
    double multiply_adds = 0;
    bool first = true;
    for (const LayerSummary& layer : recipe_.network.summary()) {
        if (layer.multiply_adds == 0) continue;
        multiply_adds += static_cast<double>(layer.multiply_adds) * (kind_ == nn::StepKind::predict ? 1 : first ? 2 : 3);
        first = false;
    }
    return 2 * multiply_adds * batch_;
}

}  // namespace hekla::bench
