#pragma once
// One trial of `hekla search`: a network of its settings, trained epoch by epoch and judged on held-out images.

#include <hekla/nn.h>

#include <functional>
#include <string>
#include <vector>

#include "output.h"
#include "search/median_rule.h"

namespace hekla::command {

struct HeldOut {
    data::Dataset train, validation;
};
/// The last `share` of the images are the validation's. Throws Error if either would be empty.
HeldOut hold_out(const data::Dataset& data, float share);

enum class TrialEnd : std::uint8_t { complete, stopped, failed, interrupted };
/// "complete", "stopped early", "failed", "interrupted"
const char* name(TrialEnd end);

struct TrialResult {
    std::uint32_t trial = 0;
    Json settings;
    TrialEnd end = TrialEnd::complete;
    std::string reason;              // failed: the error
    std::vector<double> accuracies;  // validation's, one per whole epoch
    double seconds = 0;
    std::uint64_t parameters = 0, multiply_adds = 0;  // of one image, forward

    /// -1 before the first epoch.
    double best_accuracy() const;
    std::string end_text() const { return std::string(name(end)) + (reason.empty() ? "" : ": " + reason); }
};

struct TrialRun {
    Device& device;
    const HeldOut& data;
    std::uint32_t epochs;
    const search::MedianRule* rule;  // null: nothing is stopped
    std::function<bool()> should_stop;
    std::function<void(const Network&, double accuracy)> on_epoch;
};

/// Errors of the network, its training and its memory are the trial's result; a lost device is thrown.
TrialResult run_trial(const TrialRun& run, const Json& settings, std::uint32_t trial);

}  // namespace hekla::command
