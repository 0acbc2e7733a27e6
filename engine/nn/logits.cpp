#include "nn/logits.h"

#include <hekla/error.h>

namespace hekla::nn {

std::string logits_value(const Network& network) {
    const NetworkStructure structure = network.structure();
    if (structure.outputs.empty()) throw Error(ErrorCode::invalid_argument, "[network] it has no output");
    const std::string& output = structure.outputs[0].value;
    if (!network.ends_in_softmax()) return output;
    for (const NetworkStructure::Place& place : structure.places)
        if (place.value == output) return place.inputs[0];
    return output;
}

}  // namespace hekla::nn
