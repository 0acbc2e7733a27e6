#include <algorithm>
#include <cmath>
#include <numbers>

#include "reference/reference.h"

namespace hekla::reference {
namespace {

double anneal(double begin, double end, double x) {
    return end + 0.5 * (begin - end) * (1.0 + std::cos(std::numbers::pi * std::clamp(x, 0.0, 1.0)));
}

double after_warmup(const ScheduleSettings& s, double t) {
    using Kind = ScheduleSettings::Kind;
    if (s.kind == Kind::step) return std::pow(double{s.factor}, std::floor(t / double{s.period}));
    if (s.kind == Kind::exponential) return std::pow(double{s.factor}, t / double{s.period});
    if (s.kind == Kind::constant) return 1.0;
    return t < double{s.peak} ? anneal(double{s.first}, 1.0, t / double{s.peak})
                              : anneal(1.0, double{s.last}, (t - double{s.peak}) / double{s.fall});
}

}  // namespace

double schedule_factor(const ScheduleSettings& settings, std::uint32_t t) {
    if (t < settings.warmup) return (t + 1.0) / settings.warmup * after_warmup(settings, 0);
    return after_warmup(settings, t - settings.warmup);
}

}  // namespace hekla::reference
