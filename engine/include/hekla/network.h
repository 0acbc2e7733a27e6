#pragma once
// Networks: layers applied to values, from named inputs to named outputs.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <hekla/choices.h>
#include <hekla/config.h>
#include <hekla/graph.h>
#include <hekla/image_fit.h>
#include <hekla/layers.h>

namespace hekla {

/// What a network expects of its input and what its outputs are called; stored in its file.
struct InputInfo {
    Shape image_shape;                 // H x W x C
    float scale = 1.0f / 255.0f;       // a byte enters as byte * scale + shift
    float shift = 0.0f;
    std::vector<std::string> classes;
    std::vector<std::vector<std::string>> parents = {};  // see data::Dataset
    ImageFit fit = ImageFit::stretch;  // how pictures of another size become such images
};

/// One row of a summary.
struct LayerSummary {
    std::string name;          // "conv2d_1"
    std::string type;          // "conv2d"
    Shape output;              // without the batch
    std::uint64_t parameters = 0;     // 0 where a layer is applied again
    std::uint64_t multiply_adds = 0;  // per image, forward
    std::uint64_t output_bytes = 0;   // per image
};

/// A parameter that is not made yet.
struct ParameterInfo {
    std::string name;
    Shape shape;
};

/// What leads where in a network, for those who write it down in a form of their own. A value is called like the input or
/// layer that gives it; where a layer is applied again, "NAME@2", ..
struct NetworkStructure {
    struct Input {
        std::string name;
        TensorDesc desc;  // without the batch; rank 0: build says the shape
    };
    struct Place {
        std::size_t layer = 0;            // index into layers()
        std::vector<std::string> inputs;  // values
        std::string value;
    };
    struct Output {
        std::string name, value;
    };
    std::vector<Input> inputs;
    std::vector<Place> places;  // in the order in which they run
    std::vector<Output> outputs;
    std::vector<bool> trainable;  // by layer
    bool is_chain = false;        // what a Sequential of the same layers makes
};

struct LayerOptions {
    std::string name = {};  // "conv2d_1", .. where none is given
    bool trainable = true;  // false: frozen; `minimize` leaves its parameters as they are
};

/// Layers and the values that they lead to. Copies share everything, the parameters too. One thread at a time.
///
///     Network net;
///     const auto image = net.input("image");
///     const auto stem = net.add(Conv2d{.filters = 16, .padding = Padding::same()}, image);
///     const auto path = net.add(Relu{}, net.add(Conv2d{.filters = 16, .padding = Padding::same()}, stem));
///     net.output(net.add(Dense{10}, net.add(GlobalAveragePool2d{}, net.add(Add{}, {stem, path}))));
class Network {
  public:
    /// What a layer gives, or an input: shapes are known once the network is built.
    class Value {
      public:
        Value() = default;
        std::uint32_t id() const { return id_; }

      private:
        friend class Network;
        Value(const void* network, std::uint32_t id) : network_(network), id_(id) {}
        const void* network_ = nullptr;
        std::uint32_t id_ = 0;
    };
    /// A layer with its parameters, which may be applied in several places.
    class LayerRef {
      public:
        LayerRef() = default;

      private:
        friend class Network;
        LayerRef(const void* network, std::size_t index) : network_(network), index_(index) {}
        const void* network_ = nullptr;
        std::size_t index_ = 0;
    };

    Network();

    // Building. All throw Error for names that are taken and for values of another network, and once it is built.
    /// `shape` has no batch; an empty one is that of the images that build is told. u32 inputs are indices for an Embedding.
    Value input(const std::string& name, const Shape& shape = {}, DType dtype = DType::f32);
    /// A layer that `apply_layer` puts in its places; in all of them it has the same parameters.
    LayerRef layer(const Layer& layer, const LayerOptions& options = {});
    Value apply_layer(LayerRef layer, Value x);
    Value apply_layer(LayerRef layer, const std::vector<Value>& inputs);
    /// A layer in one place.
    Value add(const Layer& layer, Value x, const LayerOptions& options = {});
    Value add(const Layer& layer, const std::vector<Value>& inputs, const LayerOptions& options = {});
    /// Outputs stand in the order of these calls.
    void output(Value value, const std::string& name = "output");

