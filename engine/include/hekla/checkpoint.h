#pragma once
// What a training needs to go on, after its process has ended, with the bits of one that never stopped.

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <hekla/choices.h>
#include <hekla/tensor_desc.h>

namespace hekla {

/// How one epoch went.
struct EpochResult {
    std::uint32_t epoch = 0;   // from 1
    std::uint64_t steps = 0;
    double loss = 0, accuracy = 0;  // running means over the epoch
    std::optional<double> validation_loss, validation_accuracy;
    double learning_rate = 0;       // of its first update
    double seconds = 0;             // training only
    double images_per_second = 0;
    std::uint64_t skipped_steps = 0;  // of mixed precision: updates that were left out
    double loss_scale = 1;            // of mixed precision, at the epoch's end
};

struct Checkpoint {
    struct Values {
        std::string name;  // "values/conv2d_1.weight", "first_moments/conv2d_1.weight", ..
        Shape shape;
        std::vector<float> values;
    };
    /// What early stopping and the plateau know of the epochs so far (losses that are not finite: none yet).
    struct Monitor {
        std::uint32_t epochs = 0, best_epoch = 0, bad_epochs = 0, flat_epochs = 0;
        double best = std::numeric_limits<double>::infinity(), best_of_plateau = std::numeric_limits<double>::infinity();
    };
    /// The part of an epoch that was done.
    struct Running {
        std::uint32_t first_step = 0;     // of the epoch
        std::uint32_t first_skipped = 0;  // updates that mixed precision had left out before it
        double learning_rate = 0, seconds = 0, loss_sum = 0;
        std::uint64_t correct = 0, samples = 0;
        std::uint64_t order_hash = 0;     // of the epoch's permutation
    };

    std::map<std::string, std::string> settings;  // by name: what must be the same to go on
    std::string device;                           // that it was made on
    KernelChoices choices;                        // of all steps so far
    std::vector<Values> tensors;                  // weights, running statistics, optimizer, averages, last good, best
    std::vector<std::uint32_t> step_state;        // every word of it: counters, random numbers, learning rate
    std::uint32_t trained_epochs = 0;             // by the Trainer, over all its fits: the next one's shuffle
    std::vector<EpochResult> epochs;              // of this fit
    bool stopped_early = false;
    std::optional<Running> running;               // none between two epochs
    Monitor monitor;

    std::uint32_t step() const { return step_state.empty() ? 0 : step_state[0]; }  // completed ones
};

/// When a fit hands out checkpoints, and where it begins.
struct CheckpointOptions {
    /// Called at the end of each epoch, when `minutes` have passed since the last one, and when should_stop ends fit. What it
    /// throws ends fit. Files: <hekla/checkpoint_folder.h>.
    std::function<void(const Checkpoint&)> save = {};
    double minutes = 5;  // 0: after every submit
    /// Where fit goes on. It throws Error (invalid_argument) naming both values where network, data or options are not those
    /// of the checkpoint; the Device must have been opened with its choices in KernelSettings::choices.
    std::shared_ptr<const Checkpoint> resume = {};
    /// More settings that must be the same, in the caller's words.
    std::map<std::string, std::string> settings = {};
};

}  // namespace hekla
