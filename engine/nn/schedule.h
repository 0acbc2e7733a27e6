#pragma once
// A schedule in the units of the device: updates.

#include <hekla/optimizers.h>

#include "reference/reference.h"

namespace hekla::nn {

/// Throws Error for a schedule that makes no sense, or a warm-up that is not over before the training is.
reference::ScheduleSettings in_updates(const Schedule& schedule, std::uint64_t updates_per_epoch, std::uint64_t epochs);

}  // namespace hekla::nn
