#pragma once
// Shapes and element types: what a tensor looks like, not where it lies.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

namespace hekla {

enum class DType : std::uint8_t { f32, u32, i32, u8, f16 };

/// Bytes of one element.
std::size_t byte_size(DType dtype);
const char* name(DType dtype);

/// Dimensions, outermost first. Images are N x H x W x C, weights of a convolution
/// kernel-height x kernel-width x input channels per group x output channels.
class Shape {
  public:
    Shape() = default;
    Shape(std::initializer_list<std::uint64_t> dims) : dims_(dims) {}
    explicit Shape(std::vector<std::uint64_t> dims) : dims_(std::move(dims)) {}

    std::size_t rank() const { return dims_.size(); }
    std::uint64_t operator[](std::size_t axis) const { return dims_.at(axis); }
    std::uint64_t back() const { return dims_.at(dims_.size() - 1); }
    /// Product of all dimensions; 1 for a scalar (rank 0). Throws Error if it exceeds 2^63.
    std::uint64_t elements() const;
    const std::vector<std::uint64_t>& dims() const { return dims_; }
    bool operator==(const Shape&) const = default;

  private:
    std::vector<std::uint64_t> dims_;
};

/// "8x32x32x3"; "scalar" for rank 0.
std::string to_string(const Shape& shape);

struct TensorDesc {
    Shape shape;
    DType dtype = DType::f32;

    std::uint64_t elements() const { return shape.elements(); }
    std::uint64_t bytes() const { return elements() * byte_size(dtype); }
    bool operator==(const TensorDesc&) const = default;
};

/// "f32 8x32x32x3"
std::string to_string(const TensorDesc& desc);

}  // namespace hekla
