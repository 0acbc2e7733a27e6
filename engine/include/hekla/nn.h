#pragma once
// Training: losses, optimizers, the Trainer, and recipes.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <hekla/augment.h>
#include <hekla/checkpoint.h>
#include <hekla/choices.h>
#include <hekla/compile_options.h>
#include <hekla/data.h>
#include <hekla/device.h>
#include <hekla/losses.h>
#include <hekla/metrics.h>
#include <hekla/network.h>
#include <hekla/ops.h>

namespace hekla {


/// Of Precision::mixed: the loss is multiplied before the way back, lest small gradients vanish in 16 bits. Where a gradient
/// becomes infinite or NaN by it, the device leaves out the update and halves the scale; where the loss itself does, the
/// training ends as it does in 32 bits.
struct LossScaling {
    float initial = 65536;              // at least 1; powers of two round nothing
    std::uint32_t growth_steps = 2000;  // steps without an overflow until the scale doubles, at least 1
};

/// What a network learns from another one beside the labels (Hinton, Vinyals and Dean 2015): its loss is (1 - weight) times the
/// trainer's own plus weight times distillation_rows. The teacher runs inside the step, on what the student sees, as in evaluation
/// and with its own scaling of the input; its parameters are copied and stay as they are.
struct Distillation {
    Network teacher;          // built; of the same images and classes
    float temperature = 4;    // above 0: the higher, the more of the small probabilities is seen
    float weight = 0.7f;      // from 0 to 1
};

struct TrainerOptions {
    Loss loss = CrossEntropy{};
    /// In training; evaluation reports the trainer's own loss.
    std::optional<Distillation> distillation = {};
    Optimizer optimizer = Adam{};
    /// With average_decay, validation and the network after fit have the averaged weights; a later fit goes on from these.
    UpdateOptions update = {};
    Schedule schedule = {};   // begins anew with every fit
    /// One per class, or empty: samples count by the weight of their class in the training's loss, a weighted mean.
    std::vector<float> class_weights = {};
    std::uint64_t seed = 0;   // of shuffling and dropout; and of the initial weights if the network is not built
    float scale = 1.0f / 255.0f;  // of the input, if the network is not built
    float shift = 0.0f;
    CompileOptions compile = {};
    LossScaling loss_scaling = {};
    /// Most bytes of images on the device; 0: half of what is free. A larger set, and one with a source, is streamed: read
    /// in threads, ahead of the steps, into a ring of such a size. The results have the same bits.
    std::uint64_t data_memory = 0;
    unsigned data_threads = 0;  // 0: one per processor
};

struct StepResult {
    std::uint64_t step = 0;    // from 0
    double loss = 0;           // mean over the batch's samples
    std::uint32_t correct = 0;
    std::uint32_t samples = 0;
};
/// What a progress display needs; called after every submit.
struct Progress {
    std::uint32_t epoch = 1, epochs = 1;
    std::uint64_t done = 0, samples = 0;  // of this epoch
    double seconds = 0;                   // since this epoch began
    double loss = 0, accuracy = 0;        // running means
};

struct FitOptions {
    std::uint32_t epochs = 1;
    std::uint32_t batch = 32;
    float validation_split = 0;        // the last part of the data, held out before shuffling
    std::uint64_t validation_count = 0;  // the same as a number of images, if not 0
    bool shuffle = true;
    Augmentation augmentation = {};    // of training batches alone, never of what is validated or evaluated
    /// Epochs in a row whose loss (of the validation, or else of the training) is no new best, after which fit ends; the
    /// network then has the best epoch's weights, also where fit ends otherwise. 0: off.
    std::uint32_t early_stopping = 0;
    /// After more than `patience` epochs in a row without a loss that is better by 1e-4 of it, the learning rate is multiplied
    /// by `factor` (PyTorch's ReduceLROnPlateau).
    struct Plateau {
        std::uint32_t patience = 10;
        float factor = 0.1f;
    };
    std::optional<Plateau> reduce_on_plateau = {};
    std::uint32_t steps_per_submit = 32;
    double submit_ms = 30;             // time target of a submit; 0: none
    std::function<void(const StepResult&)> on_step = {};
    std::function<void(const EpochResult&)> on_epoch = {};
    std::function<void(const Progress&)> on_progress = {};
    std::function<bool()> should_stop = {};  // asked after every submit; true ends fit with the weights as they are
    std::function<void(const std::string&)> on_log = {};  // what Hekla wants to tell: cuts, quarantines
    CheckpointOptions checkpoint = {};
};

struct History {
    std::vector<EpochResult> epochs;
    bool stopped = false;              // should_stop said so
    bool stopped_early = false;        // by early_stopping
    std::uint32_t best_epoch = 0;      // with early_stopping: whose weights the network has
    std::uint64_t steps = 0;
    double seconds = 0;                // of training, without validation and compilation
    double images_per_second = 0;      // steady state: without the first submits
    double cpu_us_per_step = 0;        // CPU time of the submitting thread
    std::uint64_t submits = 0;
    std::uint64_t cut_steps = 0;       // steps that took more than one submit
    double vulkan_calls_per_step = 0;  // of the replay
    std::uint64_t objects_after_first_epoch = 0;  // Vulkan objects made and memory allocated after it: 0
    std::uint64_t skipped_steps = 0;   // of mixed precision
    double loss_scale = 1;
    std::uint64_t planned_bytes = 0;          // of device memory for computed values
    std::uint64_t default_planned_bytes = 0;  // the same with the CompileOptions' defaults
    bool streamed = false;             // the data did not lie on the device
    double data_wait_seconds = 0;      // in which the device had nothing to do because the data were not there yet
    double device_busy = 1;            // share of `seconds` without them
};

struct EvaluateOptions {
    std::uint32_t batch = 128;
    /// Each picture is seen twice, also mirrored left to right: what counts is the mean of both probabilities (of both outputs,
    /// for losses without).
    bool test_time_flip = false;
};
struct Evaluation {
    double accuracy = 0, loss = 0;
    std::uint64_t correct = 0, count = 0;
    PredictionCounts counts;          // top-k, confusion, scores by class
    double seconds = 0, images_per_second = 0;
};

/// What a layer takes of a training step, its dispatches alone on the device.
struct LayerTime {
    std::string layer;  // "conv2d_1", "loss", ..
    double forward_ms = 0, backward_ms = 0;
};

/// Trains and evaluates one network on one device: images go into its only input, its first output is one row of
/// logits per image. Either may be destroyed first: the network's parameters live on. One thread at a time.
class Trainer {
  public:
    Trainer(Device& device, const Network& network, TrainerOptions options = {});
    ~Trainer();
    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;

