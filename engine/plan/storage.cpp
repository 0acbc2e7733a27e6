#include "plan/storage.h"

namespace hekla::plan {

using kernels::OperandMask;
using kernels::StoredHalf;

OperandMask half_operands(const Program& program, const LoweredCall& call, const std::set<std::uint32_t>& half) {
    OperandMask mask = 0;
    for (std::size_t i = 0; i < call.operands.size() && i < 32; ++i)
        if (call.operands[i].kind == OperandRef::Kind::value && half.contains(program.root[call.operands[i].value])) mask |= 1u << i;
    return mask;
}

std::shared_ptr<const kernels::Problem> as_stored(const vulkan::Device& device, const LoweredCall& call, OperandMask half, OperandMask given) {
    if (half == 0) return call.problem;
    for (const OperandMask widened : {OperandMask{0}, given}) {
        auto stored = std::make_shared<const StoredHalf>(call.problem, half, widened);
        if (!stored->implementations(device).empty()) return stored;
        if (given == 0) break;
    }
    return nullptr;
}

std::set<std::uint32_t> stored_half(const vulkan::Device& device, const Program& program, const std::vector<const LoweredCall*>& calls,
                                    std::set<std::uint32_t> wanted, const std::set<std::uint32_t>& given) {
    // Takes back what a call can't do, its result first, until all can do what is left.
    for (bool changed = true; changed;) {
        changed = false;
        for (const LoweredCall* call : calls) {
            const OperandMask mask = half_operands(program, *call, wanted), given_mask = half_operands(program, *call, given);
            if (mask == 0 || as_stored(device, *call, mask | given_mask, given_mask)) continue;
            const auto result = static_cast<std::uint32_t>(call->operands.size() - 1);
            for (std::uint32_t i = 0; i < call->operands.size(); ++i)
                if ((mask >> i & 1u) && (i == result || !(mask >> result & 1u))) wanted.erase(program.root[call->operands[i].value]);
            changed = true;
        }
    }
    return wanted;
}

}  // namespace hekla::plan
