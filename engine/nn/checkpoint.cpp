#include "nn/checkpoint.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <set>

#include <hekla/error.h>

#include "base/fnv.h"

namespace hekla::nn {
namespace {

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorCode::invalid_argument, "[resume] " + what); }

/// Enough digits to tell any two floats apart.
std::string text_of(float value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", static_cast<double>(value));
    return text;
}

/// The part of `text` around its first difference from `other`, where both are too long to be read.
std::string around_difference(const std::string& text, const std::string& other) {
    constexpr std::size_t readable = 120;
    if (text.size() <= readable && other.size() <= readable) return text;
    const std::size_t at = static_cast<std::size_t>(std::mismatch(text.begin(), text.end(), other.begin(), other.end()).first - text.begin());
    const std::size_t from = at - std::min<std::size_t>(at, readable / 3);
    return "..." + text.substr(from, readable) + (from + readable < text.size() ? "..." : "");
}

template <class T>
std::string hash_text(const std::vector<T>& values) {
    const auto bytes = std::as_bytes(std::span(values));
    return base::hex(base::fnv1a({reinterpret_cast<const char*>(bytes.data()), bytes.size()}), 16);
}

std::string optimizer_text(const Optimizer& optimizer) {
    std::string text = name(optimizer);
    const auto add = [&](const char* what, float value) { text += std::string(", ") + what + " " + text_of(value); };
    std::visit(
        [&](const auto& o) {
            add("rate", o.learning_rate);
            if constexpr (requires { o.momentum; }) add("momentum", o.momentum);
            if constexpr (requires { o.nesterov; }) text += o.nesterov ? ", nesterov" : "";
            if constexpr (requires { o.beta1; }) add("beta1", o.beta1);
            if constexpr (requires { o.beta2; }) add("beta2", o.beta2);
            if constexpr (requires { o.decay; }) add("decay", o.decay);
            if constexpr (requires { o.epsilon; }) add("epsilon", o.epsilon);
            if constexpr (requires { o.initial; }) add("initial", o.initial);
            add("weight decay", o.weight_decay);
            if constexpr (requires { o.decoupled; }) text += o.decoupled ? ", decoupled" : "";
        },
        optimizer);
    return text;
}

std::string update_text(const UpdateOptions& u) {
    std::string text = "accumulate " + std::to_string(u.accumulate) + ", clip norm " + text_of(u.clip_norm) + ", clip value " + text_of(u.clip_value);
    if (u.weight_range) text += ", weights in " + text_of(u.weight_range->low) + " to " + text_of(u.weight_range->high);
    return text + ", max norm " + text_of(u.max_norm) + ", average " + text_of(u.average_decay);
}

std::string loss_text(const Loss& loss) {
    static constexpr const char* names[] = {"cross-entropy", "binary", "mse", "mae", "huber", "hinge", "kl", "cosine"};
    static_assert(std::size(names) == std::variant_size_v<Loss>);
    std::string text = names[loss.index()];
    std::visit(
        [&](const auto& l) {
            if constexpr (requires { l.one_hot; }) text += l.one_hot ? ", one-hot" : "";
            if constexpr (requires { l.label_smoothing; }) text += ", smoothing " + text_of(l.label_smoothing);
            if constexpr (requires { l.delta; }) text += ", delta " + text_of(l.delta);
            if constexpr (requires { l.margin; }) text += ", margin " + text_of(l.margin);
        },
        loss);
    return text;
}

