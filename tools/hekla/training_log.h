#pragma once
// What is written while training runs, so that it can be followed and is there after a failure: --log and --tensorboard.

#include <hekla/nn.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace hekla::command {

/// Where a resumed training goes on: what an older process wrote beyond it is taken back.
struct LogStart {
    bool resumed = false;
    std::uint64_t step = 0;     // completed ones
    std::uint32_t epochs = 0;   // completed ones
};

/// One file. Whole epochs are on the disk once `epoch` has returned.
class LogFile {
  public:
    LogFile() = default;
    virtual ~LogFile() = default;
    LogFile(const LogFile&) = delete;
    LogFile& operator=(const LogFile&) = delete;

    virtual void settings(const Recipe&) {}
    virtual void step(const StepResult&) {}
    virtual void epoch(const EpochResult&) = 0;
    virtual void note(const std::string&) {}
    virtual void flush() {}
    /// Throws Error if anything could not be written.
    virtual void finish(const History&) = 0;
};

// Each throws Error if the file can't be opened.
/// {"settings"}, {"step", "loss"} per step, {"epoch", "loss", "accuracy", ...} per epoch, {"note"} for what the engine tells,
/// at last {"submits", "cut_steps"}.
std::unique_ptr<LogFile> json_log(const std::string& path, const LogStart& start);
/// epoch, steps, loss, accuracy, validation_loss, validation_accuracy (both empty without validation), learning_rate (of the
/// epoch's first update), seconds, images_per_second; a row per epoch.
std::unique_ptr<LogFile> csv_log(const std::string& path, const LogStart& start);
/// TensorBoard's event file in a folder: step/loss and step/accuracy of every step; epoch/... of every epoch, at its last step.
std::unique_ptr<LogFile> tensorboard_log(const std::string& folder, const LogStart& start);

/// All that are wanted.
class TrainingLog {
  public:
    TrainingLog(const std::vector<std::string>& paths, const std::string& tensorboard, const LogStart& start);

    void settings(const Recipe& recipe);
    void step(const StepResult& result);
    void epoch(const EpochResult& result);
    void note(const std::string& text);
    void flush();
    void finish(const History& history);

  private:
    std::vector<std::unique_ptr<LogFile>> files_;
};

}  // namespace hekla::command
