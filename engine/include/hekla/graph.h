#pragma once
// A graph says what to compute; it holds no device memory and knows no device.

#include <any>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <hekla/tensor_desc.h>

namespace hekla {

class Graph;
struct OpDef;  // engine/graph/op_def.h

/// A handle to one value of a Graph: cheap to copy, valid as long as its Graph.
class Tensor {
  public:
    Tensor() = default;
    Tensor(Graph* graph, std::uint32_t id) : graph_(graph), id_(id) {}

    const TensorDesc& desc() const;
    const Shape& shape() const { return desc().shape; }
    Graph& graph() const { return *graph_; }
    std::uint32_t id() const { return id_; }
    explicit operator bool() const { return graph_ != nullptr; }
    bool operator==(const Tensor&) const = default;

  private:
    Graph* graph_ = nullptr;
    std::uint32_t id_ = 0;
};

/// Where the newest values of parameters live while a plan trains them.
class ParameterSource {
  public:
    virtual ~ParameterSource() = default;
    /// Brings the device's values of all parameters into their host copies.
    virtual void fetch() = 0;
    /// Takes the host copies of all parameters to the device.
    virtual void upload() = 0;
};

/// A named tensor that outlives graphs and plans: weights, biases, running averages. Shared by
/// networks, graphs and devices. One thread at a time.
class Parameter {
  public:
    Parameter(std::string name, Shape shape, std::vector<float> values, bool trainable = true);

    const std::string& name() const { return name_; }
    const Shape& shape() const { return shape_; }
    bool trainable() const { return trainable_; }
    /// Whether `minimize` changes it. Throws Error while a store on a device holds it, which keeps the two kinds apart.
    void set_trainable(bool trainable);
    /// Pruning: weights where the mask is 0 become 0, and every update leaves them so. Empty: none (the default). Throws Error
    /// if the count differs, and while a store on a device holds it.
    void set_mask(std::vector<std::uint8_t> mask);
    const std::vector<std::uint8_t>& mask() const { return mask_; }
    /// The newest values, fetched from the device if a plan holds them there.
    const std::vector<float>& values() const;
    /// Sets the values, on the device too if a plan holds them there. Throws Error if the count differs.
    void set_values(std::vector<float> values);

    /// Used by stores on a device.
    void attach(std::weak_ptr<ParameterSource> source) { source_ = std::move(source); }
    bool attached_to(const std::shared_ptr<ParameterSource>& source) const { return source_.lock() == source; }
    std::vector<float>& host_values() { return values_; }

  private:
    std::string name_;
    Shape shape_;
    std::vector<float> values_;
    bool trainable_;
    std::vector<std::uint8_t> mask_;
    std::weak_ptr<ParameterSource> source_;
};
using ParameterPtr = std::shared_ptr<Parameter>;

enum class Phase : std::uint8_t { forward, backward, update };

/// One operation of a graph. Nodes stand in the order in which they were made, which is also the
/// order in which they run.
struct Node {
    const OpDef* op = nullptr;
    std::vector<std::uint32_t> inputs;   // values
    std::vector<std::uint32_t> outputs;  // values
    std::any attributes;                 // the op's own struct
    std::uint32_t layer = 0;             // index into Graph::layers()
    Phase phase = Phase::forward;

    template <class T>
    const T& as() const { return std::any_cast<const T&>(attributes); }
};

enum class ValueKind : std::uint8_t { computed, input, parameter, constant, step_state, step_ring };

struct Value {
    TensorDesc desc;
    ValueKind kind = ValueKind::computed;
    std::uint32_t node = 0;           // the node that makes it (computed)
    std::string name;                 // inputs
    ParameterPtr parameter;           // parameters
    std::vector<float> constant;      // constants
};

/// Not copyable: Tensors point to it. Not thread-safe.
class Graph {
  public:
    Graph() = default;
    Graph(const Graph&) = delete;
    Graph& operator=(const Graph&) = delete;

    /// A value that the user sets before a run.
    Tensor input(std::string name, TensorDesc desc);
    /// A value that persists between runs; the same Parameter always gives the same Tensor.
    Tensor parameter(const ParameterPtr& parameter);
    /// f32 values fixed at build time.
    Tensor constant(Shape shape, std::vector<float> values);
    /// The device's step state (u32 words): counters, learning rate, live rows.
    Tensor step_state();
    /// The ring of step records (u32), which record_step writes.
    Tensor step_ring();

    /// Adds a node; its outputs' shapes come from the op. Throws Error if the inputs do not fit.
    std::vector<Tensor> add(const OpDef& op, const std::vector<Tensor>& inputs, std::any attributes = {});

    // References stay valid while the graph grows.
    const std::deque<Node>& nodes() const { return nodes_; }
    const std::deque<Value>& values() const { return values_; }
    const Value& value(Tensor tensor) const { return values_.at(tensor.id()); }
    std::deque<Node>& mutable_nodes() { return nodes_; }
    const std::vector<std::string>& layers() const { return layers_; }

    /// Nodes made from now on belong to layer `name` (a new entry unless it is the last one's name).
    void begin_layer(std::string name);
    void set_layer(std::uint32_t layer) { layer_ = layer; }
    std::uint32_t layer() const { return layer_; }
    void set_phase(Phase phase) { phase_ = phase; }
    Phase phase() const { return phase_; }

  private:
    Tensor make_value(Value value);

    std::deque<Node> nodes_;
    std::deque<Value> values_;
    std::vector<std::string> layers_ = {"graph"};
    std::uint32_t layer_ = 0;
    Phase phase_ = Phase::forward;
    Tensor step_state_, step_ring_;
};

/// Adds the nodes that compute d loss / d wrt[i] for a scalar `loss` (reverse mode) and returns them,
/// shaped like wrt[i] (zeros if the loss does not depend on it). Throws Error naming the first op on
/// the way that has no gradient.
std::vector<Tensor> gradients(Tensor loss, std::span<const Tensor> wrt);
/// The same for a value of any shape, given the gradient of some loss with respect to it.
std::vector<Tensor> gradients(Tensor value, Tensor value_gradient, std::span<const Tensor> wrt);

}  // namespace hekla
