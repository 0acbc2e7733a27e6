#pragma once
// The JSON form of a network: {"format": "hekla-network", "version": 1, "layers": [{"type": "conv2d", ...}, ...],
// "input": {"shape": [28, 28, 1], "scale": 0.0039, "shift": 0}, "classes": ["0", ...]}. input and classes are optional.
// A network that is no chain (version 2) has "inputs": [{"name": "image", "shape": []}], layers with "name", "inputs" and
// perhaps "trainable": false, {"type": "again", "layer": "conv2d_1", "inputs": [..]} where a layer is applied in another
// place (its value is called "conv2d_1@2"), and "outputs": [{"name": "output", "value": "dense_1"}].

#include <optional>
#include <string>

#include <hekla/nn.h>

namespace hekla::io {

std::string write_architecture(const Network& network);
/// A network as the text has it, not built: its parameters may be larger than any memory.
struct Architecture {
    Network network;
    std::optional<InputInfo> input;
};
/// Throws Error (invalid_file) that begins with `origin` and names the layer and the member that is wrong.
Architecture read_architecture(const std::string& json, const std::string& origin);

}  // namespace hekla::io
