#pragma once
// Which kernel computes what: timing the candidates, remembering the answers, repeating a run's choices.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace hekla {

/// Names of problems ("conv2d 32x28x28x1 3x3x1x16 bias") and of the implementations that compute them
/// ("conv2d rows 13 texel"). Equal choices, seed, device and driver give equal bits.
using KernelChoices = std::map<std::string, std::string>;

/// Whether candidates are timed while something is compiled, always before its first step.
enum class Tune : std::uint8_t {
    off,    // never: what was remembered is used
    quick,  // problems that this user never tuned on this device, the likeliest candidates of each, for seconds
    full,   // those that were not tuned in full, all candidates, for minutes
};

/// How a Device chooses kernels. In this order, each only if it passed its self-test on the device: `choices`, what was
/// tuned here before, the table that comes with Hekla, the heuristics.
struct KernelSettings {
    Tune tune = Tune::off;
    double tune_seconds = 0;  // most time for all timing on one Device; 0: 10 (quick) or 300 (full)
    bool tune_again = false;  // time also what was tuned already
    bool remembered = true;   // false: only `choices` and the heuristics, and nothing is stored
    /// Problems that are to be computed by this and nothing else: compiling throws Error (invalid_argument) naming one that the
    /// device can't compute so. Other problems are chosen as usual.
    KernelChoices choices = {};
    std::string choices_origin = {};  // the file that they are from, for messages
    /// Told of what the user should know: remembered choices that had to be ignored, what was tuned. Called on the thread
    /// that opens the device or compiles; must not use the device. What it throws ends the compiling.
    std::function<void(const std::string&)> on_note = {};
};

/// The form of files (--choices) and of model files' metadata: a line per problem, in the order of their names. Equal
/// choices give equal text.
std::string choices_text(const KernelChoices& choices);
/// Throws Error (invalid_file) naming `origin` and the line for anything that choices_text does not write.
KernelChoices parse_choices(std::string_view text, const std::string& origin);

}  // namespace hekla
