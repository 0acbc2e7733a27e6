#pragma once
// The scores of a network's classes before their softmax.

#include <hekla/network.h>

namespace hekla::nn {

/// The value that holds them (as structure() calls it): the first output, or what goes into the softmax that it comes from.
std::string logits_value(const Network& network);

}  // namespace hekla::nn
