#include "io/checkpoint_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include <hekla/error.h>

namespace hekla::io {
namespace {

using Json = nlohmann::json;

constexpr int version = 1;

// JSON has no infinity: null is a loss that there is not yet. Other doubles come back with the same bits.
double number_or_infinity(const Json& json) { return json.is_null() ? std::numeric_limits<double>::infinity() : json.get<double>(); }
Json finite_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json to_json(const EpochResult& e) {
    Json json = {{"epoch", e.epoch}, {"steps", e.steps}, {"loss", e.loss}, {"accuracy", e.accuracy}, {"learning_rate", e.learning_rate},
                 {"seconds", e.seconds}, {"images_per_second", e.images_per_second},
                 {"skipped_steps", e.skipped_steps}, {"loss_scale", e.loss_scale}};
    if (e.validation_loss) json["validation_loss"] = finite_or_null(*e.validation_loss);
    if (e.validation_accuracy) json["validation_accuracy"] = *e.validation_accuracy;
    return json;
}

EpochResult epoch_of(const Json& json) {
    EpochResult e;
    json.at("epoch").get_to(e.epoch);
    json.at("steps").get_to(e.steps);
    json.at("loss").get_to(e.loss);
    json.at("accuracy").get_to(e.accuracy);
    json.at("learning_rate").get_to(e.learning_rate);
    json.at("seconds").get_to(e.seconds);
    json.at("images_per_second").get_to(e.images_per_second);
    json.at("skipped_steps").get_to(e.skipped_steps);
    json.at("loss_scale").get_to(e.loss_scale);
    if (json.contains("validation_loss")) e.validation_loss = number_or_infinity(json.at("validation_loss"));
    if (json.contains("validation_accuracy")) e.validation_accuracy = json.at("validation_accuracy").get<double>();
    return e;
}

Json to_json(const Checkpoint::Running& r) {
    return {{"first_step", r.first_step}, {"first_skipped", r.first_skipped}, {"learning_rate", r.learning_rate}, {"seconds", r.seconds}, {"loss_sum", r.loss_sum},
            {"correct", r.correct}, {"samples", r.samples}, {"order_hash", r.order_hash}};
}

Checkpoint::Running running_of(const Json& json) {
    Checkpoint::Running r;
    json.at("first_step").get_to(r.first_step);
    json.at("first_skipped").get_to(r.first_skipped);
    json.at("learning_rate").get_to(r.learning_rate);
    json.at("seconds").get_to(r.seconds);
    json.at("loss_sum").get_to(r.loss_sum);
    json.at("correct").get_to(r.correct);
    json.at("samples").get_to(r.samples);
    json.at("order_hash").get_to(r.order_hash);
    return r;
}

Json to_json(const Checkpoint::Monitor& m) {
    return {{"epochs", m.epochs}, {"best_epoch", m.best_epoch}, {"bad_epochs", m.bad_epochs}, {"flat_epochs", m.flat_epochs},
            {"best", finite_or_null(m.best)}, {"best_of_plateau", finite_or_null(m.best_of_plateau)}};
}

Checkpoint::Monitor monitor_of(const Json& json) {
    Checkpoint::Monitor m;
    json.at("epochs").get_to(m.epochs);
    json.at("best_epoch").get_to(m.best_epoch);
    json.at("bad_epochs").get_to(m.bad_epochs);
    json.at("flat_epochs").get_to(m.flat_epochs);
    m.best = number_or_infinity(json.at("best"));
    m.best_of_plateau = number_or_infinity(json.at("best_of_plateau"));
    return m;
}

}  // namespace

std::string checkpoint_json(const Checkpoint& c) {
    Json epochs = Json::array();
    for (const EpochResult& epoch : c.epochs) epochs.push_back(to_json(epoch));
    const Json json = {{"version", version},
                       {"settings", c.settings},
                       {"device", c.device},
                       {"choices", choices_text(c.choices)},
                       {"step_state", c.step_state},
                       {"trained_epochs", c.trained_epochs},
                       {"epochs", epochs},
                       {"stopped_early", c.stopped_early},
                       {"running", c.running ? to_json(*c.running) : Json(nullptr)},
                       {"monitor", to_json(c.monitor)}};
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Checkpoint parse_checkpoint_json(const std::string& text, const std::string& origin) {
    Checkpoint c;
    try {
        const Json json = Json::parse(text);
        if (const int found = json.at("version").get<int>(); found != version)
            throw Error(ErrorCode::invalid_file, origin + ": is of version " + std::to_string(found) + ", this Hekla reads version " + std::to_string(version));
        json.at("settings").get_to(c.settings);
        json.at("device").get_to(c.device);
        c.choices = parse_choices(json.at("choices").get<std::string>(), origin);
        json.at("step_state").get_to(c.step_state);
        json.at("trained_epochs").get_to(c.trained_epochs);
        for (const Json& epoch : json.at("epochs")) c.epochs.push_back(epoch_of(epoch));
        json.at("stopped_early").get_to(c.stopped_early);
        if (!json.at("running").is_null()) c.running = running_of(json.at("running"));
        c.monitor = monitor_of(json.at("monitor"));
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorCode::invalid_file, origin + ": its description is damaged: " + error.what());
    }
    return c;
}

}  // namespace hekla::io
