#include "update_options.h"

#include <hekla/error.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdlib>
#include <type_traits>

#include "number_checks.h"
#include "ops/update.h"

namespace hekla::command {

namespace {

[[noreturn]] void fail(const std::string& option, const std::string& what) {
    throw Error(ErrorCode::invalid_argument, "[" + option + "] " + what);
}

/// "1,0.5" into numbers.
std::vector<float> numbers_of(const std::string& option, const std::string& text) {
    std::vector<float> numbers;
    std::size_t at = 0;
    while (at <= text.size()) {
        const std::size_t end = std::min(text.find(',', at), text.size());
        const std::string word = text.substr(at, end - at);
        char* rest = nullptr;
        numbers.push_back(std::strtof(word.c_str(), &rest));
        if (word.empty() || *rest != 0 || !std::isfinite(numbers.back())) fail(option, "'" + word + "' is not a number");
        at = end + 1;
    }
    return numbers;
}

struct NamedLoss {
    const char* name;
    Loss loss;
};
const std::vector<NamedLoss>& named_losses() {
    static const std::vector<NamedLoss> all = {
        {"integer", CrossEntropy{}}, {"one-hot", CrossEntropy{.one_hot = true}}, {"binary", BinaryCrossEntropy{}},
        {"mse", MeanSquaredError{}}, {"mae", MeanAbsoluteError{}}, {"huber", Huber{}}, {"hinge", Hinge{}},
        {"kl", KlDivergence{}}, {"cosine", CosineDistance{}}};
    return all;
}
std::vector<std::string> loss_names() {
    std::vector<std::string> names;
    for (const NamedLoss& known : named_losses()) names.emplace_back(known.name);
    return names;
}
Loss loss_named(const std::string& name) {
    for (const NamedLoss& known : named_losses())
        if (name == known.name) return known.loss;
    fail("--loss", "there is no loss called '" + name + "'");
}
const char* name_of(const Loss& loss) {
    const auto* cross_entropy = std::get_if<CrossEntropy>(&loss);
    if (cross_entropy && !cross_entropy->one_hot) return "integer";
    for (const NamedLoss& known : named_losses())
        if (known.loss.index() == loss.index() && std::string(known.name) != "integer") return known.name;
    return "";
}

/// The optimizer called `wanted`: the recipe's own settings if it is that one already.
Optimizer optimizer_named(const std::string& wanted, const Optimizer& of_recipe) {
    const Optimizer chosen = optimizer(wanted);
    return std::string(name(chosen)) == name(of_recipe) ? of_recipe : chosen;
}

void set_momentum(Optimizer& chosen, float momentum) {
    std::visit(
        [&](auto& o) {
            if constexpr (requires { o.momentum; }) o.momentum = momentum;
            else fail("--momentum", std::string(name(chosen)) + " has none: it belongs to sgd, momentum, nesterov and rmsprop");
        },
        chosen);
}
void set_nesterov(Optimizer& chosen) {
    auto* sgd = std::get_if<Sgd>(&chosen);
    if (!sgd) fail("--nesterov", std::string("it belongs to sgd and momentum, not to ") + name(chosen));
    sgd->nesterov = true;
    if (sgd->momentum == 0) sgd->momentum = 0.9f;
}
void set_decoupled(Optimizer& chosen) {
    std::visit(
        [&](auto& o) {
            if constexpr (requires { o.decoupled; }) o.decoupled = true;  // adamw's and lion's always is
        },
        chosen);
}

void apply_optimizer(const UpdateArguments& a, Optimizer& chosen) {
    if (a.optimizer) chosen = optimizer_named(*a.optimizer, chosen);
    if (a.rate) std::visit([&](auto& o) { o.learning_rate = *a.rate; }, chosen);
    if (a.momentum) set_momentum(chosen, *a.momentum);
    if (a.nesterov) set_nesterov(chosen);
    if (a.weight_decay) std::visit([&](auto& o) { o.weight_decay = *a.weight_decay; }, chosen);
    if (a.decoupled) set_decoupled(chosen);
}

void set_smoothing(Loss& loss, float smoothing) {
    if (auto* cross_entropy = std::get_if<CrossEntropy>(&loss)) cross_entropy->label_smoothing = smoothing;
    else if (auto* divergence = std::get_if<KlDivergence>(&loss)) divergence->label_smoothing = smoothing;
    else fail("--label-smoothing", std::string("the losses integer, one-hot and kl have it, ") + name_of(loss) + " has not");
}

FitOptions::Plateau plateau_of(const std::string& text) {
    const std::vector<float> numbers = numbers_of("--reduce-on-plateau", text);
    FitOptions::Plateau plateau;
    if (numbers.size() > 2 || !(numbers[0] >= 0) || numbers[0] != std::floor(numbers[0]) || numbers[0] > 1e6f)
        fail("--reduce-on-plateau", "it takes a whole number of epochs and a factor, as 5,0.1; not '" + text + "'");
    plateau.patience = static_cast<std::uint32_t>(numbers[0]);
    if (numbers.size() > 1) plateau.factor = numbers[1];
    if (!(plateau.factor > 0 && plateau.factor < 1)) fail("--reduce-on-plateau", "the factor must lie between 0 and 1");
    return plateau;
}

UpdateOptions::Range range_of(const std::string& text) {
    const std::vector<float> numbers = numbers_of("--weight-range", text);
    if (numbers.size() != 2 || !(numbers[0] < numbers[1])) fail("--weight-range", "it takes two numbers, the lower one first, as -0.5,0.5; not '" + text + "'");
    return {numbers[0], numbers[1]};
}

std::string short_number(float value) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", static_cast<double>(value));
    return text;
}

}  // namespace

