#include <set>
#include <string_view>

#include "kernels/loss_step.h"
#include "ops/fused.h"
#include "plan/fusion.h"
#include "plan/uses.h"

namespace hekla::plan {
namespace {

bool is(const Node* node, std::string_view op) { return node && node->op->name == op; }

class LossFusion {
  public:
    LossFusion(Program& program, const Graph& graph) : program_(program), graph_(graph), uses_(program) {}

    void run() {
        for (Node& node : program_.nodes)
            if (is(&node, "record_step") && fuse(node)) break;  // a step has one
        std::vector<Node> kept;
        for (Node& node : program_.nodes)
            if (!gone_.contains(&node)) kept.push_back(std::move(node));
        program_.nodes = std::move(kept);
    }

  private:
    /// inputs of the record: loss, correct, state, ring
    bool fuse(Node& record) {
        const Node* mean = uses_.sole_source(program_, record.inputs[0]);
        const Node* correct = uses_.sole_source(program_, record.inputs[1]);
        if (!is(mean, "mean_rows") || mean->inputs.size() < 2 || !is(correct, "correct_rows")) return false;
        const Node* rows = uses_.sole_source(program_, mean->inputs[0]);
        if (!is(rows, "cross_entropy_rows") || rows->inputs != correct->inputs) return false;
        const Shape& logits = graph_.values()[rows->inputs[0]].desc.shape;
        if (!kernels::LossStep::pays(logits[0], logits[1])) return false;
        gone_ = {mean, correct, rows};
        fuse_gradient(*rows, record);
        record.op = &loss_step_op;
        record.inputs = {rows->inputs[0], rows->inputs[1], record.inputs[2], record.inputs[3]};
        return true;
    }

    /// The gradient of the mean's rows and that of the logits, if that is all that is done with the mean's.
    void fuse_gradient(const Node& rows, Node& record) {
        for (const Node& gradient : program_.nodes) {
            if (!is(&gradient, "cross_entropy_gradient") || gradient.inputs[0] != rows.inputs[0] || gradient.inputs[1] != rows.inputs[1]) continue;
            const Node* drows = uses_.sole_source(program_, gradient.inputs[2]);
            if (!is(drows, "mean_rows_gradient") || drows->inputs.size() < 2 || !is_one(drows->inputs[0])) continue;
            record.outputs = gradient.outputs;
            gone_.insert({drows, &gradient});
            return;
        }
    }

    bool is_one(std::uint32_t value) const {
        const Value& constant = graph_.values()[value];
        return constant.kind == ValueKind::constant && constant.constant == decltype(constant.constant){1.0f};
    }

    Program& program_;
    const Graph& graph_;
    Uses uses_;
    std::set<const Node*> gone_;
};

}  // namespace

void fuse_loss(Program& program, const Graph& graph) { LossFusion(program, graph).run(); }

}  // namespace hekla::plan
