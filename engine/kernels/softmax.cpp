#include "kernels/softmax.h"

#include <algorithm>

#include "reference/reference.h"
#include "shaders.h"

namespace hekla::kernels {
namespace {

constexpr std::uint64_t small_rows = 37;

std::string sized(const char* what, std::uint64_t rows, std::uint64_t columns) {
    return std::string(what) + " " + std::to_string(rows) + "x" + std::to_string(columns);
}

/// Every one of these kernels takes rows and columns and works on one row per invocation.
template <class S>
Implementation by_row(const char* name, typename S::Constants constants, std::uint64_t rows, std::uint64_t columns,
                      std::vector<Slot> slots) {
    constants.group_size = default_group_size;
    return {name,
            {make_call<S>(constants, {.rows = static_cast<std::uint32_t>(rows), .columns = static_cast<std::uint32_t>(columns)},
                          groups_for(rows), std::move(slots), 8.0 * static_cast<double>(rows * columns))},
            {}};
}

Operand targets(bool one_hot, std::uint64_t rows, std::uint64_t columns) {
    return one_hot ? Operand{DType::f32, rows * columns} : Operand{DType::u32, rows};
}

/// Labels in and (every fifth) out of range.
std::vector<double> labels(std::uint64_t rows, std::uint64_t columns, std::uint32_t seed) {
    std::vector<double> values(rows);
    for (std::uint32_t i = 0; i < rows; ++i)
        values[i] = i % 5 == 4 ? 4294967295.0 : static_cast<double>(reference::random_word(seed, 1, 1, i) % columns);
    return values;
}

std::vector<std::uint32_t> as_words(const std::vector<double>& values) {
    std::vector<std::uint32_t> words(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) words[i] = static_cast<std::uint32_t>(values[i]);
    return words;
}

}  // namespace

std::string Softmax::name() const { return sized(kind_ == SoftmaxKind::plain ? "softmax" : "log softmax", rows_, columns_); }
std::vector<Operand> Softmax::operands() const {
    return {{DType::f32, rows_ * columns_}, {DType::f32, rows_ * columns_, true, false}};
}
std::vector<Implementation> Softmax::implementations(const vulkan::Device&) const {
    return {by_row<shaders::softmax>("softmax", {.kind = static_cast<std::uint32_t>(kind_)}, rows_, columns_, {{0}, {1}})};
}
std::unique_ptr<Problem> Softmax::small() const {
    return std::make_unique<Softmax>(kind_, std::min(rows_, small_rows), columns_);
}
void Softmax::reference(std::vector<std::vector<double>>& operands) const {
    if (kind_ == SoftmaxKind::plain) reference::softmax(rows_, columns_, operands[0], operands[1]);
    else reference::log_softmax(rows_, columns_, operands[0], operands[1]);
}

std::string SoftmaxGradient::name() const {
    return sized(kind_ == SoftmaxKind::plain ? "softmax gradient" : "log softmax gradient", rows_, columns_);
}
std::vector<Operand> SoftmaxGradient::operands() const {
    return {{DType::f32, rows_ * columns_}, {DType::f32, rows_ * columns_}, {DType::f32, rows_ * columns_, true, false}};
}
std::vector<Implementation> SoftmaxGradient::implementations(const vulkan::Device&) const {
    return {by_row<shaders::softmax_gradient>("softmax gradient", {.kind = static_cast<std::uint32_t>(kind_)}, rows_, columns_,
                                              {{0}, {1}, {2}})};
}
std::unique_ptr<Problem> SoftmaxGradient::small() const {
    return std::make_unique<SoftmaxGradient>(kind_, std::min(rows_, small_rows), columns_);
}
void SoftmaxGradient::reference(std::vector<std::vector<double>>& operands) const {
    if (kind_ == SoftmaxKind::plain) reference::softmax_gradient(rows_, columns_, operands[0], operands[1], operands[2]);
    else reference::log_softmax_gradient(rows_, columns_, operands[0], operands[1], operands[2]);
}

std::string CrossEntropyRows::name() const { return sized(one_hot_ ? "cross entropy (one-hot)" : "cross entropy", rows_, columns_); }
std::vector<Operand> CrossEntropyRows::operands() const {
    return {{DType::f32, rows_ * columns_}, targets(one_hot_, rows_, columns_), {DType::f32, rows_, true, false}};
}
std::vector<Implementation> CrossEntropyRows::implementations(const vulkan::Device&) const {
    if (one_hot_) return {by_row<shaders::cross_entropy_one_hot>("cross entropy one-hot", {}, rows_, columns_, {{0}, {1}, {2}})};
    return {by_row<shaders::cross_entropy>("cross entropy", {}, rows_, columns_, {{0}, {1}, {2}})};
}
std::unique_ptr<Problem> CrossEntropyRows::small() const {
    return std::make_unique<CrossEntropyRows>(one_hot_, std::min(rows_, small_rows), columns_);
}
void CrossEntropyRows::reference(std::vector<std::vector<double>>& operands) const {
    if (one_hot_) reference::cross_entropy_onehot(rows_, columns_, operands[0], operands[1], operands[2]);
    else reference::cross_entropy(rows_, columns_, operands[0], as_words(operands[1]), operands[2]);
}
std::vector<double> CrossEntropyRows::sample(std::uint32_t operand, std::uint32_t seed) const {
    return operand == 1 && !one_hot_ ? labels(rows_, columns_, seed) : Problem::sample(operand, seed);
}

std::string CrossEntropyGradient::name() const {
    return sized(one_hot_ ? "cross entropy gradient (one-hot)" : "cross entropy gradient", rows_, columns_);
}
std::vector<Operand> CrossEntropyGradient::operands() const {
    return {{DType::f32, rows_ * columns_}, targets(one_hot_, rows_, columns_), {DType::f32, rows_},
            {DType::f32, rows_ * columns_, true, false}};
}
std::vector<Implementation> CrossEntropyGradient::implementations(const vulkan::Device&) const {
    if (one_hot_)
        return {by_row<shaders::cross_entropy_gradient_one_hot>("cross entropy gradient one-hot", {}, rows_, columns_,
                                                                {{0}, {1}, {2}, {3}})};
    return {by_row<shaders::cross_entropy_gradient>("cross entropy gradient", {}, rows_, columns_, {{0}, {1}, {2}, {3}})};
}
std::unique_ptr<Problem> CrossEntropyGradient::small() const {
    return std::make_unique<CrossEntropyGradient>(one_hot_, std::min(rows_, small_rows), columns_);
}
void CrossEntropyGradient::reference(std::vector<std::vector<double>>& operands) const {
    if (one_hot_)
        reference::cross_entropy_onehot_gradient(rows_, columns_, operands[0], operands[1], operands[2], operands[3]);
    else
        reference::cross_entropy_gradient(rows_, columns_, operands[0], as_words(operands[1]), operands[2], operands[3]);
}
std::vector<double> CrossEntropyGradient::sample(std::uint32_t operand, std::uint32_t seed) const {
    return operand == 1 && !one_hot_ ? labels(rows_, columns_, seed) : Problem::sample(operand, seed);
}

std::string CorrectRows::name() const { return sized("correct rows", rows_, columns_); }
std::vector<Operand> CorrectRows::operands() const {
    return {{DType::f32, rows_ * columns_}, {DType::u32, rows_}, {DType::f32, rows_, true, false}};
}
std::vector<Implementation> CorrectRows::implementations(const vulkan::Device&) const {
    return {by_row<shaders::correct_rows>("correct rows", {}, rows_, columns_, {{0}, {1}, {2}})};
}
std::unique_ptr<Problem> CorrectRows::small() const {
    return std::make_unique<CorrectRows>(std::min(rows_, small_rows), columns_);
}
void CorrectRows::reference(std::vector<std::vector<double>>& operands) const {
    reference::correct(rows_, columns_, operands[0], as_words(operands[1]), operands[2]);
}
std::vector<double> CorrectRows::sample(std::uint32_t operand, std::uint32_t seed) const {
    return operand == 1 ? labels(rows_, columns_, seed) : Problem::sample(operand, seed);
}

}  // namespace hekla::kernels
