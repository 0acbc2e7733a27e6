#include "support/device_run.h"

#include <cstring>
#include <span>

#include "plan/plan_state.h"
#include "support/shared_device.h"

namespace hekla::tests {
namespace {

void set_state(Plan& plan, const Values& words) {
    std::uint32_t raw[sizeof(StepState) / 4] = {};
    for (std::size_t i = 0; i < std::size(raw); ++i) raw[i] = static_cast<std::uint32_t>(words.at(i));
    StepState state;
    std::memcpy(&state, raw, sizeof state);
    plan.state().write_step_state(state);
}

}  // namespace

void set_feeds(Plan& plan, Graph& graph, const Feeds& feeds) {
    for (const auto& [id, values] : feeds) {
        const Value& value = graph.values()[id];
        const Tensor tensor(&graph, id);
        if (value.kind == ValueKind::step_state) {
            set_state(plan, values);
        } else if (value.desc.dtype == DType::u32) {
            const std::vector<std::uint32_t> words(values.begin(), values.end());
            plan.set(tensor, std::span(words));
        } else {
            const std::vector<float> singles(values.begin(), values.end());
            plan.set(tensor, std::span(singles));
        }
    }
}

std::vector<Values> run_on_device(Graph& graph, const Feeds& feeds,
                                  const std::vector<Tensor>& outputs) {
    Plan plan = compile(shared_device(), graph, outputs);
    set_feeds(plan, graph, feeds);
    plan.run();
    std::vector<Values> result;
    for (Tensor output : outputs) {
        const std::vector<float> values = plan.read(output);
        result.emplace_back(values.begin(), values.end());
    }
    return result;
}

}  // namespace hekla::tests
