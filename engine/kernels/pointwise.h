#pragma once
// Element by element, copies and fills.

#include <string>

#include "kernels/problem.h"
#include "reference/reference.h"

namespace hekla::kernels {

/// Operands: x, y. `row` is an index of reference::unary_rows().
class Unary : public Problem {
  public:
    Unary(std::uint32_t row, std::uint64_t elements, float parameter)
        : row_(row), elements_(elements), parameter_(parameter) {}
    std::string name() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint32_t row_;
    std::uint64_t elements_;
    float parameter_;
};

/// Operands: saved (the input or the output of forward, as the row says), dy, dx.
class UnaryGradient : public Problem {
  public:
    UnaryGradient(std::uint32_t row, std::uint64_t elements, float parameter)
        : row_(row), elements_(elements), parameter_(parameter) {}
    std::string name() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint32_t row_;
    std::uint64_t elements_;
    float parameter_;
};

/// Operands: l, r, y; y[i] = f(l[sum i*l_stride], r[...]) over up to four axes (padded in front with 1s).
class Binary : public Problem {
  public:
    struct Axes {
        std::array<std::uint32_t, 4> dims = {1, 1, 1, 1}, l_strides = {}, r_strides = {};
    };
    Binary(std::uint32_t row, const Axes& axes) : row_(row), axes_(axes) {}
    std::string name() const override;
    std::string details() const override { return same_shape() ? "" : "broadcast"; }
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;
    std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const override;

  private:
    std::uint64_t elements() const;
    bool same_shape() const;
    std::uint32_t row_;
    Axes axes_;
};

/// Operands: in, out (elements that are not addressed are kept).
class StridedCopy : public Problem {
  public:
    StridedCopy(reference::StridedCopy copy, std::uint64_t in_elements, std::uint64_t out_elements)
        : copy_(std::move(copy)), in_elements_(in_elements), out_elements_(out_elements) {}
    std::string name() const override;
    std::vector<Operand> operands() const override;
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override;
    void reference(std::vector<std::vector<double>>& operands) const override;

  private:
    reference::StridedCopy copy_;
    std::uint64_t in_elements_, out_elements_;
};

/// The copy as a step of another kernel, between two of its operands.
KernelCall copy_call(const vulkan::Device& device, const reference::StridedCopy& copy, std::uint64_t in_elements,
                     std::uint64_t out_elements, std::uint32_t from, std::uint32_t to);
/// Copies the first `columns` of every row of matrix `from`, whose rows are `from_width` numbers apart, into `to`.
KernelCall copy_columns(const vulkan::Device& device, std::uint32_t rows, std::uint32_t columns, std::uint32_t from_width,
                        std::uint32_t to_width, std::uint32_t from, std::uint32_t to);

/// Operand: y.
class Fill : public Problem {
  public:
    Fill(std::uint64_t elements, float value) : elements_(elements), value_(value) {}
    std::string name() const override { return "fill " + std::to_string(elements_); }
    std::vector<Operand> operands() const override { return {{DType::f32, elements_, true, false}}; }
    std::vector<Implementation> implementations(const vulkan::Device& device) const override;
    std::unique_ptr<Problem> small() const override { return std::make_unique<Fill>(37, value_); }
    void reference(std::vector<std::vector<double>>& operands) const override;

  private:
    std::uint64_t elements_;
    float value_;
};

}  // namespace hekla::kernels
