#pragma once
// Which implementation runs: of those that passed their self-test on this very device the chosen one, the one that was
// measured to be the fastest, or the first in the order of the heuristics.

#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <hekla/choices.h>

#include "kernels/problem.h"
#include "kernels/tuned_choices.h"

namespace hekla::kernels {

/// One per device; remembers what passed and what is in quarantine. Not thread-safe.
class Selection {
  public:
    explicit Selection(vulkan::Device& device) : device_(device) {}
    /// The selection that belongs to a device, made at first use.
    static Selection& of(vulkan::Device& device);

    /// Throws Error: unsupported, naming the problem and every implementation that failed; invalid_argument, naming one that
    /// is demanded and can't be had.
    Implementation select(const Problem& problem);
    /// All that passed, in the order of the heuristics; empty if none did. No more than `most`, and none is tested any
    /// more once `go_on` says false.
    std::vector<Implementation> select_all(const Problem& problem, std::size_t most = std::numeric_limits<std::size_t>::max(),
                                           const std::function<bool()>& go_on = {});

    // What select() asks before the heuristics, in this order. Names that no implementation has are ignored, but for
    // those that are demanded.
    /// These and no others, for the problems named; `origin` stands in messages.
    void demand(KernelChoices choices, std::string origin);
    /// What the tuner found on this device; added to what it found before.
    void remember(const TunedChoices& choices);
    /// What was measured elsewhere.
    void recommend(KernelChoices choices) { recommended_ = std::move(choices); }
    bool demands(const std::string& problem) const { return demanded_.contains(problem); }
    /// Null if the tuner never saw it.
    const TunedChoice* remembered(const std::string& problem) const;

    /// "conv2d rows 13 texel: operand 2 element 5 should be 0.5 and is 0.25", one per variant that failed its self-test.
    const std::vector<std::string>& quarantined() const { return quarantined_; }
    /// Implementations that were put to the self-test so far.
    std::size_t tested() const { return tested_.size(); }
    /// Told of every new quarantine.
    void on_quarantine(std::function<void(const std::string&)> tell) { tell_ = std::move(tell); }
    /// More implementations, preferred to the problem's own (tests).
    void offer(std::function<std::vector<Implementation>(const Problem&)> offer) { offer_ = std::move(offer); }

  private:
    bool passes(const Problem& problem, const Implementation& implementation);
    bool self_test(const Problem& problem, const Implementation& implementation);

    struct Key {
        std::string name;
        std::vector<vulkan::Variant> variants;
        auto operator<=>(const Key&) const = default;  // NOLINT(modernize-use-nullptr): there is none
    };
    static Key key_of(const Implementation& implementation);
    std::vector<Implementation> candidates(const Problem& problem) const;
    Implementation select_demanded(const Problem& problem, std::vector<Implementation> list, const std::string& wanted);
    void put_first(std::vector<Implementation>& list, const std::string& problem) const;

    vulkan::Device& device_;
    std::map<Key, bool> tested_;
    std::vector<std::string> quarantined_;
    std::function<void(const std::string&)> tell_;
    std::function<std::vector<Implementation>(const Problem&)> offer_;
    KernelChoices demanded_, recommended_;
    std::string demanded_by_;
    TunedChoices remembered_;
};

}  // namespace hekla::kernels
