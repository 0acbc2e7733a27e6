#include "plan/barrier_plan.h"

#include <algorithm>

namespace hekla::plan {
namespace {

bool conflict(const Access& l, const Access& r) {
    return (l.write || r.write) && l.buffer == r.buffer && l.begin < r.end && r.begin < l.end;
}

}  // namespace

std::vector<bool> plan_barriers(std::span<const std::vector<Access>> calls) {
    std::vector<bool> barrier(calls.size(), false);
    std::vector<Access> since;  // accesses since the last barrier
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const bool needed = i == 0 || std::any_of(calls[i].begin(), calls[i].end(), [&](const Access& access) {
            return std::any_of(since.begin(), since.end(), [&](const Access& earlier) { return conflict(access, earlier); });
        });
        if (needed) since.clear();
        barrier[i] = needed;
        since.insert(since.end(), calls[i].begin(), calls[i].end());
    }
    return barrier;
}

}  // namespace hekla::plan