    /// Trains; builds the network from the data if it is not built. A repeated call goes on (optimizer state
    /// is kept). Throws Error: data that does not fit the network, out_of_memory with the largest batch that fits,
    /// non_finite with step and first layer (the parameters are then those of the last completed epoch).
    History fit(const data::Dataset& data, const FitOptions& options = {});
    /// Counts each image once, whatever the batch. The loss is without label smoothing and class weights.
    Evaluation evaluate(const data::Dataset& data, std::uint32_t batch = 128);
    Evaluation evaluate(const data::Dataset& data, const EvaluateOptions& options);
    /// Class probabilities, size() x classes.
    std::vector<float> predict(const data::Dataset& data, std::uint32_t batch = 128);
    /// Of the step that fit compiled last, without its update; the fastest of a few runs each. Empty before the first fit.
    /// Nothing that is trained changes.
    std::vector<LayerTime> layer_times();
    /// Of all that was run so far, by problem: given to a Device's KernelSettings, they repeat it.
    const KernelChoices& choices() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// A network with its recipe, by name (articles' networks): "keras-mnist", "keras-mnist-dropout",
/// "lenet-cifar10", "keras-cifar10", "feed-forward"; and our own "rnn-mnist", "hekla-cifar10".
struct Recipe {
    std::string name;
    Network network;
    std::string data;          // the data set it is meant for
    TrainerOptions trainer;
    FitOptions fit;
    EvaluateOptions evaluation = {};
};
/// Throws Error listing the names.
Recipe recipe(const std::string& name);
std::vector<std::string> recipe_names();

}  // namespace hekla
