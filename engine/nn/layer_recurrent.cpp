// Recurrent layers, unrolled: one product for the inputs of all steps, one per step for the state.

#include <hekla/error.h>

#include "nn/layers.h"

namespace hekla::nn {
namespace {

struct Weights {
    Tensor recurrent, recurrent_bias;
};
struct Memory {
    Tensor state, cell;  // [N, units]; the cell is an LSTM's
};

std::vector<Tensor> gates_of(Tensor z, std::uint64_t count) {
    return split(z, 1, std::vector<std::uint64_t>(count, z.shape()[1] / count));
}

/// `input`: what the step's features give, [N, gates * units].
Memory simple_step(Tensor input, const Memory& before, const Weights& w) {
    return {tanh(before.state ? add(input, matmul(before.state, w.recurrent)) : input), {}};
}

Memory lstm_step(Tensor input, const Memory& before, const Weights& w) {
    const std::vector<Tensor> gates = gates_of(before.state ? add(input, matmul(before.state, w.recurrent)) : input, 4);
    const Tensor added = multiply(sigmoid(gates[0]), tanh(gates[2]));
    const Tensor cell = before.cell ? add(multiply(sigmoid(gates[1]), before.cell), added) : added;
    return {multiply(sigmoid(gates[3]), tanh(cell)), cell};
}

Memory gru_step(Tensor input, const Memory& before, const Weights& w) {
    const std::uint64_t rows = input.shape()[0], columns = input.shape()[1];
    const Tensor from_state = before.state ? dense(before.state, w.recurrent, w.recurrent_bias) : broadcast_to(w.recurrent_bias, Shape{rows, columns});
    const std::vector<Tensor> x = gates_of(input, 3), h = gates_of(from_state, 3);
    const Tensor reset = sigmoid(add(x[0], h[0])), update = sigmoid(add(x[1], h[1]));
    const Tensor fresh = tanh(add(x[2], multiply(reset, h[2])));
    // (1 - update) * fresh + update * state
    if (!before.state) return {subtract(fresh, multiply(update, fresh)), {}};
    return {add(fresh, multiply(update, subtract(before.state, fresh))), {}};
}

}  // namespace

Tensor apply_recurrent(Recurrence kind, bool sequences, Tensor x, const std::vector<Tensor>& parameters) {
    const auto step = kind == Recurrence::simple ? simple_step : kind == Recurrence::lstm ? lstm_step : gru_step;
    const std::uint64_t rows = x.shape()[0], steps = x.shape()[1], features = x.shape()[2];
    const std::uint64_t columns = parameters[0].shape()[1], units = parameters[1].shape()[0];
    const Weights weights{parameters[1], parameters.size() > 3 ? parameters[3] : Tensor()};
    const Tensor all = reshape(dense(reshape(x, Shape{rows * steps, features}), parameters[0], parameters[2]), Shape{rows, steps, columns});
    Memory memory;
    std::vector<Tensor> states;
    for (Tensor input : split(all, 1, std::vector<std::uint64_t>(steps, 1))) {
        memory = step(reshape(input, Shape{rows, columns}), memory, weights);
        if (sequences) states.push_back(reshape(memory.state, Shape{rows, 1, units}));
    }
    return sequences ? concat(states, 1) : memory.state;
}

}  // namespace hekla::nn
