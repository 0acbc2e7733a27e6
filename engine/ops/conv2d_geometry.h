#pragma once
// What the transposed convolution needs of the convolution.

#include <hekla/ops.h>

#include "base/geometry.h"

namespace hekla {

/// Throws Error for shapes that do not fit.
Conv2dGeometry conv2d_geometry(const Shape& x, const Shape& weight, const Conv2dOptions& options);
/// Adds the node; `shape` is the weight's.
Tensor conv2d_weight_gradient(Tensor x, Tensor dy, const Conv2dGeometry& geometry, const Shape& shape);

}  // namespace hekla
