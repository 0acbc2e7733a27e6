#include "nn/layers.h"

#include <hekla/error.h>

namespace hekla::nn {
namespace {

struct TypeName {
    const char* operator()(const Conv2d&) const { return "conv2d"; }
    const char* operator()(const Dense&) const { return "dense"; }
    const char* operator()(const MaxPool2d&) const { return "max_pool2d"; }
    const char* operator()(const AveragePool2d&) const { return "average_pool2d"; }
    const char* operator()(const GlobalMaxPool2d&) const { return "global_max_pool2d"; }
    const char* operator()(const GlobalAveragePool2d&) const { return "global_average_pool2d"; }
    const char* operator()(const Flatten&) const { return "flatten"; }
    const char* operator()(const Reshape&) const { return "reshape"; }
    const char* operator()(const Dropout&) const { return "dropout"; }
    const char* operator()(const Softmax&) const { return "softmax"; }
    const char* operator()(const Relu&) const { return "relu"; }
    const char* operator()(const LeakyRelu&) const { return "leaky_relu"; }
    const char* operator()(const Elu&) const { return "elu"; }
    const char* operator()(const Sigmoid&) const { return "sigmoid"; }
    const char* operator()(const Tanh&) const { return "tanh"; }
    const char* operator()(const Gelu&) const { return "gelu"; }
    const char* operator()(const Silu&) const { return "silu"; }
    const char* operator()(const Softplus&) const { return "softplus"; }
    const char* operator()(const Add&) const { return "add"; }
    const char* operator()(const Multiply&) const { return "multiply"; }
    const char* operator()(const Concat&) const { return "concat"; }
    const char* operator()(const BatchNorm&) const { return "batch_norm"; }
    const char* operator()(const LayerNorm&) const { return "layer_norm"; }
    const char* operator()(const GroupNorm&) const { return "group_norm"; }
    const char* operator()(const InstanceNorm&) const { return "instance_norm"; }
    const char* operator()(const DepthwiseConv2d&) const { return "depthwise_conv2d"; }
    const char* operator()(const SeparableConv2d&) const { return "separable_conv2d"; }
    const char* operator()(const Conv2dTranspose&) const { return "conv2d_transpose"; }
    const char* operator()(const Upsample2d&) const { return "upsample2d"; }
    const char* operator()(const Embedding&) const { return "embedding"; }
    const char* operator()(const SimpleRnn&) const { return "simple_rnn"; }
    const char* operator()(const Lstm&) const { return "lstm"; }
    const char* operator()(const Gru&) const { return "gru"; }
    const char* operator()(const MultiHeadAttention&) const { return "multi_head_attention"; }
};

}  // namespace

const char* type_name(const Layer& layer) { return std::visit(TypeName{}, layer); }

}  // namespace hekla::nn
