#pragma once
// How a node becomes kernel calls: an op's lower() names problems and the values they work on.

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "graph/op_def.h"
#include "kernels/problem.h"

namespace hekla {

/// A problem's operand: a value of the graph, or a part of an arena of the parameter store.
struct OperandRef {
    enum class Kind : std::uint8_t {
        value, parameters, gradients, first_moments, second_moments, gradient_sums, averages, norm_partials, masks
    } kind = Kind::value;
    std::uint32_t value = 0;         // kind value
    std::uint64_t offset_bytes = 0;  // arenas
    std::uint64_t bytes = 0;
};

struct LoweredCall {
    std::shared_ptr<const kernels::Problem> problem;
    std::vector<OperandRef> operands;
};

/// A range of the arenas that one binding can hold.
struct ArenaRange {
    std::uint64_t offset_bytes = 0, bytes = 0;
};

/// What the plan tells an op, and where the op leaves its calls, in the order in which they run.
class Lowering {
  public:
    struct Surroundings {
        std::vector<ArenaRange> arena_ranges;  // of the trainable parameters
        std::vector<ArenaRange> other_ranges = {};  // of the rest: running averages and what is frozen
        /// Whether the gradient of a parameter is computed straight into the gradient arena.
        std::function<bool(std::uint32_t gradient, std::uint32_t parameter)> in_place;
        /// Place of a parameter in the arenas.
        std::function<ArenaRange(std::uint32_t parameter)> place;
    };
    Lowering(const Graph& graph, const Surroundings& surroundings) : graph_(graph), surroundings_(surroundings) {}

    const TensorDesc& desc(std::uint32_t value) const { return graph_.values()[value].desc; }
    const Shape& shape(std::uint32_t value) const { return desc(value).shape; }
    const Graph& graph() const { return graph_; }
    const Surroundings& surroundings() const { return surroundings_; }

    template <class P>
    void call(P problem, const std::vector<std::uint32_t>& values) {
        LoweredCall call{std::make_shared<const P>(std::move(problem)), {}};
        for (std::uint32_t value : values) call.operands.push_back({OperandRef::Kind::value, value, 0, 0});
        calls_.push_back(std::move(call));
    }
    template <class P>
    void call(P problem, std::vector<OperandRef> operands) {
        calls_.push_back({std::make_shared<const P>(std::move(problem)), std::move(operands)});
    }
    std::vector<LoweredCall>& calls() { return calls_; }

  private:
    const Graph& graph_;
    const Surroundings& surroundings_;
    std::vector<LoweredCall> calls_;
};

}  // namespace hekla
