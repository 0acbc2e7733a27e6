#include "training_log.h"

namespace hekla::command {

TrainingLog::TrainingLog(const std::vector<std::string>& paths, const std::string& tensorboard, const LogStart& start) {
    for (const std::string& path : paths) files_.push_back(path.ends_with(".csv") ? csv_log(path, start) : json_log(path, start));
    if (!tensorboard.empty()) files_.push_back(tensorboard_log(tensorboard, start));
}

void TrainingLog::settings(const Recipe& recipe) {
    for (const auto& file : files_) file->settings(recipe);
}
void TrainingLog::step(const StepResult& result) {
    for (const auto& file : files_) file->step(result);
}
void TrainingLog::epoch(const EpochResult& result) {
    for (const auto& file : files_) file->epoch(result);
}
void TrainingLog::note(const std::string& text) {
    for (const auto& file : files_) file->note(text);
}
void TrainingLog::flush() {
    for (const auto& file : files_) file->flush();
}
void TrainingLog::finish(const History& history) {
    for (const auto& file : files_) file->finish(history);
}

}  // namespace hekla::command
