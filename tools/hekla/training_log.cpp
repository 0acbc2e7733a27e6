#include "training_log.h"

#include <hekla/error.h>

#include <cerrno>
#include <cstring>

#include "base/system.h"
#include "output.h"
#include "update_options.h"

namespace hekla::command {

TrainingLog::TrainingLog(const std::string& path) : path_(path) {
    if (path_.empty()) return;
    file_.open(base::path_of(path_), std::ios::binary | std::ios::trunc);
    if (!file_) {
        throw Error(ErrorCode::invalid_file,
                    "[--log] can't open '" + path_ + "': " + std::strerror(errno));
    }
}

void TrainingLog::settings(const Recipe& recipe) {
    if (!path_.empty()) file_ << json_text({{"settings", settings_json(recipe)}}) << std::endl;
}

void TrainingLog::step(const StepResult& result) {
    if (path_.empty()) return;
    file_ << json_text({{"step", result.step}, {"loss", result.loss}}) << '\n';
}

void TrainingLog::epoch(const EpochResult& result) {
    if (path_.empty()) return;
    Json json = {{"epoch", result.epoch}, {"loss", result.loss}, {"accuracy", result.accuracy}};
    if (result.validation_loss) json["validation_loss"] = *result.validation_loss;
    if (result.validation_accuracy) json["validation_accuracy"] = *result.validation_accuracy;
    json["learning_rate"] = result.learning_rate;
    if (result.loss_scale != 1) {  // mixed precision
        json["loss_scale"] = result.loss_scale;
        json["skipped_steps"] = result.skipped_steps;
    }
    json["seconds"] = result.seconds;
    json["images_per_second"] = result.images_per_second;
    file_ << json_text(json) << std::endl;
}

void TrainingLog::note(const std::string& text) {
    if (!path_.empty()) file_ << json_text({{"note", text}}) << std::endl;
}

void TrainingLog::flush() {
    if (!path_.empty()) file_.flush();
}

void TrainingLog::finish(const History& history) {
    if (path_.empty()) return;
    file_ << json_text({{"submits", history.submits}, {"cut_steps", history.cut_steps}}) << '\n';
    file_.close();
    if (!file_) throw Error(ErrorCode::invalid_file, "[--log] can't write all of '" + path_ + "'");
}

}  // namespace hekla::command