void add_update_options(CLI::App& sub, UpdateArguments& a) {
    sub.add_option("--optimizer", a.optimizer, "How weights are updated")
        ->check(CLI::IsMember({"gradient-descent", "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "lion"}));
    sub.add_option("--rate,--learning-rate", a.rate, "Learning rate")->check(positive_number());
    sub.add_option("--momentum", a.momentum, "Momentum of sgd and rmsprop")->check(share());
    sub.add_flag("--nesterov", a.nesterov, "Nesterov's momentum");
    sub.add_option("--weight-decay", a.weight_decay, "Weight decay: L2, decoupled with adamw and lion")->check(not_negative_number());
    sub.add_flag("--decoupled", a.decoupled, "Decoupled weight decay with any optimizer");
    sub.add_option("--clip-norm", a.clip_norm, "Limit of the norm of all gradients together")->check(positive_number());
    sub.add_option("--clip-value", a.clip_value, "Limit of every single gradient")->check(positive_number());
    sub.add_option("--accumulate", a.accumulate, "Batches whose gradients make one update (1)")->check(positive_integer());
    sub.add_option("--weight-range", a.weight_range, "Weights stay in this range")->type_name("LOW,HIGH");
    sub.add_option("--max-norm", a.max_norm, "Limit of the norm of each filter's or unit's weights")->check(positive_number());
    sub.add_option("--ema", a.average_decay, "Validate and save the exponential moving average of the weights, as 0.999")->check(share());
    sub.add_option("--schedule", a.schedule,
                   "Learning rate over the training: constant, step:EPOCHS,FACTOR, exponential:FACTOR, cosine:LAST, "
                   "one-cycle:RISE,FIRST,LAST; rates as shares of --rate; numbers may be left out")
        ->type_name("NAME[:NUMBER,...]");
    sub.add_option("--warmup", a.warmup, "Updates in which the learning rate rises from 0")->check(positive_integer());
    sub.add_option("--loss", a.loss, "Cross entropy with integer labels or one-hot rows (equal losses), or another loss on one-hot rows")
        ->check(CLI::IsMember(loss_names()));
    sub.add_option("--label-smoothing", a.label_smoothing, "Share of each label given to all classes")->check(share());
    sub.add_option("--class-weights", a.class_weights, "'balanced', so that all classes count alike, or a number per class")->type_name("balanced|W,...");
    sub.add_option("--early-stopping", a.early_stopping,
                   "End after N epochs without a lower loss (of --validation-split if there is one) and keep the best epoch's weights")
        ->check(positive_integer())->type_name("N");
    sub.add_option("--reduce-on-plateau", a.plateau, "After more than PATIENCE epochs without a lower loss, multiply the learning rate by FACTOR (0.1)")
        ->type_name("PATIENCE[,FACTOR]");
}

void apply_update_options(const UpdateArguments& a, Recipe& recipe) {
    TrainerOptions& t = recipe.trainer;
    apply_optimizer(a, t.optimizer);
    if (a.clip_norm) t.update.clip_norm = *a.clip_norm;
    if (a.clip_value) t.update.clip_value = *a.clip_value;
    if (a.accumulate) t.update.accumulate = *a.accumulate;
    if (a.weight_range) t.update.weight_range = range_of(*a.weight_range);
    if (a.max_norm) t.update.max_norm = *a.max_norm;
    if (a.average_decay) t.update.average_decay = *a.average_decay;
    if (a.loss) t.loss = loss_named(*a.loss);
    if (a.label_smoothing) set_smoothing(t.loss, *a.label_smoothing);
    if (a.schedule) {
        const std::uint32_t warmup = t.schedule.warmup;
        t.schedule = parse_schedule(*a.schedule);
        t.schedule.warmup = warmup;
    }
    if (a.warmup) t.schedule.warmup = *a.warmup;
    if (a.early_stopping) recipe.fit.early_stopping = *a.early_stopping;
    if (a.plateau) recipe.fit.reduce_on_plateau = plateau_of(*a.plateau);
    check_update(t.optimizer, t.update);
}

std::vector<float> class_weights(const UpdateArguments& a, const data::Dataset& train) {
    if (!a.class_weights) return {};
    const std::size_t classes = train.classes.size();
    if (*a.class_weights != "balanced") {
        std::vector<float> weights = numbers_of("--class-weights", *a.class_weights);
        if (weights.size() != classes)
            fail("--class-weights", std::to_string(weights.size()) + " weights for the " + std::to_string(classes) + " classes of " + train.name);
        for (float weight : weights)
            if (weight < 0) fail("--class-weights", "a weight must be at least 0 and is " + short_number(weight));
        return weights;
    }
    std::vector<std::uint64_t> counts(classes, 0);
    for (std::uint32_t label : train.labels) ++counts.at(label);
    std::vector<float> weights;
    for (std::uint64_t count : counts)
        weights.push_back(count == 0 ? 0.0f : static_cast<float>(static_cast<double>(train.size()) / static_cast<double>(classes * count)));
    return weights;
}

std::string update_text(const TrainerOptions& options) {
    const UpdateOptions& u = options.update;
    std::string text = name(options.optimizer) + (", rate " + short_number(learning_rate(options.optimizer)));
    const auto add = [&](bool on, const std::string& what, float value) {
        if (on) text += ", " + what + " " + short_number(value);
    };
    std::visit(
        [&](const auto& o) {
            if constexpr (requires { o.momentum; }) add(o.momentum != 0, "momentum", o.momentum);
            bool decoupled = true;
            if constexpr (requires { o.decoupled; }) decoupled = o.decoupled;
            add(o.weight_decay != 0, decoupled ? "decoupled weight decay" : "weight decay", o.weight_decay);
        },
        options.optimizer);
    add(u.accumulate > 1, "batches per update", static_cast<float>(u.accumulate));
    add(u.clip_norm != 0, "gradients' norm at most", u.clip_norm);
    add(u.clip_value != 0, "gradients at most", u.clip_value);
    if (u.weight_range) text += ", weights in " + short_number(u.weight_range->low) + " to " + short_number(u.weight_range->high);
    add(u.max_norm != 0, "filters' norm at most", u.max_norm);
    add(u.average_decay != 0, "average of weights", u.average_decay);
    if (!(options.schedule == Schedule{})) text += ", " + to_string(options.schedule);
    return text;
}

Json settings_json(const Recipe& recipe) {
    const TrainerOptions& t = recipe.trainer;
    Json json = {{"optimizer", name(t.optimizer)}, {"learning_rate", learning_rate(t.optimizer)}};
    std::visit(
        [&](const auto& o) {
            if constexpr (requires { o.momentum; }) json["momentum"] = o.momentum;
            json["weight_decay"] = o.weight_decay;
            json["decoupled"] = true;
            if constexpr (requires { o.decoupled; }) json["decoupled"] = o.decoupled;
        },
        t.optimizer);
    json["accumulate"] = t.update.accumulate;
    json["clip_norm"] = t.update.clip_norm;
    json["clip_value"] = t.update.clip_value;
    if (t.update.weight_range) json["weight_range"] = {t.update.weight_range->low, t.update.weight_range->high};
    json["max_norm"] = t.update.max_norm;
    json["ema"] = t.update.average_decay;
    json["schedule"] = to_string(t.schedule);
    json["loss"] = name_of(t.loss);
    if (const auto* loss = std::get_if<CrossEntropy>(&t.loss)) json["label_smoothing"] = loss->label_smoothing;
    if (const auto* loss = std::get_if<KlDivergence>(&t.loss)) json["label_smoothing"] = loss->label_smoothing;
    if (!t.class_weights.empty()) json["class_weights"] = t.class_weights;
    if (t.distillation) {
        json["temperature"] = t.distillation->temperature;
        json["teacher_weight"] = t.distillation->weight;
    }
    json["early_stopping"] = recipe.fit.early_stopping;
    if (recipe.fit.reduce_on_plateau)
        json["reduce_on_plateau"] = {recipe.fit.reduce_on_plateau->patience, recipe.fit.reduce_on_plateau->factor};
    json["augment"] = to_string(recipe.fit.augmentation);
    json["test_time"] = recipe.evaluation.test_time_flip ? "flip" : "none";
    json["batch"] = recipe.fit.batch;
    json["seed"] = t.seed;
    return json;
}

}  // namespace hekla::command
