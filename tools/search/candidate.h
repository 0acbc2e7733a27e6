#pragma once
// The network of one trial's settings.

#include <hekla/network.h>

#include <string>
#include <vector>

#include "search/space.h"

namespace hekla::search {

/// "convolutional", "dense", then the names of recipes, whose networks are as they are.
std::vector<std::string> network_names();
std::vector<std::string> activation_names();

/// convolutional: `blocks` times a convolution of `kernel` x `kernel` (padding same), [batch_norm,] activation and a 2 x 2 pool,
/// `filters` of the first block times `widening` from block to block; then [a dense layer of `dense` units, activation, dropout]
/// and one output per class. dense: `blocks` dense layers of `dense` units, each with [batch_norm,] activation and dropout.
/// Not built. Throws Error for settings that are none of sample().
Network network_of(const Json& settings, std::uint32_t classes);

}  // namespace hekla::search
