#pragma once
// Where the pixels of a feature map lie in the image.

#include <hekla/explain.h>

namespace hekla::nn {

/// Through windows, strides and paddings from the input to the value; where a layer between them is no matter of windows, as if
/// the map were stretched over the image.
MapPlace place_of(const Network& network, const std::string& value);

}  // namespace hekla::nn
