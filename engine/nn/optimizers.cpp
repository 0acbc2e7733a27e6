// Optimizers and schedules by name.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <hekla/error.h>
#include <hekla/optimizers.h>

#include "nn/schedule.h"

namespace hekla {
namespace {

struct NamedOptimizer {
    const char* name;
    Optimizer optimizer;
};
const std::vector<NamedOptimizer>& named_optimizers() {
    static const std::vector<NamedOptimizer> all = {
        {"gradient-descent", Sgd{}}, {"sgd", Sgd{}}, {"momentum", Sgd{.momentum = 0.9f}}, {"nesterov", Sgd{.momentum = 0.9f, .nesterov = true}},
        {"adagrad", AdaGrad{}}, {"rmsprop", RmsProp{}}, {"adam", Adam{}}, {"adamw", AdamW{}}, {"lion", Lion{}}};
    return all;
}

constexpr const char* kind_names[] = {"constant", "step", "exponential", "cosine", "one-cycle"};

std::string text_of(float value) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", static_cast<double>(value));
    return text;
}

[[noreturn]] void fail(std::string_view text, const std::string& what) {
    throw Error(ErrorCode::invalid_argument, "[schedule] '" + std::string(text) + "': " + what);
}

/// "name:1,0.5" into its numbers.
std::vector<float> numbers_of(std::string_view text) {
    std::vector<float> numbers;
    const std::size_t colon = text.find(':');
    std::size_t at = colon;
    while (at != std::string_view::npos) {
        const std::size_t end = text.find(',', at + 1);
        const std::string word(text.substr(at + 1, end == std::string_view::npos ? end : end - at - 1));
        char* rest = nullptr;
        const float number = std::strtof(word.c_str(), &rest);
        if (word.empty() || *rest != 0 || !std::isfinite(number)) fail(text, "'" + word + "' is not a number");
        numbers.push_back(number);
        at = end;
    }
    return numbers;
}

void check(const Schedule& s, std::string_view text) {
    using Kind = Schedule::Kind;
    if (s.kind == Kind::step && !(s.period > 0)) fail(text, "the epochs between two steps must be above 0");
    if ((s.kind == Kind::step || s.kind == Kind::exponential) && !(s.factor > 0 && s.factor <= 1)) fail(text, "the factor must be above 0 and at most 1");
    if (s.kind == Kind::one_cycle && !(s.rise > 0 && s.rise < 1)) fail(text, "the share of the rise must lie between 0 and 1");
    if (s.kind == Kind::one_cycle && !(s.first > 0 && s.first <= 1)) fail(text, "the first rate's share must be above 0 and at most 1");
    if (!(s.last >= 0 && s.last <= 1)) fail(text, "the last rate's share must lie in 0 to 1");
}

}  // namespace

Optimizer optimizer(std::string_view wanted) {
    std::string names;
    for (const NamedOptimizer& known : named_optimizers()) {
        if (wanted == known.name) return known.optimizer;
        names += (names.empty() ? "" : ", ") + std::string(known.name);
    }
    throw Error(ErrorCode::invalid_argument, "there is no optimizer called '" + std::string(wanted) + "'; there are: " + names);
}

const char* name(const Optimizer& optimizer) {
    if (const auto* sgd = std::get_if<Sgd>(&optimizer)) return sgd->nesterov ? "nesterov" : sgd->momentum > 0 ? "momentum" : "sgd";
    for (const NamedOptimizer& known : named_optimizers())
        if (known.optimizer.index() == optimizer.index()) return known.name;
    return "";
}

float learning_rate(const Optimizer& optimizer) {
    return std::visit([](const auto& chosen) { return chosen.learning_rate; }, optimizer);
}

Schedule parse_schedule(std::string_view text) {
    using Kind = Schedule::Kind;
    const std::string_view wanted = text.substr(0, text.find(':'));
    Schedule schedule;
    std::vector<float*> places;
    if (wanted == "step") schedule = {.kind = Kind::step, .period = 10}, places = {&schedule.period, &schedule.factor};
    else if (wanted == "exponential") schedule = {.kind = Kind::exponential, .factor = 0.95f}, places = {&schedule.factor};
    else if (wanted == "cosine") schedule = {.kind = Kind::cosine}, places = {&schedule.last};
    else if (wanted == "one-cycle") schedule = {.kind = Kind::one_cycle, .last = 4e-6f}, places = {&schedule.rise, &schedule.first, &schedule.last};
    else if (wanted != "constant") fail(text, "there are constant, step:EPOCHS,FACTOR, exponential:FACTOR, cosine:LAST and one-cycle:RISE,FIRST,LAST");
    const std::vector<float> numbers = numbers_of(text);
    if (numbers.size() > places.size()) fail(text, "it takes at most " + std::to_string(places.size()) + " numbers");
    for (std::size_t i = 0; i < numbers.size(); ++i) *places[i] = numbers[i];
    check(schedule, text);
    return schedule;
}

std::string to_string(const Schedule& s) {
    using Kind = Schedule::Kind;
    std::string text = kind_names[static_cast<std::size_t>(s.kind)];
    if (s.kind == Kind::step) text += ":" + text_of(s.period) + "," + text_of(s.factor);
    if (s.kind == Kind::exponential) text += ":" + text_of(s.factor);
    if (s.kind == Kind::cosine) text += ":" + text_of(s.last);
    if (s.kind == Kind::one_cycle) text += ":" + text_of(s.rise) + "," + text_of(s.first) + "," + text_of(s.last);
    return s.warmup ? text + ", warm-up " + std::to_string(s.warmup) : text;
}

namespace nn {

reference::ScheduleSettings in_updates(const Schedule& s, std::uint64_t updates_per_epoch, std::uint64_t epochs) {
    using From = Schedule::Kind;
    using To = reference::ScheduleSettings::Kind;
    check(s, to_string(s));
    const double whole = static_cast<double>(updates_per_epoch * epochs);
    if (s.warmup && s.warmup >= whole)
        throw Error(ErrorCode::invalid_argument, "[schedule] the warm-up of " + std::to_string(s.warmup) + " updates is not shorter than the training, which has " +
                                                     std::to_string(updates_per_epoch * epochs));
    reference::ScheduleSettings settings;
    settings.warmup = s.warmup;
    const double period = double{s.period} * static_cast<double>(updates_per_epoch), left = whole - s.warmup;
    if (s.kind == From::step) {
        settings.kind = To::step;
        settings.period = static_cast<float>(std::max(1.0, std::round(period)));
    }
    if (s.kind == From::exponential) {
        settings.kind = To::exponential;
        settings.period = static_cast<float>(period);
    }
    if (s.kind == From::step || s.kind == From::exponential) settings.factor = s.factor;
    if (s.kind == From::cosine || s.kind == From::one_cycle) {
        const bool cycle = s.kind == From::one_cycle;
        settings.kind = To::curve;
        // PyTorch's OneCycleLR: the rise ends at update rise * n - 1, the fall at update n - 1.
        const double peak = cycle ? std::max(0.0, double{s.rise} * left - 1) : 0.0;
        settings.peak = static_cast<float>(peak);
        settings.fall = static_cast<float>(std::max(1.0, (cycle ? left - 1 : left) - peak));
        settings.first = cycle ? s.first : 1.0f;
        settings.last = s.last;
    }
    return settings;
}

}  // namespace nn
}  // namespace hekla
