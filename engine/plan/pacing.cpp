#include "plan/pacing.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace hekla::plan {
namespace {

// An unknown device is taken for a slow one: 0.2 multiply-adds per nanosecond, 20 us per dispatch.
constexpr double unknown_ns_per_work = 5.0, dispatch_ns = 20e3;
// Corrections are slow, so that one delayed submit does not cut everything to pieces.
constexpr double correction = 0.2;

}  // namespace

Pacer::Pacer(std::vector<CallCost> calls, double target_ns)
    : calls_(std::move(calls)), known_(calls_.size(), false), target_ns_(target_ns) {
    for (const CallCost& call : calls_) ns_.push_back(dispatch_ns + unknown_ns_per_work * call.work);
}

double Pacer::cost_ns(const Piece& piece) const {
    return ns_[piece.call] * piece.count / std::max(calls_[piece.call].groups, 1u);
}

double Pacer::step_ns() const { return std::accumulate(ns_.begin(), ns_.end(), 0.0); }

bool Pacer::calibrated() const { return std::all_of(known_.begin(), known_.end(), [](bool known) { return known; }); }

std::uint32_t Pacer::whole_steps(std::uint32_t most) const {
    if (target_ns_ <= 0) return most;
    if (!calibrated()) return 0;
    const double fits = std::floor(target_ns_ / std::max(step_ns(), 1.0));
    return static_cast<std::uint32_t>(std::min<double>(fits, most));
}

std::vector<Segment> Pacer::cut() const {
    std::vector<Segment> segments(1);
    double filled = 0;
    const auto add = [&](const Piece& piece) {
        const double cost = cost_ns(piece);
        if (!segments.back().empty() && filled + cost > target_ns_) {
            segments.emplace_back();
            filled = 0;
        }
        segments.back().push_back(piece);
        filled += cost;
    };
    for (std::uint32_t call = 0; call < calls_.size(); ++call) {
        const std::uint32_t groups = std::max(calls_[call].groups, 1u);
        const double parts = target_ns_ > 0 ? std::ceil(ns_[call] / target_ns_) : 1;
        const auto count = static_cast<std::uint32_t>(std::clamp<double>(parts, 1, groups));
        for (std::uint32_t part = 0; part < count; ++part) {
            const auto first = static_cast<std::uint32_t>(std::uint64_t{groups} * part / count);
            const auto end = static_cast<std::uint32_t>(std::uint64_t{groups} * (part + 1) / count);
            if (target_ns_ > 0) add({call, first, end - first});
            else segments.back().push_back({call, first, end - first});
        }
    }
    return segments;
}

double Pacer::take(Position& at, double budget_ns, Segment& segment) const {
    // The rest of a budget is left unused rather than a call cut for less than this part of it.
    constexpr double worth_a_cut = 0.25;
    double filled = 0;
    const auto add = [&](std::uint32_t count) {
        segment.push_back({at.call, at.group, count});
        filled += cost_ns(segment.back());
        at.group += count;
        if (at.group >= std::max(calls_[at.call].groups, 1u)) at = {at.call + 1, 0};
    };
    while (!at_end(at)) {
        const std::uint32_t left = std::max(calls_[at.call].groups, 1u) - at.group;
        const double group_ns = std::max(cost_ns({at.call, at.group, 1}), 1e-3);
        const double room = budget_ns - filled;
        if (group_ns * left <= room) {
            add(left);
            continue;
        }
        const auto fit = static_cast<std::uint32_t>(std::clamp(room / group_ns, 0.0, static_cast<double>(left)));
        if (segment.empty()) add(std::max(fit, 1u));
        else if (fit > 0 && room > worth_a_cut * budget_ns) add(fit);
        break;
    }
    return filled;
}

void Pacer::measured(const Segment& segment, double ns) {
    double predicted = 0;
    for (const Piece& piece : segment) predicted += cost_ns(piece);
    if (predicted <= 0 || ns <= 0) return;
    const double factor = ns / predicted;
    for (std::size_t i = 0; i < segment.size(); ++i) {
        const std::uint32_t call = segment[i].call;
        if (i > 0 && segment[i - 1].call == call) continue;  // parts of one dispatch: once
        ns_[call] *= known_[call] ? std::pow(factor, correction) : factor;
        known_[call] = true;
    }
}

void Pacer::measured_steps(std::uint32_t steps, double ns) {
    const double predicted = step_ns() * steps;
    if (predicted <= 0 || ns <= 0) return;
    const double factor = std::pow(ns / predicted, correction);
    for (double& cost : ns_) cost *= factor;
}

}  // namespace hekla::plan
