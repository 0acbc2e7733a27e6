#include "loss_lines.h"

#include <cstdio>

namespace hekla::command {

std::optional<std::string> LossLines::step(double loss) {
    if (every_ == 0) return std::nullopt;
    sum_ += loss;
    if (++steps_ % every_ != 0) return std::nullopt;
    char text[80];
    std::snprintf(text, sizeof text, "[%u, %5llu] loss: %.3f", epoch_, static_cast<unsigned long long>(steps_), sum_ / every_);
    sum_ = 0;
    return text;
}

void LossLines::epoch_done() {
    ++epoch_;
    steps_ = 0;
    sum_ = 0;
}

}  // namespace hekla::command
