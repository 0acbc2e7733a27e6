#pragma once
// Which implementation runs: the first, in the order of the heuristics, that passed its self-test on this very device.

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "kernels/problem.h"

namespace hekla::kernels {

/// One per device; remembers what passed and what is in quarantine. Not thread-safe.
class Selection {
  public:
    explicit Selection(vulkan::Device& device) : device_(device) {}
    /// The selection that belongs to a device, made at first use.
    static Selection& of(vulkan::Device& device);

    /// Throws Error (unsupported) naming the problem and every implementation that failed.
    Implementation select(const Problem& problem);
    /// All that passed, in the same order; empty if none did.
    std::vector<Implementation> select_all(const Problem& problem);

    /// "conv2d rows 13 texel: operand 2 element 5 should be 0.5 and is 0.25", one per variant that failed its self-test.
    const std::vector<std::string>& quarantined() const { return quarantined_; }
    /// Implementations that were put to the self-test so far.
    std::size_t tested() const { return tested_.size(); }
    /// Told of every new quarantine.
    void on_quarantine(std::function<void(const std::string&)> tell) { tell_ = std::move(tell); }
    /// More implementations, preferred to the problem's own (tests; later the tuner).
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

    vulkan::Device& device_;
    std::map<Key, bool> tested_;
    std::vector<std::string> quarantined_;
    std::function<void(const std::string&)> tell_;
    std::function<std::vector<Implementation>(const Problem&)> offer_;
};

}  // namespace hekla::kernels
