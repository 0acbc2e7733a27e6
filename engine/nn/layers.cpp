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
};

}  // namespace

const char* type_name(const Layer& layer) { return std::visit(TypeName{}, layer); }

}  // namespace hekla::nn
