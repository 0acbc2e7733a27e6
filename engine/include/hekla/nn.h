#pragma once
// Layers, networks and training.

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <hekla/choices.h>
#include <hekla/compile_options.h>
#include <hekla/config.h>
#include <hekla/data.h>
#include <hekla/device.h>
#include <hekla/graph.h>
#include <hekla/ops.h>

namespace hekla {

/// How weights begin. Uniform ones draw from +-limit: Glorot sqrt(6 / (fan_in + fan_out)), He
/// sqrt(6 / fan_in), fan_in 1 / sqrt(fan_in) (PyTorch's default for weights and biases).
enum class Init : std::uint8_t { glorot_uniform, he_uniform, he_normal, fan_in_uniform, zeros };

// The layers. An image is H x W x C; sizes and strides are in pixels.
struct Conv2d {
    std::uint32_t filters = 1;
    Size2 kernel = 3;
    Size2 stride = 1;
    Padding padding = {};
    Size2 dilation = 1;
    std::uint32_t groups = 1;
    bool bias = true;
    Init weight_init = Init::glorot_uniform;
    Init bias_init = Init::zeros;
};
struct Dense {
    std::uint32_t units = 1;
    bool bias = true;
    Init weight_init = Init::glorot_uniform;
    Init bias_init = Init::zeros;
};
struct MaxPool2d {
    Size2 size = 2;
    std::optional<Size2> stride = {};
    Padding padding = {};
    bool ceil_mode = false;
};
struct AveragePool2d {
    Size2 size = 2;
    std::optional<Size2> stride = {};
    Padding padding = {};
    bool ceil_mode = false;
    bool count_include_pad = false;
};
struct GlobalMaxPool2d {};
struct GlobalAveragePool2d {};
struct Flatten {};
struct Reshape { std::vector<std::uint64_t> shape; };  // without the batch
struct Dropout { float rate = 0.5f; };
struct Softmax {};  // the last layer of a network that is trained feeds the loss without it
struct Relu {};
struct LeakyRelu { float slope = 0.01f; };
struct Elu { float alpha = 1.0f; };
struct Sigmoid {};
struct Tanh {};
struct Gelu {};
struct Silu {};
struct Softplus {};

using Layer = std::variant<Conv2d, Dense, MaxPool2d, AveragePool2d, GlobalMaxPool2d, GlobalAveragePool2d,
                           Flatten, Reshape, Dropout, Softmax, Relu, LeakyRelu, Elu, Sigmoid, Tanh, Gelu,
                           Silu, Softplus>;

/// What a network expects of its input and what its outputs are called; stored in its file.
struct InputInfo {
    Shape image_shape;                 // H x W x C
    float scale = 1.0f / 255.0f;       // a byte enters as byte * scale + shift
    float shift = 0.0f;
    std::vector<std::string> classes;
};

/// One row of a summary.
struct LayerSummary {
    std::string name;          // "conv2d_1"
    std::string type;          // "conv2d"
    Shape output;              // without the batch
    std::uint64_t parameters = 0;
    std::uint64_t multiply_adds = 0;  // per image, forward
    std::uint64_t output_bytes = 0;   // per image
};

/// A parameter that is not made yet.
struct ParameterInfo {
    std::string name;
    Shape shape;
};

/// Layers one after another. Copies share the parameters. One thread at a time.
class Sequential {
  public:
    Sequential(std::initializer_list<Layer> layers);
    explicit Sequential(std::vector<Layer> layers);

    /// Fixes the input and makes the parameters from `seed`; needed before anything that uses them
    /// (Trainer::fit does it). Again with the same image shape: keeps the parameters. Throws Error
    /// naming the layer that does not fit, with its input shape; out_of_memory with the bytes needed and available.
    void build(const InputInfo& input, std::uint64_t seed = 0);
    bool built() const;
    /// What build makes for images of this shape, in its order. Takes no memory, however large they are.
    std::vector<ParameterInfo> parameters_for(const Shape& image_shape) const;
    const InputInfo& input() const;
    const std::vector<Layer>& layers() const;
    /// In layer order: "conv2d_1.weight", "conv2d_1.bias", "dense_1.weight", ...
    const std::vector<ParameterPtr>& parameters() const;
    std::uint64_t parameter_count() const;
    std::vector<LayerSummary> summary() const;
    /// The summary as a table for people.
    std::string summary_text() const;

    /// The kernels of the last training's steps, kept in the network's file; empty if there was none.
    const KernelChoices& choices() const;
    void set_choices(KernelChoices choices);

