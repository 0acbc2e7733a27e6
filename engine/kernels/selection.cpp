#include "kernels/selection.h"

#include <algorithm>

#include <hekla/error.h>

#include "kernels/trial.h"

namespace hekla::kernels {

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

void Selection::demand(KernelChoices choices, std::string origin) {
    demanded_ = std::move(choices);
    demanded_by_ = std::move(origin);
}

void Selection::remember(const TunedChoices& choices) {
    for (const auto& [problem, choice] : choices) remembered_[problem] = choice;
}

const TunedChoice* Selection::remembered(const std::string& problem) const {
    const auto found = remembered_.find(problem);
    return found == remembered_.end() ? nullptr : &found->second;
}

/// Among those of one name the first counts: an offer stands before the problem's own.
void Selection::put_first(std::vector<Implementation>& list, const std::string& problem) const {
    const auto bring = [&](const std::string& name) {
        const auto found = std::find_if(list.begin(), list.end(), [&](const Implementation& one) { return one.name == name; });
        if (found != list.end()) std::rotate(list.begin(), found, found + 1);
    };
    // The later one comes to stand before the earlier one.
    if (const auto found = recommended_.find(problem); found != recommended_.end()) bring(found->second);
    if (const TunedChoice* tuned = remembered(problem)) bring(tuned->implementation);
}

Implementation Selection::select(const Problem& problem) {
    std::vector<Implementation> list = candidates(problem);
    if (!demanded_.empty() || !remembered_.empty() || !recommended_.empty()) {
        const std::string name = problem.full_name();
        if (const auto wanted = demanded_.find(name); wanted != demanded_.end()) return select_demanded(problem, std::move(list), wanted->second);
        put_first(list, name);
    }
    std::string failures;
    for (Implementation& implementation : list) {
        if (passes(problem, implementation)) return std::move(implementation);
        failures += (failures.empty() ? "" : ", ") + implementation.name;
    }
    throw Error(ErrorCode::unsupported, "[kernels] no implementation of " + problem.name() + " gives right results on " +
                                            device_.gpu().name + " (" + device_.gpu().driver + "); failed: " + failures);
}

Implementation Selection::select_demanded(const Problem& problem, std::vector<Implementation> list, const std::string& wanted) {
    std::string offered;
    bool known = false;
    for (Implementation& implementation : list) {
        offered += (offered.empty() ? "'" : ", '") + implementation.name + "'";
        if (implementation.name != wanted) continue;
        known = true;
        if (passes(problem, implementation)) return std::move(implementation);
    }
    const std::string why = known ? "' gives wrong results on this device" : "' is none of those that this device has: " + offered;
    throw Error(ErrorCode::invalid_argument, "[choices] " + demanded_by_ + " demands '" + wanted + "' for " + problem.full_name() + ", but '" + wanted + why);
}

std::vector<Implementation> Selection::select_all(const Problem& problem, std::size_t most, const std::function<bool()>& go_on) {
    std::vector<Implementation> passed;
    for (Implementation& implementation : candidates(problem)) {
        if (passed.size() >= most || (go_on && !go_on())) break;
        if (passes(problem, implementation)) passed.push_back(std::move(implementation));
    }
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
            result = try_implementation(device_.trial_device(), tested, candidate);
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
