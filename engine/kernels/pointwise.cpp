#include "kernels/pointwise.h"

#include <algorithm>

#include "reference/pointwise.h"
#include "shaders.h"

namespace hekla::kernels {
namespace {

constexpr std::uint64_t small_elements = 67;

/// Within the domain of every row: log, sqrt and division take positive numbers.
std::vector<double> positive(std::vector<double> values) {
    for (double& value : values) value = static_cast<float>(0.1 + std::abs(value));
    return values;
}
bool needs_positive(std::uint32_t row) {
    const std::string_view name = reference::unary_rows()[row].name;
    return name == "log" || name == "sqrt";
}

}  // namespace

std::string Unary::name() const {
    return std::string(reference::unary_rows()[row_].name) + " " + std::to_string(elements_);
}
std::vector<Operand> Unary::operands() const {
    return {{DType::f32, elements_}, {DType::f32, elements_, true, false}};
}
std::vector<Implementation> Unary::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    add_both<shaders::unary, shaders::unary_texel>(list, device, texels_fit(device, elements_, 4), [&]<class S>() {
        const std::uint32_t vectors = vectors_of(elements_);
        return Implementation{"unary",
                              {make_call<S>({.group_size = default_group_size, .operation = row_},
                                            {.vectors = vectors, .parameter = parameter_}, groups_for(vectors),
                                            {{0, 4}, {1}}, 2.0 * static_cast<double>(elements_))},
                              {},
                              {0}};
    });
    return list;
}
std::unique_ptr<Problem> Unary::small() const {
    return std::make_unique<Unary>(row_, std::min(elements_, small_elements), parameter_);
}
void Unary::reference(std::vector<std::vector<double>>& operands) const {
    const auto forward = reference::unary_rows()[row_].forward;
    for (std::size_t i = 0; i < operands[0].size(); ++i) operands[1][i] = forward(operands[0][i], parameter_);
}
std::vector<double> Unary::sample(std::uint32_t operand, std::uint32_t seed) const {
    std::vector<double> values = Problem::sample(operand, seed);
    return needs_positive(row_) ? positive(std::move(values)) : values;
}

std::string UnaryGradient::name() const {
    return std::string(reference::unary_rows()[row_].name) + " gradient " + std::to_string(elements_);
}
std::vector<Operand> UnaryGradient::operands() const {
    return {{DType::f32, elements_}, {DType::f32, elements_}, {DType::f32, elements_, true, false}};
}
std::vector<Implementation> UnaryGradient::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    add_both<shaders::unary_gradient, shaders::unary_gradient_texel>(
        list, device, texels_fit(device, elements_, 4), [&]<class S>() {
            const std::uint32_t vectors = vectors_of(elements_);
            return Implementation{"unary gradient",
                                  {make_call<S>({.group_size = default_group_size, .operation = row_},
                                                {.vectors = vectors, .parameter = parameter_}, groups_for(vectors),
                                                {{0, 4}, {1, 4}, {2}}, 3.0 * static_cast<double>(elements_))},
                                  {},
                                  {0, 1}};
        });
    return list;
}
std::unique_ptr<Problem> UnaryGradient::small() const {
    return std::make_unique<UnaryGradient>(row_, std::min(elements_, small_elements), parameter_);
}
void UnaryGradient::reference(std::vector<std::vector<double>>& operands) const {
    const auto gradient = reference::unary_rows()[row_].gradient;
    for (std::size_t i = 0; i < operands[0].size(); ++i)
        operands[2][i] = gradient(operands[0][i], operands[0][i], operands[1][i], parameter_);
}
std::vector<double> UnaryGradient::sample(std::uint32_t operand, std::uint32_t seed) const {
    std::vector<double> values = Problem::sample(operand, seed);
    return operand == 0 && needs_positive(row_) ? positive(std::move(values)) : values;
}

