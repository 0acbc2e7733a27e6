#pragma once
// A network with parameters of its own.

#include <hekla/network.h>

namespace hekla::nn {

/// The same layers, values and masks in parameters that nothing else shares. Throws Error for one that is not built.
Network copy_of(const Network& network);

}  // namespace hekla::nn
