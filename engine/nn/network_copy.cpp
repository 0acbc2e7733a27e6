#include "nn/network_copy.h"

namespace hekla::nn {

Network copy_of(const Network& network) {
    Network copy = network.with_layers(network.layers());
    copy.build(network.input());
    for (std::size_t i = 0; i < network.parameters().size(); ++i) {
        copy.parameters()[i]->set_values(network.parameters()[i]->values());
        copy.parameters()[i]->set_mask(network.parameters()[i]->mask());
    }
    copy.set_choices(network.choices());
    return copy;
}

}  // namespace hekla::nn
