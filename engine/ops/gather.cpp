// The batch of a training or evaluation step, from a data set that lies on the device.

#include <hekla/ops.h>

#include "kernels/training.h"
#include "ops/checks.h"
#include "ops/lowering.h"
#include "ops/op_records.h"

namespace hekla {
namespace {

struct ImagesAttributes {
    std::uint32_t batch;
    float scale, shift;
};
struct LabelsAttributes {
    std::uint32_t batch, classes;
    bool one_hot;
};

// gather_images: inputs images per range.., order, step state ---------------------------------------
std::vector<TensorDesc> infer_images(const Graph& graph, const Node& node) {
    const TensorDesc& images = input_desc(graph, node, 0);
    require_dtype(graph, node, 0, DType::u8, "images");
    std::vector<std::uint64_t> dims = images.shape.dims();
    dims[0] = node.as<ImagesAttributes>().batch;
    return {{Shape(dims), DType::f32}};
}
void lower_images(const Node& node, Lowering& lowering) {
    const auto& a = node.as<ImagesAttributes>();
    const std::size_t ranges = node.inputs.size() - 2;
    const std::uint32_t order = node.inputs[ranges], state = node.inputs[ranges + 1];
    std::uint32_t first = 0;
    for (std::size_t i = 0; i < ranges; ++i) {
        const Shape& shape = lowering.shape(node.inputs[i]);
        kernels::GatherImages::Settings s;
        s.rows = a.batch;
        s.image_bytes = u32(shape.elements() / shape[0]);
        s.first_sample = first;
        s.sample_count = u32(shape[0]);
        s.samples = u32(lowering.shape(order)[0]);
        s.clears = i == 0;
        s.scale = a.scale;
        s.shift = a.shift;
        lowering.call(kernels::GatherImages(s), {node.inputs[i], order, state, node.outputs[0]});
        first += s.sample_count;
    }
}
const OpDef images_op{.name = "gather_images", .infer = infer_images, .gradient = nullptr, .lower = lower_images, .reference = nullptr, .cheap = true};

// gather_labels: inputs labels, order, step state -----------------------------------------------------
std::vector<TensorDesc> infer_labels(const Graph&, const Node& node) {
    const auto& a = node.as<LabelsAttributes>();
    if (a.one_hot) return {{Shape{a.batch, a.classes}, DType::f32}};
    return {{Shape{a.batch}, DType::u32}};
}
void lower_labels(const Node& node, Lowering& lowering) {
    const auto& a = node.as<LabelsAttributes>();
    lowering.call(kernels::GatherLabels(a.batch, u32(lowering.shape(node.inputs[0])[0]), a.classes, a.one_hot),
                  {node.inputs[0], node.inputs[1], node.inputs[2], node.outputs[0]});
}
const OpDef labels_op{.name = "gather_labels", .infer = infer_labels, .gradient = nullptr, .lower = lower_labels, .reference = nullptr};

}  // namespace

Tensor gather_images(std::span<const Tensor> images, Tensor order, Tensor step_state, std::uint32_t batch, float scale, float shift) {
    std::vector<Tensor> inputs(images.begin(), images.end());
    inputs.push_back(order);
    inputs.push_back(step_state);
    return order.graph().add(images_op, inputs, ImagesAttributes{batch, scale, shift})[0];
}

Tensor gather_labels(Tensor labels, Tensor order, Tensor step_state, std::uint32_t batch, std::uint32_t classes, bool one_hot) {
    return labels.graph().add(labels_op, {labels, order, step_state}, LabelsAttributes{batch, classes, one_hot})[0];
}

}  // namespace hekla
