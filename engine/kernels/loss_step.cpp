#include "kernels/loss_step.h"

#include <algorithm>

#include "kernels/pointwise.h"
#include "kernels/softmax.h"
#include "kernels/training.h"
#include "shaders.h"

namespace hekla::kernels {
namespace {

constexpr std::uint32_t logits = 0, labels = 1, state = 2, ring = 3, dlogits = 4;

/// Runs the reference of a part, whose operands are `at`; gives back the last one, its result.
std::vector<double> result_of(const Problem& part, const std::vector<std::vector<double>>& inputs) {
    std::vector<std::vector<double>> operands = inputs;
    operands.emplace_back(part.operands().back().elements);
    part.reference(operands);
    return operands.back();
}

}  // namespace

std::string LossStep::name() const {
    return "loss step " + std::to_string(rows_) + "x" + std::to_string(columns_) + (gradient_ ? " with gradient" : "");
}

std::vector<Operand> LossStep::operands() const {
    const std::uint64_t elements = std::uint64_t{rows_} * columns_;
    std::vector<Operand> list = {{DType::f32, elements}, {DType::u32, rows_}};
    const std::vector<Operand> record = RecordStep(rows_).operands();
    list.push_back(record[2]);
    list.push_back(record[3]);
    if (gradient_) list.push_back({DType::f32, elements, true, false});
    return list;
}

std::vector<Implementation> LossStep::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    const std::uint64_t elements = std::uint64_t{rows_} * columns_;
    if (texels_fit(device, elements, 1))
        list.push_back({"loss step",
                        {make_call<shaders::loss_step>({.group_size = default_group_size, .ring_entries = ring_entries, .has_gradient = gradient_},
                                                       {.rows = rows_, .columns = columns_}, {1, 1, 1},
                                                       {{logits, 1}, {labels}, {state}, {ring}, {gradient_ ? dlogits : ring}},
                                                       16.0 * static_cast<double>(elements))},
                        {}});
    list.push_back(one_by_one(device));
    return list;
}

Implementation LossStep::one_by_one(const vulkan::Device& device) const {
    const std::uint32_t loss_rows = gradient_ ? 5 : 4, mean = loss_rows + 1, correct = loss_rows + 2, one = loss_rows + 3, drows = loss_rows + 4;
    Implementation all{"loss step one by one", {}, {}};
    const auto add = [&](const Problem& part, const std::vector<std::uint32_t>& at) {
        Implementation first = part.implementations(device)[0];
        for (KernelCall& call : first.calls) {
            for (Slot& slot : call.slots) slot.operand = at[slot.operand];
            all.calls.push_back(std::move(call));
        }
    };
    add(CrossEntropyRows(false, rows_, columns_), {logits, labels, loss_rows});
    add(MeanRows(rows_, true), {loss_rows, state, mean});
    add(CorrectRows(rows_, columns_), {logits, labels, correct});
    add(RecordStep(rows_), {mean, correct, state, ring});
    const std::uint64_t bytes = std::uint64_t{rows_} * 4;
    all.scratch_bytes = {bytes, 4, bytes};
    if (!gradient_) return all;
    add(Fill(1, 1.0f), {one});
    add(MeanRowsGradient(rows_, true), {one, state, drows});
    add(CrossEntropyGradient(false, rows_, columns_), {logits, labels, drows, dlogits});
    all.scratch_bytes.insert(all.scratch_bytes.end(), {4, bytes});
    return all;
}

std::unique_ptr<Problem> LossStep::small() const { return std::make_unique<LossStep>(std::min(rows_, 131u), columns_, gradient_); }

void LossStep::reference(std::vector<std::vector<double>>& operands) const {
    const std::vector<double> rows = result_of(CrossEntropyRows(false, rows_, columns_), {operands[logits], operands[labels]});
    const std::vector<double> mean = result_of(MeanRows(rows_, true), {rows, operands[state]});
    const std::vector<double> correct = result_of(CorrectRows(rows_, columns_), {operands[logits], operands[labels]});
    if (gradient_) {
        const std::vector<double> drows = result_of(MeanRowsGradient(rows_, true), {{1.0}, operands[state]});
        operands[dlogits] = result_of(CrossEntropyGradient(false, rows_, columns_), {operands[logits], operands[labels], drows});
    }
    std::vector<std::vector<double>> record = {mean, correct, operands[state], operands[ring]};
    RecordStep(rows_).reference(record);
    operands[state] = std::move(record[2]);
    operands[ring] = std::move(record[3]);
}

std::vector<double> LossStep::sample(std::uint32_t operand, std::uint32_t seed) const {
    if (operand == labels) return CrossEntropyRows(false, rows_, columns_).sample(1, seed);
    if (operand == state || operand == ring) return RecordStep(rows_).sample(operand, seed);
    return Problem::sample(operand, seed);
}

}  // namespace hekla::kernels
