#pragma once
// One layer as JSON: {"type": "conv2d", "filters": 16, ...}.

#include "io/json_reader.h"

namespace hekla::io {

Json layer_json(Layer layer);
/// Reads the type and its members; the caller looks at what is left. Throws Error (invalid_file).
Layer read_layer(Reader& reader);

}  // namespace hekla::io
