#pragma once
// How a step is cut into submits that keep to a time target, so that a desktop stays fluid and no watchdog resets the
// GPU. Pure; knows no device.

#include <cstdint>
#include <span>
#include <vector>

namespace hekla::plan {

/// Groups [first, first + count) of a call along its cut axis.
struct Piece {
    std::uint32_t call = 0, first = 0, count = 0;
    bool operator==(const Piece&) const = default;
};
using Segment = std::vector<Piece>;

/// What the pacer knows of a call: an estimate of its work, and into how many parts it can be cut.
struct CallCost {
    double work = 1;
    std::uint32_t groups = 1;
};

/// Learns what calls cost from measured segments. Starts with small segments: the device is unknown.
class Pacer {
  public:
    /// target_ns 0: no target, nothing is ever cut.
    Pacer(std::vector<CallCost> calls, double target_ns);

    /// Steps that one submit may hold: 0 if a single step is too long for it.
    std::uint32_t whole_steps(std::uint32_t most) const;
    /// A step cut into segments, each within the target as far as is known.
    std::vector<Segment> cut() const;
    /// The pieces from `at` on that fit into `budget_ns`, into `segment`, which must have room for one per call: at least one
    /// group, at most to the step's end. Moves `at`; returns their expected time. Does not allocate.
    struct Position {
        std::uint32_t call = 0, group = 0;
        bool operator==(const Position&) const = default;
    };
    double take(Position& at, double budget_ns, Segment& segment) const;
    bool at_end(const Position& at) const { return at.call >= calls_.size(); }
    /// Tells how long a segment took. Only the first measurements of a call set its cost; later ones correct it.
    void measured(const Segment& segment, double ns);
    void measured_steps(std::uint32_t steps, double ns);
    /// Whether every call was measured.
    bool calibrated() const;
    double step_ns() const;

  private:
    double cost_ns(const Piece& piece) const;

    std::vector<CallCost> calls_;
    std::vector<double> ns_;        // per call
    std::vector<bool> known_;
    double target_ns_;
};

}  // namespace hekla::plan
