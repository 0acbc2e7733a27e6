#pragma once
// The shared part of a Network: layers, the places where they are applied, and what build makes of them.

#include <optional>
#include <utility>

#include <hekla/network.h>

namespace hekla {

struct Network::State {
    struct Input {
        std::string name;
        TensorDesc desc;  // without the batch; rank 0: build says it
    };
    struct LayerEntry {
        std::string name;  // "conv2d_1"
        bool trainable = true;
        std::vector<std::size_t> parameters = {};  // indexes into State::parameters
        std::vector<bool> learnt = {};             // by parameter: false for running averages and the like
    };
    /// A place of a layer.
    struct Call {
        std::size_t layer = 0;
        std::vector<std::uint32_t> inputs;  // values
        std::uint32_t value = 0;            // that it gives
    };
    struct Output {
        std::string name;
        std::uint32_t value = 0;
    };
    /// Where a value comes from.
    struct Origin {
        bool is_input = false;
        std::size_t index = 0;  // into inputs or calls
    };

    std::vector<Layer> layers;
    std::vector<LayerEntry> entries;  // by layer
    std::vector<Input> inputs;
    std::vector<Call> calls;          // in the order in which they run
    std::vector<Output> outputs;
    std::vector<Origin> values;
    std::optional<InputInfo> info;    // set by build
    std::vector<ParameterPtr> parameters;  // in layer order
    KernelChoices choices;            // of the last training

    /// What a value is called: an input's name, a layer's, or from a layer's second place on "NAME@2".
    std::string value_name(std::uint32_t value) const;
    /// One input of any shape, every layer once after the one before, one output: what a Sequential makes.
    bool is_chain() const;
};

}  // namespace hekla