std::uint64_t Binary::elements() const {
    std::uint64_t count = 1;
    for (std::uint32_t dim : axes_.dims) count *= dim;
    return count;
}
bool Binary::same_shape() const {
    std::uint32_t stride = 1;
    for (int axis = 3; axis >= 0; --axis) {
        if (axes_.dims[axis] != 1 && (axes_.l_strides[axis] != stride || axes_.r_strides[axis] != stride)) return false;
        stride *= axes_.dims[axis];
    }
    return true;
}
std::string Binary::name() const {
    std::string dims;
    for (std::uint32_t dim : axes_.dims) dims += (dims.empty() ? "" : "x") + std::to_string(dim);
    return std::string(reference::binary_rows()[row_].name) + " " + dims;
}
std::vector<Operand> Binary::operands() const {
    std::uint64_t l = 1, r = 1;
    for (int axis = 0; axis < 4; ++axis) {
        l += std::uint64_t{axes_.dims[axis] - 1} * axes_.l_strides[axis];
        r += std::uint64_t{axes_.dims[axis] - 1} * axes_.r_strides[axis];
    }
    return {{DType::f32, l}, {DType::f32, r}, {DType::f32, elements(), true, false}};
}
std::vector<Implementation> Binary::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    const std::uint64_t count = elements();
    const double work = 3.0 * static_cast<double>(count);
    if (same_shape())
        add_both<shaders::binary_same, shaders::binary_same_texel>(
            list, device, texels_fit(device, count, 4), [&]<class S>() {
                const std::uint32_t vectors = vectors_of(count);
                return Implementation{"binary same shape",
                                      {make_call<S>({.group_size = default_group_size, .operation = row_}, {.vectors = vectors},
                                                    groups_for(vectors), {{0, 4}, {1, 4}, {2}}, work)},
                                      {},
                                      {0, 1}};
            });
    add_both<shaders::binary, shaders::binary_texel>(list, device, texels_fit(device, count, 1), [&]<class S>() {
        return Implementation{"binary broadcast",
                              {make_call<S>({.group_size = default_group_size, .operation = row_},
                                            {.elements = static_cast<std::uint32_t>(count), .dims = axes_.dims,
                                             .l_strides = axes_.l_strides, .r_strides = axes_.r_strides},
                                            groups_for(count), {{0, 1}, {1, 1}, {2}}, work)},
                              {}};
    });
    return list;
}
std::unique_ptr<Problem> Binary::small() const {
    Axes axes = axes_;
    const bool same = same_shape();
    // Fewer rows, the same strides; a plain shape stays plain.
    for (std::uint32_t& dim : axes.dims) dim = std::min(dim, 7u);
    if (same) {
        std::uint32_t stride = 1;
        for (int axis = 3; axis >= 0; --axis) {
            axes.l_strides[axis] = axes.r_strides[axis] = stride;
            stride *= axes.dims[axis];
        }
    }
    return std::make_unique<Binary>(row_, axes);
}
void Binary::reference(std::vector<std::vector<double>>& operands) const {
    const auto forward = reference::binary_rows()[row_].forward;
    for (std::uint64_t i = 0; i < operands[2].size(); ++i) {
        std::uint64_t rest = i, l = 0, r = 0;
        for (int axis = 3; axis >= 0; --axis) {
            l += rest % axes_.dims[axis] * axes_.l_strides[axis];
            r += rest % axes_.dims[axis] * axes_.r_strides[axis];
            rest /= axes_.dims[axis];
        }
        operands[2][i] = forward(operands[0][l], operands[1][r]);
    }
}
std::vector<double> Binary::sample(std::uint32_t operand, std::uint32_t seed) const {
    return positive(Problem::sample(operand, seed));  // so that division is defined
}

std::string StridedCopy::name() const {
    return "strided copy " + std::to_string(in_elements_) + " to " + std::to_string(out_elements_);
}
std::vector<Operand> StridedCopy::operands() const {
    return {{DType::f32, in_elements_}, {DType::f32, out_elements_, true, true}};
}
std::vector<Implementation> StridedCopy::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    add_both<shaders::strided_copy, shaders::strided_copy_texel>(
        list, device, texels_fit(device, in_elements_, 1), [&]<class S>() {
            typename S::Params params{.in_offset = copy_.in_offset, .out_offset = copy_.out_offset};
            params.dims.fill(1);
            const std::size_t rank = copy_.dims.size();
            std::uint64_t count = 1;
            for (std::size_t axis = 0; axis < rank; ++axis) {
                const std::size_t at = 6 - rank + axis;
                params.dims[at] = copy_.dims[axis];
                params.in_strides[at] = copy_.in_strides[axis];
                params.out_strides[at] = copy_.out_strides[axis];
                count *= copy_.dims[axis];
            }
            params.elements = static_cast<std::uint32_t>(count);
            return Implementation{"strided copy",
                                  {make_call<S>({.group_size = default_group_size}, params, groups_for(count),
                                                {{0, 1}, {1}}, 2.0 * static_cast<double>(count))},
                                  {}};
        });
    return list;
}
KernelCall copy_call(const vulkan::Device& device, const reference::StridedCopy& copy, std::uint64_t in_elements,
                     std::uint64_t out_elements, std::uint32_t from, std::uint32_t to) {
    KernelCall call = StridedCopy(copy, in_elements, out_elements).implementations(device)[0].calls[0];
    call.slots[0].operand = from;
    call.slots[1].operand = to;
    return call;
}
KernelCall copy_columns(const vulkan::Device& device, std::uint32_t rows, std::uint32_t columns, std::uint32_t from_width,
                        std::uint32_t to_width, std::uint32_t from, std::uint32_t to) {
    const auto in_row = static_cast<std::int32_t>(from_width), out_row = static_cast<std::int32_t>(to_width);
    return copy_call(device, {{rows, columns}, {in_row, 1}, {out_row, 1}}, std::uint64_t{rows} * from_width,
                     std::uint64_t{rows} * to_width, from, to);
}
std::unique_ptr<Problem> StridedCopy::small() const {
    // The variant has no shape in it: a small transposition tests it as well.
    return std::make_unique<StridedCopy>(reference::StridedCopy{{3, 5, 7}, {1, 3, 15}, {35, 7, 1}, 0, 2}, 105, 110);
}
void StridedCopy::reference(std::vector<std::vector<double>>& operands) const {
    reference::strided_copy(copy_, operands[0], operands[1]);
}

std::vector<Implementation> Fill::implementations(const vulkan::Device&) const {
    const std::uint32_t vectors = vectors_of(elements_);
    return {{"fill",
             {make_call<shaders::fill>({.group_size = default_group_size}, {.vectors = vectors, .value = value_},
                                       groups_for(vectors), {{0}}, static_cast<double>(elements_))},
             {}}};
}
void Fill::reference(std::vector<std::vector<double>>& operands) const {
    std::fill(operands[0].begin(), operands[0].end(), value_);
}

}  // namespace hekla::kernels
