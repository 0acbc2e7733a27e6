#pragma once
// What `hekla train` has to say at its end: --json and --report.

#include <hekla/data.h>
#include <hekla/device.h>
#include <hekla/nn.h>

#include <optional>
#include <string>
#include <vector>

#include "output.h"
#include "teacher_options.h"
#include "verdict.h"

namespace hekla::command {

struct TrainResult {
    std::string network;             // as given to --network
    DeviceInfo device;
    History history;
    std::uint32_t whole_epochs = 0;
    bool epoch_is_whole = false;     // of the latest progress
    double train_loss = 0;           // running mean of the last epoch, whole or not
    std::vector<float> step_losses;  // only for a report
    std::optional<Evaluation> test;  // none if training was interrupted
    std::optional<double> train_accuracy;  // of images trained on, without augmentation
    Baseline baseline;               // of the test
    std::optional<TeacherComparison> teaching;  // with --teacher
    std::string model;               // path
    std::string weights_sha256;
};

/// "data streamed: device busy 97.2 % (it waited 0.3 s for data)"
std::string streaming_text(const History& history);

/// The object of `train --json`.
Json result_json(const TrainResult& result, const Recipe& recipe, const std::vector<std::string>& classes);

struct ReportChoices {
    std::string command;  // what makes the same run again
    bool images = true;   // false: no picture of the data is in it
    std::string more_sections = {};  // HTML of other pages' making
};
/// The report's page; predicts the test set with `trainer`, augments samples on `device`.
std::string report_page(const TrainResult& result, const Recipe& recipe, Trainer& trainer,
                        const data::TrainTest& data, const Device& device, const ReportChoices& choices);

}  // namespace hekla::command
