#pragma once
// Checks and sizes that many ops share.

#include <string>

#include <hekla/error.h>

#include "graph/op_def.h"

namespace hekla {

[[noreturn]] inline void op_error(const Node& node, const std::string& what) {
    throw Error(ErrorCode::invalid_argument, std::string("[") + node.op->name + "] " + what);
}

inline void require_rank(const Graph& graph, const Node& node, std::size_t input, std::size_t rank, const char* what) {
    const Shape& shape = input_desc(graph, node, input).shape;
    if (shape.rank() != rank)
        op_error(node, std::string(what) + " must have " + std::to_string(rank) + " dimensions and is " + to_string(shape));
}

inline void require_dtype(const Graph& graph, const Node& node, std::size_t input, DType dtype, const char* what) {
    const TensorDesc& desc = input_desc(graph, node, input);
    if (desc.dtype != dtype)
        op_error(node, std::string(what) + " must be " + name(dtype) + " and is " + to_string(desc));
}

/// Kernels count in 32 bits.
inline std::uint32_t u32(std::uint64_t value) {
    if (value > 0xFFFFFFFFu) throw Error(ErrorCode::unsupported, "[ops] a size of " + std::to_string(value) + " is beyond 32 bits");
    return static_cast<std::uint32_t>(value);
}

}  // namespace hekla
