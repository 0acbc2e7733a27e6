#include <hekla/error.h>
#include <hekla/tensor_desc.h>

#include <algorithm>

namespace hekla {

std::size_t byte_size(DType dtype) {
    switch (dtype) {
        case DType::f32:
        case DType::u32:
        case DType::i32: return 4;
        case DType::u8: return 1;
        case DType::f16: return 2;
    }
    throw Error(ErrorCode::internal, "[tensor] unknown element type");
}

const char* name(DType dtype) {
    switch (dtype) {
        case DType::f32: return "f32";
        case DType::u32: return "u32";
        case DType::i32: return "i32";
        case DType::u8: return "u8";
        case DType::f16: return "f16";
    }
    throw Error(ErrorCode::internal, "[tensor] unknown element type");
}

std::uint64_t Shape::elements() const {
    constexpr std::uint64_t limit = std::uint64_t{1} << 63;
    // A zero makes the product zero, however large the dimensions before it are.
    if (std::find(dims_.begin(), dims_.end(), 0u) != dims_.end()) return 0;
    std::uint64_t product = 1;
    for (std::uint64_t dim : dims_) {
        if (dim > limit / product)
            throw Error(ErrorCode::invalid_argument,
                        "[tensor] shape " + to_string(*this) + " has more than 2^63 elements");
        product *= dim;
    }
    return product;
}

std::string to_string(const Shape& shape) {
    if (shape.rank() == 0) return "scalar";
    std::string text;
    for (std::uint64_t dim : shape.dims()) {
        if (!text.empty()) text += 'x';
        text += std::to_string(dim);
    }
    return text;
}

std::string to_string(const TensorDesc& desc) {
    return std::string(name(desc.dtype)) + " " + to_string(desc.shape);
}

}  // namespace hekla
