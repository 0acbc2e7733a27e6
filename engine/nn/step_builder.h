#pragma once
// The graph of a StepTrainer's step.

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <hekla/step_trainer.h>

#include "nn/resident_data.h"
#include "reference/reference.h"

namespace hekla {

struct StepBuilder::State {
    using Sums = std::map<std::string, ParameterPtr>;
    /// `sums` has those of an earlier build of the same step; new ones are added.
    State(const nn::ResidentData& data, const StepTrainerOptions& options, std::uint32_t batch, Sums& sums);

    /// Adds the sums of what is reported and the end of the step. Throws Error if nothing is minimized.
    void finish(const reference::ScheduleSettings& schedule);
    /// All that the graph knows: the networks' parameters, then the sums.
    std::vector<ParameterPtr> parameters() const;

    struct Reported {
        std::string name;
        Tensor number;
        ParameterPtr sum;  // over the steps of an epoch
    };

    Graph graph;
    StepTrainerOptions options;
    std::uint32_t batch;
    Sums& sums;
    Tensor images, labels, order, state;
    std::map<std::uint32_t, vulkan::BufferRange> bound;
    std::vector<Reported> reported;
    std::uint32_t losses = 0;
};

}  // namespace hekla
