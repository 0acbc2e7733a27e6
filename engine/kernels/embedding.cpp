#include "kernels/embedding.h"

#include <algorithm>

#include "reference/reference.h"
#include "shaders.h"

namespace hekla::kernels {
namespace {

std::string sized(const char* what, std::uint32_t count, std::uint32_t rows, std::uint32_t columns) {
    return std::string(what) + " " + std::to_string(count) + " of " + std::to_string(rows) + "x" + std::to_string(columns);
}
std::uint32_t shrunk(std::uint32_t count) { return count > 12 ? 8 + count % 4 : count; }

/// Some rows several times, some never, and every eleventh beyond the table.
std::vector<double> sample_indices(std::uint32_t rows, std::uint32_t count, std::uint32_t seed) {
    std::vector<double> indices(count);
    for (std::uint32_t i = 0; i < count; ++i) indices[i] = i % 11 == 10 ? rows : reference::random_word(seed, 0, 1, i) % rows;
    return indices;
}

}  // namespace

std::string Embedding::name() const { return sized("embedding", count_, rows_, columns_); }
std::vector<Operand> Embedding::operands() const {
    return {{DType::f32, std::uint64_t{rows_} * columns_}, {DType::u32, count_}, {DType::f32, std::uint64_t{count_} * columns_, true, false}};
}
std::vector<Implementation> Embedding::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    const std::uint32_t components = columns_ % 4 == 0 ? 4 : 1;
    const std::uint64_t elements = std::uint64_t{count_} * columns_;
    const auto make = [&]<class S>() {
        return Implementation{"embedding",
                              {make_call<S>({.group_size = default_group_size}, {.count = count_, .rows = rows_, .columns = columns_ / components},
                                            groups_for(elements / components), {{0, components}, {1}, {2}}, 2.0 * static_cast<double>(elements))},
                              {}};
    };
    const bool texels = texels_fit(device, std::uint64_t{rows_} * columns_, components);
    if (components == 4) add_both<shaders::embedding_vec4, shaders::embedding_vec4_texel>(list, device, texels, make);
    else add_both<shaders::embedding, shaders::embedding_texel>(list, device, texels, make);
    return list;
}
std::unique_ptr<Problem> Embedding::small() const {
    return std::make_unique<Embedding>(std::min(rows_, 19u), shrunk(columns_), std::min(count_, 37u));
}
void Embedding::reference(std::vector<std::vector<double>>& operands) const {
    reference::embedding(rows_, columns_, operands[0], operands[1], operands[2]);
}
std::vector<double> Embedding::sample(std::uint32_t operand, std::uint32_t seed) const {
    return operand == 1 ? sample_indices(rows_, count_, seed) : Problem::sample(operand, seed);
}

std::string EmbeddingGradient::name() const { return sized("embedding gradient", count_, rows_, columns_); }
std::vector<Operand> EmbeddingGradient::operands() const {
    return {{DType::f32, std::uint64_t{count_} * columns_}, {DType::u32, count_}, {DType::f32, std::uint64_t{rows_} * columns_, true, false}};
}
std::vector<Implementation> EmbeddingGradient::implementations(const vulkan::Device&) const {
    const std::uint32_t components = columns_ % 4 == 0 ? 4 : 1;
    const std::uint64_t elements = std::uint64_t{rows_} * columns_;
    const auto sum = [&]<class S>() {
        return make_call<S>({.group_size = default_group_size}, {.rows = rows_, .columns = columns_ / components}, groups_for(elements / components),
                            {{0}, {3}, {4}, {2}}, static_cast<double>(elements + std::uint64_t{count_} * columns_));
    };
    return {{"embedding gradient",
             {make_call<shaders::embedding_lists>({.group_size = default_group_size}, {.count = count_, .rows = rows_}, groups_for(rows_),
                                                  {{1}, {3}, {4}}, static_cast<double>(rows_) * count_),
              components == 4 ? sum.operator()<shaders::embedding_gradient_vec4>() : sum.operator()<shaders::embedding_gradient>()},
             {std::uint64_t{rows_} * 4, std::uint64_t{count_} * 4}}};
}
std::unique_ptr<Problem> EmbeddingGradient::small() const {
    return std::make_unique<EmbeddingGradient>(std::min(rows_, 19u), shrunk(columns_), std::min(count_, 37u));
}
void EmbeddingGradient::reference(std::vector<std::vector<double>>& operands) const {
    reference::embedding_gradient(rows_, columns_, operands[0], operands[1], operands[2]);
}
std::vector<double> EmbeddingGradient::sample(std::uint32_t operand, std::uint32_t seed) const {
    return operand == 1 ? sample_indices(rows_, count_, seed) : Problem::sample(operand, seed);
}

}  // namespace hekla::kernels
