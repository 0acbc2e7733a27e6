#include "kernels/selection.h"

#include <hekla/error.h>

#include "kernels/trial.h"

namespace hekla::kernels {

Selection& Selection::of(vulkan::Device& device) {
    std::shared_ptr<void>& slot = device.attachment();
    if (!slot) slot = std::make_shared<Selection>(device);
    return *static_cast<Selection*>(slot.get());
}

Selection::Key Selection::key_of(const Implementation& implementation) {
    Key key{implementation.name, {}};
    for (const KernelCall& call : implementation.calls) key.variants.push_back(call.variant);
    return key;
}

std::vector<Implementation> Selection::candidates(const Problem& problem) const {
    std::vector<Implementation> list = offer_ ? offer_(problem) : std::vector<Implementation>();
    for (Implementation& own : problem.implementations(device_)) list.push_back(std::move(own));
    return list;
}

Implementation Selection::select(const Problem& problem) {
    std::vector<Implementation> list = candidates(problem);
    std::string failures;
    for (Implementation& implementation : list) {
        if (passes(problem, implementation)) return std::move(implementation);
        failures += (failures.empty() ? "" : ", ") + implementation.name;
    }
    throw Error(ErrorCode::unsupported, "[kernels] no implementation of " + problem.name() + " gives right results on " +
                                            device_.gpu().name + " (" + device_.gpu().driver + "); failed: " + failures);
}

std::vector<Implementation> Selection::select_all(const Problem& problem) {
    std::vector<Implementation> passed;
    for (Implementation& implementation : candidates(problem))
        if (passes(problem, implementation)) passed.push_back(std::move(implementation));
    return passed;
}

bool Selection::passes(const Problem& problem, const Implementation& implementation) {
    const Key key = key_of(implementation);
    if (const auto known = tested_.find(key); known != tested_.end()) return known->second;
    const bool passed = self_test(problem, implementation);
    tested_[key] = passed;
    return passed;
}

bool Selection::self_test(const Problem& problem, const Implementation& implementation) {
    const Key key = key_of(implementation);
    const auto judge = [&](const Problem& tested, const Implementation& candidate) {
        TrialResult result;
        try {
            result = try_implementation(device_, tested, candidate);
        } catch (const Error& error) {
            // No fault of the kernel, and it must not go into quarantine for it.
            if (error.code() == ErrorCode::device_lost || error.code() == ErrorCode::out_of_memory) throw;
            result.reason = error.what();  // a pipeline that the driver refuses is as bad as a wrong one
        }
        if (result.passed) return true;
        quarantined_.push_back(implementation.name + ": " + result.reason);
        if (tell_) tell_(quarantined_.back());
        return false;
    };
    for (const std::unique_ptr<Problem>& small : problem.small_ones())
        for (const Implementation& candidate : candidates(*small))
            if (key_of(candidate) == key) return judge(*small, candidate);
    // No small problem leads to these variants: test the whole one.
    return judge(problem, implementation);
}

}  // namespace hekla::kernels
