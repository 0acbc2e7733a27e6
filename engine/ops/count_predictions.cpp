#include "kernels/count_predictions.h"
#include "ops/checks.h"
#include "ops/lowering.h"
#include "ops/op_records.h"

namespace hekla {
namespace {

/// inputs logits, labels, counts
std::vector<TensorDesc> infer(const Graph& graph, const Node& node) {
    require_rank(graph, node, 0, 2, "logits");
    const Shape& logits = input_desc(graph, node, 0).shape;
    const TensorDesc labels{Shape{logits[0]}, DType::u32}, counts{Shape{kernels::CountPredictions::words(logits[1])}, DType::u32};
    if (input_desc(graph, node, 1) != labels) op_error(node, "labels must be " + to_string(labels) + " and are " + to_string(input_desc(graph, node, 1)));
    if (input_desc(graph, node, 2) != counts) op_error(node, "counts must be " + to_string(counts) + " and are " + to_string(input_desc(graph, node, 2)));
    return {};
}
void lower(const Node& node, Lowering& lowering) {
    const Shape& logits = lowering.shape(node.inputs[0]);
    lowering.call(kernels::CountPredictions(u32(logits[0]), u32(logits[1])), node.inputs);
}
const OpDef count_op{.name = "count_predictions", .infer = infer, .gradient = nullptr, .lower = lower, .reference = nullptr, .has_effect = true};

}  // namespace

void count_predictions(Tensor logits, Tensor labels, Tensor counts) { logits.graph().add(count_op, {logits, labels, counts}); }

}  // namespace hekla