    /// Fixes the input and makes the parameters from `seed`; needed before anything that uses them
    /// (Trainer::fit does it). Again with the same image shape: keeps the parameters. Throws Error
    /// naming the layer that does not fit, with its input shape; out_of_memory with the bytes needed and available.
    void build(const InputInfo& input, std::uint64_t seed = 0);
    /// The same for a network whose inputs all have a shape.
    void build(std::uint64_t seed = 0);
    bool built() const;
    /// What build makes for images of this shape, in its order. Takes no memory, however large they are.
    std::vector<ParameterInfo> parameters_for(const Shape& image_shape) const;
    /// The same architecture, not built, with the layers given (of the same types) in place of its own.
    Network with_layers(const std::vector<Layer>& layers) const;
    /// The same layers and parameters, shared, with these values (as structure() calls them) as its outputs, by whose names they
    /// go. Throws Error listing the values there are.
    Network with_outputs(const std::vector<std::string>& values) const;
    /// Freezes a layer, or lets it be trained again: its parameters are in `minimize` or not. Throws Error for a name that is
    /// no layer, and while a Trainer or Plan holds the parameters.
    void set_trainable(const std::string& layer, bool trainable);

    const InputInfo& input() const;
    const std::vector<Layer>& layers() const;
    std::vector<std::string> layer_names() const;
    std::vector<std::string> input_names() const;
    std::vector<std::string> output_names() const;
    /// Shapes without the batch.
    std::vector<Shape> input_shapes() const;
    std::vector<Shape> output_shapes() const;
    /// Whether the first output comes from a layer that is a Softmax.
    bool ends_in_softmax() const;
    /// In layer order: "conv2d_1.weight", "conv2d_1.bias", "dense_1.weight", ...
    const std::vector<ParameterPtr>& parameters() const;
    /// Of one name; throws Error listing the names there are.
    ParameterPtr parameter(const std::string& name) const;
    std::uint64_t parameter_count() const;
    /// One row per place of a layer.
    std::vector<LayerSummary> summary() const;
    /// The summary as a table for people.
    std::string summary_text() const;

    /// The kernels of the last training's steps, kept in the network's file; empty if there was none.
    const KernelChoices& choices() const;
    void set_choices(KernelChoices choices);

    /// Adds the network's nodes for the inputs, each with the batch before its shape, to their graph; gives the outputs.
    /// training: dropout is on, normalization takes the batch's statistics (and both need the step state).
    std::vector<Tensor> apply(const std::vector<Tensor>& inputs, bool training = false) const;
    /// Of a network with one input and one output.
    Tensor apply(Tensor x, bool training = false) const;

#if HEKLA_WITH_IO
    /// Safetensors with the architecture, the input's scaling, the class names and the choices of kernels, with their
    /// SHA-256, in the metadata. The bytes depend on these alone: no date, path or setting is in them.
    void save(const std::string& path) const;
    static Network load(const std::string& path);
    /// Takes the parameters of a file with the same names and shapes; throws Error listing what differs.
    void load_parameters(const std::string& path);
    /// The architecture as JSON text (the form of the metadata), and from it.
    std::string architecture_json() const;
    static Network from_json(const std::string& json, const std::string& origin);
#endif

    NetworkStructure structure() const;

    struct State;

  private:
    std::shared_ptr<State> state_;
};

/// A Network of layers one after another.
class Sequential : public Network {
  public:
    Sequential(std::initializer_list<Layer> layers);
    explicit Sequential(const std::vector<Layer>& layers);
};

}  // namespace hekla
