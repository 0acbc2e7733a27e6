#pragma once

#include <hekla/nn.h>

#include <fstream>
#include <string>

namespace hekla::command {

/// --log: JSON lines {"step", "loss"} per step, {"epoch", "loss", "accuracy", ...} per epoch,
/// {"note"} for what the engine tells. Written while training runs, so that it can be followed and
/// is there after a failure.
class TrainingLog {
  public:
    /// Without a path nothing is written. Throws Error if the file can't be opened.
    explicit TrainingLog(const std::string& path);

    /// First line: {"settings": {...}}
    void settings(const Recipe& recipe);
    void step(const StepResult& result);
    void epoch(const EpochResult& result);
    void note(const std::string& text);
    void flush();
    /// Last line: {"submits", "cut_steps"}. Throws Error if anything could not be written.
    void finish(const History& history);

  private:
    std::string path_;
    std::ofstream file_;
};

}  // namespace hekla::command