    /// Adds the network's nodes for input x [N,H,W,C] to x's graph. training: dropout is on (and needs
    /// the step state).
    Tensor apply(Tensor x, bool training = false) const;

#if HEKLA_WITH_IO
    /// Safetensors with the architecture, the input's scaling, the class names and the choices of kernels, with their
    /// SHA-256, in the metadata. The bytes depend on these alone: no date, path or setting is in them.
    void save(const std::string& path) const;
    static Sequential load(const std::string& path);
    /// Takes the parameters of a file with the same names and shapes; throws Error listing what differs.
    void load_parameters(const std::string& path);
    /// The architecture as JSON text (the form of the metadata), and from it.
    std::string architecture_json() const;
    static Sequential from_json(const std::string& json, const std::string& origin);
#endif

  private:
    struct State;
    std::shared_ptr<State> state_;
};

struct CrossEntropy {
    bool one_hot = false;  // compare with one-hot rows (Keras' categorical) instead of integer labels: the same values
};
using Loss = std::variant<CrossEntropy>;
using Optimizer = std::variant<Sgd, Adam>;

/// Of Precision::mixed: the loss is multiplied before the way back, lest small gradients vanish in 16 bits. Where a gradient
/// becomes infinite or NaN by it, the device leaves out the update and halves the scale; where the loss itself does, the
/// training ends as it does in 32 bits.
struct LossScaling {
    float initial = 65536;              // at least 1; powers of two round nothing
    std::uint32_t growth_steps = 2000;  // steps without an overflow until the scale doubles, at least 1
};

struct TrainerOptions {
    Loss loss = CrossEntropy{};
    Optimizer optimizer = Adam{};
    std::uint64_t seed = 0;   // of shuffling and dropout; and of the initial weights if the network is not built
    float scale = 1.0f / 255.0f;  // of the input, if the network is not built
    float shift = 0.0f;
    CompileOptions compile = {};
    LossScaling loss_scaling = {};
};

struct StepResult {
    std::uint64_t step = 0;    // from 0
    double loss = 0;           // mean over the batch's samples
    std::uint32_t correct = 0;
    std::uint32_t samples = 0;
};
struct EpochResult {
    std::uint32_t epoch = 0;   // from 1
    std::uint64_t steps = 0;
    double loss = 0, accuracy = 0;  // running means over the epoch
    std::optional<double> validation_loss, validation_accuracy;
    double seconds = 0;             // training only
    double images_per_second = 0;
    std::uint64_t skipped_steps = 0;  // of mixed precision: updates that were left out
    double loss_scale = 1;            // of mixed precision, at the epoch's end
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
    bool shuffle = true;
    std::uint32_t steps_per_submit = 32;
    double submit_ms = 30;             // time target of a submit; 0: none
    std::function<void(const StepResult&)> on_step = {};
    std::function<void(const EpochResult&)> on_epoch = {};
    std::function<void(const Progress&)> on_progress = {};
    std::function<bool()> should_stop = {};  // asked after every submit; true ends fit with the weights as they are
    std::function<void(const std::string&)> on_log = {};  // what Hekla wants to tell: cuts, quarantines
};

struct History {
    std::vector<EpochResult> epochs;
    bool stopped = false;              // should_stop said so
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
};

struct Evaluation {
    double accuracy = 0, loss = 0;
    std::uint64_t correct = 0, count = 0;
    double seconds = 0, images_per_second = 0;
};

/// Trains and evaluates one network on one device. Either may be destroyed first: the network's
/// parameters live on. One thread at a time.
class Trainer {
  public:
    Trainer(Device& device, Sequential& network, TrainerOptions options = {});
    ~Trainer();
    Trainer(const Trainer&) = delete;
    Trainer& operator=(const Trainer&) = delete;

    /// Trains; builds the network from the data if it is not built. A repeated call goes on (optimizer state
    /// is kept). Throws Error: data that does not fit the network, out_of_memory with the largest batch that fits,
    /// non_finite with step and first layer (the parameters are then those of the last completed epoch).
    History fit(const data::Dataset& data, const FitOptions& options = {});
    /// Counts each image once, whatever the batch.
    Evaluation evaluate(const data::Dataset& data, std::uint32_t batch = 128);
    /// Class probabilities, size() x classes.
    std::vector<float> predict(const data::Dataset& data, std::uint32_t batch = 128);
    /// Of all that was run so far, by problem: given to a Device's KernelSettings, they repeat it.
    const KernelChoices& choices() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// A network with its recipe, by name (articles' networks): "keras-mnist", "keras-mnist-dropout",
/// "lenet-cifar10", "keras-cifar10", "feed-forward".
struct Recipe {
    std::string name;
    Sequential network;
    std::string data;          // the data set it is meant for
    TrainerOptions trainer;
    FitOptions fit;
};
/// Throws Error listing the names.
Recipe recipe(const std::string& name);
std::vector<std::string> recipe_names();

}  // namespace hekla
