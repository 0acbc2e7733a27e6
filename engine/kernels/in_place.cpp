#include "kernels/in_place.h"

#include <algorithm>

namespace hekla::kernels {
namespace {

bool reads_through_texels(const KernelCall& call, std::uint32_t operand) {
    for (std::size_t i = 0; i < call.slots.size(); ++i)
        if (call.slots[i].operand == operand && call.variant.shader->bindings[i].kind == vulkan::BindingKind::texel) return true;
    return false;
}

}  // namespace

std::vector<Operand> InPlace::operands() const {
    std::vector<Operand> operands = problem_->operands();
    operands.pop_back();
    operands[into_].written = true;
    return operands;
}

std::vector<Implementation> InPlace::implementations(const vulkan::Device& device) const {
    const auto result = static_cast<std::uint32_t>(problem_->operands().size() - 1);
    std::vector<Implementation> list;
    for (Implementation& one : problem_->implementations(device)) {
        const bool allowed = std::find(one.in_place.begin(), one.in_place.end(), into_) != one.in_place.end();
        if (!allowed || one.calls.size() != 1 || !one.scratch_bytes.empty() || reads_through_texels(one.calls[0], into_)) continue;
        for (Slot& slot : one.calls[0].slots)
            if (slot.operand == result) slot.operand = into_;
        one.name += " in place";
        list.push_back(std::move(one));
    }
    return list;
}

std::vector<std::unique_ptr<Problem>> InPlace::small_ones() const {
    std::vector<std::unique_ptr<Problem>> list;
    for (std::unique_ptr<Problem>& one : problem_->small_ones()) list.push_back(std::make_unique<InPlace>(std::move(one), into_));
    return list;
}

void InPlace::reference(std::vector<std::vector<double>>& operands) const {
    operands.emplace_back(problem_->operands().back().elements);
    problem_->reference(operands);
    operands[into_] = std::move(operands.back());
    operands.pop_back();
}

}  // namespace hekla::kernels