std::string distillation_text(const std::optional<Distillation>& distillation) {
    if (!distillation) return "none";
    std::uint64_t hash = 0;
    for (const ParameterPtr& parameter : distillation->teacher.parameters()) {
        const auto bytes = std::as_bytes(std::span(parameter->values()));
        hash = hash * 31 + base::fnv1a({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    return "temperature " + text_of(distillation->temperature) + ", weight " + text_of(distillation->weight) + ", teacher " + base::hex(hash, 16);
}

std::string weights_text(const std::vector<float>& weights) {
    std::string text;
    for (float weight : weights) text += (text.empty() ? "" : ",") + text_of(weight);
    return text;
}

using Kind = OperandRef::Kind;

/// A buffer of the store and what its tensors are called.
struct Arena {
    const char* name;
    std::unique_ptr<vulkan::Buffer> ParameterStore::State::*buffer;
    bool trainable_only;
};
// Gradients are made anew by every step; what outlasts one is in the sums.
constexpr Arena arenas[] = {{"values", &ParameterStore::State::values, false},
                            {"first_moments", &ParameterStore::State::first_moments, true},
                            {"second_moments", &ParameterStore::State::second_moments, true},
                            {"gradient_sums", &ParameterStore::State::gradient_sums, true},
                            {"averages", &ParameterStore::State::averages, false},
                            {"last_good", &ParameterStore::State::saved, false},
                            {"best", &ParameterStore::State::best, false}};

/// Parameters that are learnt lie first, so that their number is all there is to an arena.
std::size_t count_in(const ParameterStore::State& store, const Arena& arena) {
    if (!arena.trainable_only) return store.parameters.size();
    return static_cast<std::size_t>(std::count_if(store.parameters.begin(), store.parameters.end(), [](const auto& p) { return p->trainable(); }));
}

/// One for each parameter; a teacher's may be called like its student's.
std::vector<std::string> names_of(const ParameterStore::State& store) {
    std::map<std::string, int> uses;
    std::vector<std::string> names;
    for (const ParameterPtr& parameter : store.parameters) {
        const int use = ++uses[parameter->name()];
        names.push_back(parameter->name() + (use == 1 ? "" : "@" + std::to_string(use)));
    }
    return names;
}
std::string name_in(const Arena& arena, const std::string& parameter) { return std::string(arena.name) + "/" + parameter; }

bool begins_with(const std::string& name, const Arena& arena) { return name.starts_with(std::string(arena.name) + "/"); }

}  // namespace

std::map<std::string, std::string> checkpoint_settings(const TrainerOptions& trainer, const FitOptions& fit, const data::Dataset& data) {
    std::map<std::string, std::string> settings = fit.checkpoint.settings;
    settings["optimizer"] = optimizer_text(trainer.optimizer);
    settings["update"] = update_text(trainer.update);
    settings["schedule"] = to_string(trainer.schedule);
    settings["loss"] = loss_text(trainer.loss);
    settings["distillation"] = distillation_text(trainer.distillation);
    settings["class weights"] = trainer.class_weights.empty() ? "none" : weights_text(trainer.class_weights);
    settings["precision"] = trainer.compile.precision == Precision::mixed ? "mixed" : trainer.compile.precision == Precision::f16 ? "f16" : "f32";
    settings["memory"] = trainer.compile.memory == Memory::low ? "low" : "normal";
    settings["seed"] = std::to_string(trainer.seed);
    settings["epochs"] = std::to_string(fit.epochs);
    settings["batch"] = std::to_string(fit.batch);
    settings["shuffle"] = fit.shuffle ? "on" : "off";
    settings["validation split"] = text_of(fit.validation_split);
    settings["validation count"] = std::to_string(fit.validation_count);
    settings["augmentation"] = to_string(fit.augmentation);
    settings["early stopping"] = std::to_string(fit.early_stopping);
    settings["plateau"] = fit.reduce_on_plateau ? std::to_string(fit.reduce_on_plateau->patience) + ", " + text_of(fit.reduce_on_plateau->factor) : "none";
    settings["data"] = data.name + ", " + std::to_string(data.size()) + " images " + to_string(data.image_shape) + ", hash " + hash_text(data.images) +
                       " and " + hash_text(data.labels);
    return settings;
}

void check_settings(const Checkpoint& checkpoint, const std::map<std::string, std::string>& now) {
    static const std::string none = "(nothing)";
    std::set<std::string> names;
    for (const auto& [name, value] : checkpoint.settings) names.insert(name);
    for (const auto& [name, value] : now) names.insert(name);
    for (const std::string& name : names) {
        const auto then = checkpoint.settings.find(name), here = now.find(name);
        const std::string& was = then == checkpoint.settings.end() ? none : then->second;
        const std::string& is = here == now.end() ? none : here->second;
        if (was != is)
            fail(name + ": the checkpoint has '" + around_difference(was, is) + "', this run '" + around_difference(is, was) +
                 "'; go on with the checkpoint's, or begin anew in another folder");
    }
}

void check_choices(const Checkpoint& checkpoint, const KernelChoices& now) {
    for (const auto& [problem, implementation] : now)
        if (const auto then = checkpoint.choices.find(problem); then != checkpoint.choices.end() && then->second != implementation)
            fail("kernels: " + problem + " was computed by '" + then->second + "' and would be by '" + implementation +
                 "': open the device with the checkpoint's choices (KernelSettings::choices; hekla does so where --choices is not given)");
}

std::vector<Checkpoint::Values> read_tensors(ParameterStore::State& store, bool inside_epoch) {
    std::vector<Checkpoint::Values> tensors;
    const std::vector<std::string> names = names_of(store);
    for (const Arena& arena : arenas) {
        const auto& buffer = store.*arena.buffer;
        const std::uint64_t bytes = arena.trainable_only ? store.trainable_bytes : store.bytes;
        if (!buffer || bytes == 0 || (!inside_epoch && arena.buffer == &ParameterStore::State::saved)) continue;
        std::vector<std::byte> all(bytes);
        store.device->download({buffer.get(), 0, bytes}, all);
        for (std::size_t i = 0; i < count_in(store, arena); ++i) {
            const Parameter& parameter = *store.parameters[i];
            Checkpoint::Values values{name_in(arena, names[i]), parameter.shape(), std::vector<float>(parameter.shape().elements())};
            std::memcpy(values.values.data(), all.data() + store.offsets[i], values.values.size() * sizeof(float));
            tensors.push_back(std::move(values));
        }
    }
    return tensors;
}

void write_tensors(ParameterStore::State& store, const std::vector<Checkpoint::Values>& tensors) {
    std::map<std::string, const Checkpoint::Values*> by_name;
    for (const Checkpoint::Values& values : tensors) by_name[values.name] = &values;
    const auto present = [&](const Arena& arena) {
        return std::any_of(tensors.begin(), tensors.end(), [&](const auto& values) { return begins_with(values.name, arena); });
    };
    const std::vector<std::string> names = names_of(store);
    std::size_t expected = 0;
    for (const Arena& arena : arenas) {
        // What the plan has made it needs; copies are made when there is something to keep.
        const bool copy = arena.buffer == &ParameterStore::State::best || arena.buffer == &ParameterStore::State::saved;
        if (!present(arena) && (copy || !(store.*arena.buffer) || store.trainable_bytes == 0)) continue;
        for (std::size_t i = 0; i < count_in(store, arena); ++i, ++expected) {
            const std::string name = name_in(arena, names[i]);
            const auto found = by_name.find(name);
            if (found == by_name.end()) fail("the checkpoint has no " + name + ", the network has");
            const Checkpoint::Values& values = *found->second;
            if (values.shape != store.parameters[i]->shape() || values.values.size() != values.shape.elements())
                fail(name + " is " + to_string(values.shape) + " in the checkpoint, " + to_string(store.parameters[i]->shape()) + " in the network");
        }
    }
    if (expected != by_name.size())
        fail("the checkpoint has " + std::to_string(by_name.size()) + " tensors, this training " + std::to_string(expected));
    for (const Arena& arena : arenas) {
        if (!present(arena)) continue;
        auto& buffer = store.*arena.buffer;
        const std::uint64_t bytes = arena.trainable_only ? store.trainable_bytes : store.bytes;
        if (!buffer) buffer = std::make_unique<vulkan::Buffer>(*store.device, std::max<std::uint64_t>(bytes, 256), vulkan::MemoryUse::device, arena.name);
        std::vector<std::byte> all(bytes);
        for (std::size_t i = 0; i < count_in(store, arena); ++i) {
            const auto& values = by_name.at(name_in(arena, names[i]))->values;
            std::memcpy(all.data() + store.offsets[i], values.data(), values.size() * sizeof(float));
        }
        store.device->upload({buffer.get(), 0, bytes}, all);
    }
    store.mark_written();
}

std::vector<std::uint32_t> words_of(const StepState& state) {
    std::vector<std::uint32_t> words(sizeof(StepState) / 4);
    std::memcpy(words.data(), &state, sizeof(StepState));
    return words;
}

StepState step_state_of(std::span<const std::uint32_t> words) {
    if (words.size_bytes() != sizeof(StepState))
        fail("the checkpoint's step state has " + std::to_string(words.size()) + " words, this version of Hekla has " +
             std::to_string(sizeof(StepState) / 4) + ": go on with the version that wrote it");
    StepState state;
    std::memcpy(static_cast<void*>(&state), words.data(), sizeof(StepState));
    return state;
}

std::uint64_t hash_of(std::span<const std::uint32_t> order) {
    const auto bytes = std::as_bytes(order);
    return base::fnv1a({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace hekla::nn
