#include <hekla/graph.h>

#include <hekla/error.h>

#include "base/step_state.h"
#include "graph/op_def.h"

namespace hekla {

const TensorDesc& Tensor::desc() const {
    if (!graph_) throw Error(ErrorCode::invalid_argument, "[tensor] an empty Tensor has no shape");
    return graph_->value(*this).desc;
}

Parameter::Parameter(std::string name, Shape shape, std::vector<float> values, bool trainable)
    : name_(std::move(name)), shape_(std::move(shape)), trainable_(trainable) {
    set_values(std::move(values));
}

const std::vector<float>& Parameter::values() const {
    if (auto source = source_.lock()) source->fetch();
    return values_;
}

void Parameter::set_values(std::vector<float> values) {
    if (values.size() != shape_.elements())
        throw Error(ErrorCode::invalid_argument, "[parameter] " + name_ + " has shape " + to_string(shape_) + ", which is " +
                                                     std::to_string(shape_.elements()) + " values, but " +
                                                     std::to_string(values.size()) + " were given");
    const auto source = source_.lock();
    if (source) source->fetch();
    values_ = std::move(values);
    if (source) source->upload();
}

void Parameter::set_trainable(bool trainable) {
    if (trainable == trainable_) return;
    if (source_.lock())
        throw Error(ErrorCode::invalid_argument, "[parameter] " + name_ + " lies on a device, where a Trainer or Plan holds it: freeze it before "
                                                                          "they are made, or when they are gone");
    trainable_ = trainable;
}

void Parameter::set_mask(std::vector<std::uint8_t> mask) {
    if (source_.lock())
        throw Error(ErrorCode::invalid_argument, "[parameter] " + name_ + " lies on a device, where a Trainer or Plan holds it: set its mask before "
                                                                          "they are made, or when they are gone");
    if (!mask.empty() && mask.size() != values_.size())
        throw Error(ErrorCode::invalid_argument, "[parameter] " + name_ + " has " + std::to_string(values_.size()) + " values, the mask given has " +
                                                     std::to_string(mask.size()));
    mask_ = std::move(mask);
    for (std::size_t i = 0; i < mask_.size(); ++i)
        if (mask_[i] == 0) values_[i] = 0;
}

Tensor Graph::make_value(Value value) {
    values_.push_back(std::move(value));
    return Tensor(this, static_cast<std::uint32_t>(values_.size() - 1));
}

Tensor Graph::input(std::string name, TensorDesc desc) {
    Value value;
    value.desc = std::move(desc);
    value.kind = ValueKind::input;
    value.name = std::move(name);
    return make_value(std::move(value));
}

Tensor Graph::parameter(const ParameterPtr& parameter) {
    for (std::uint32_t id = 0; id < values_.size(); ++id)
        if (values_[id].parameter == parameter) return Tensor(this, id);
    Value value;
    value.desc = {parameter->shape(), DType::f32};
    value.kind = ValueKind::parameter;
    value.name = parameter->name();
    value.parameter = parameter;
    return make_value(std::move(value));
}

Tensor Graph::constant(Shape shape, std::vector<float> values) {
    if (values.size() != shape.elements())
        throw Error(ErrorCode::invalid_argument, "[constant] shape " + to_string(shape) + " does not hold " +
                                                     std::to_string(values.size()) + " values");
    Value value;
    value.desc = {std::move(shape), DType::f32};
    value.kind = ValueKind::constant;
    value.constant = std::move(values);
    return make_value(std::move(value));
}

Tensor Graph::step_state() {
    if (!step_state_) {
        Value value;
        value.desc = {Shape{sizeof(StepState) / 4}, DType::u32};
        value.kind = ValueKind::step_state;
        value.name = "step state";
        step_state_ = make_value(std::move(value));
    }
    return step_state_;
}

Tensor Graph::step_ring() {
    if (!step_ring_) {
        Value value;
        value.desc = {Shape{ring_entries, sizeof(StepRecord) / 4}, DType::u32};
        value.kind = ValueKind::step_ring;
        value.name = "step ring";
        step_ring_ = make_value(std::move(value));
    }
    return step_ring_;
}

std::vector<Tensor> Graph::add(const OpDef& op, const std::vector<Tensor>& inputs, std::any attributes) {
    Node node;
    node.op = &op;
    node.attributes = std::move(attributes);
    node.layer = layer_;
    node.phase = phase_;
    for (const Tensor& input : inputs) {
        if (!input || &input.graph() != this)
            throw Error(ErrorCode::invalid_argument,
                        std::string("[") + op.name + "] an operand is empty or belongs to another Graph");
        node.inputs.push_back(input.id());
    }
    const std::vector<TensorDesc> descs = op.infer(*this, node);
    std::vector<Tensor> outputs;
    for (const TensorDesc& desc : descs) {
        Value value;
        value.desc = desc;
        value.node = static_cast<std::uint32_t>(nodes_.size());
        outputs.push_back(make_value(std::move(value)));
        node.outputs.push_back(outputs.back().id());
    }
    nodes_.push_back(std::move(node));
    return outputs;
}

void Graph::begin_layer(std::string name) {
    if (layers_.back() != name) layers_.push_back(std::move(name));
    layer_ = static_cast<std::uint32_t>(layers_.size() - 1);
}

}  // namespace hekla
