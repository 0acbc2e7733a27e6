#include "kernels/dense_gradients.h"

#include <algorithm>

#include "kernels/matmul.h"
#include "kernels/pointwise.h"
#include "reference/reference.h"
#include "shaders.h"

namespace hekla::kernels {
namespace {

constexpr std::uint32_t x = 0, weight = 1, dy = 2, dx = 3, dweight = 4, dbias = 5;
constexpr std::uint32_t most_columns = 16, most_rows = 8;

std::uint64_t x_elements(const DenseGeometry& g) { return std::uint64_t{g.rows} * g.features; }
std::uint64_t weight_elements(const DenseGeometry& g) { return std::uint64_t{g.features} * g.columns; }
std::uint64_t y_elements(const DenseGeometry& g) { return std::uint64_t{g.rows} * g.columns; }

MatmulGeometry input_product(const DenseGeometry& g) {
    return {.rows = g.rows, .columns = g.features, .depth = g.columns, .transpose_b = true};
}
MatmulGeometry weight_product(const DenseGeometry& g) {
    return {.rows = g.features, .columns = g.columns, .depth = g.rows, .transpose_a = true};
}

/// All inputs are read as texels, four numbers each.
bool fit_texels(const vulkan::Device& device, const DenseGeometry& g) {
    return g.features % 4 == 0 && texels_fit(device, std::max({x_elements(g), weight_elements(g), y_elements(g)}), 4);
}
/// Weights, their gradients and four rows of dy stay in registers.
bool is_narrow(const vulkan::Device& device, const DenseGeometry& g) {
    return g.columns <= most_columns && g.rows % 4 == 0 && fit_texels(device, g) && 12 * g.columns + 8 <= traits(device).registers;
}
/// x, dx and dy of all rows do.
bool has_few_rows(const vulkan::Device& device, const DenseGeometry& g) {
    return g.rows <= most_rows && g.columns % 4 == 0 && fit_texels(device, g) && 12 * g.rows + 8 <= traits(device).registers;
}

/// A layer without bias has no dbias: its binding gets dweight, which is written anyway.
std::vector<Slot> slots(const DenseGeometry& g) { return {{x, 4}, {weight, 4}, {dy, 4}, {dx}, {dweight}, {g.bias ? dbias : dweight}}; }

double work(const DenseGeometry& g) { return 2.0 * static_cast<double>(g.rows) * static_cast<double>(weight_elements(g)); }

Implementation narrow(const vulkan::Device& device, const DenseGeometry& g) {
    const std::uint32_t vectors = g.features / 4, group_size = traits(device).group_size;
    return {"dense gradients, narrow",
            {make_call<shaders::dense_gradients_narrow>({.group_size = group_size, .columns = g.columns, .has_bias = g.bias, .through_relu = g.through_relu},
                          {.rows = g.rows, .feature_vectors = vectors, .factor = g.factor}, groups_for(std::uint64_t{vectors} + 1, group_size),
                          slots(g), work(g))},
            {}};
}

Implementation few_rows(const vulkan::Device& device, const DenseGeometry& g) {
    const std::uint32_t vectors = g.features / 4, column_vectors = g.columns / 4, group_size = traits(device).group_size;
    return {"dense gradients, few rows",
            {make_call<shaders::dense_gradients_rows>({.group_size = group_size, .rows = g.rows, .has_bias = g.bias, .through_relu = g.through_relu},
                          {.feature_vectors = vectors, .column_vectors = column_vectors, .factor = g.factor},
                          groups_for(std::uint64_t{vectors} + column_vectors, group_size), slots(g), work(g))},
            {}};
}

}  // namespace

bool DenseGradients::pays(const vulkan::Device& device, const DenseGeometry& g) {
    return has_few_rows(device, g) || (traits(device).cpu && is_narrow(device, g));
}

std::string DenseGradients::name() const {
    std::string text = "dense gradients " + std::to_string(g_.rows) + "x" + std::to_string(g_.features) + " by " + std::to_string(g_.columns);
    if (g_.bias) text += " + bias";
    if (g_.through_relu) text += " through relu";
    if (g_.factor != 1) text += " and dropout";
    return text;
}

std::vector<Operand> DenseGradients::operands() const {
    std::vector<Operand> list = {{DType::f32, x_elements(g_)}, {DType::f32, weight_elements(g_)}, {DType::f32, y_elements(g_)},
                                 {DType::f32, x_elements(g_), true, false}, {DType::f32, weight_elements(g_), true, false}};
    if (g_.bias) list.push_back({DType::f32, g_.columns, true, false});
    return list;
}

std::vector<Implementation> DenseGradients::implementations(const vulkan::Device& device) const {
    std::vector<Implementation> list;
    if (has_few_rows(device, g_)) list.push_back(few_rows(device, g_));
    if (is_narrow(device, g_)) list.push_back(narrow(device, g_));
    list.push_back(one_by_one(device));
    return list;
}

Implementation DenseGradients::one_by_one(const vulkan::Device& device) const {
    Implementation all{"dense gradients one by one", {}, {}};
    const std::uint32_t first_scratch = g_.bias ? 6 : 5;
    const auto add = [&](KernelCall call, std::array<std::uint32_t, 3> at) {
        for (Slot& slot : call.slots) slot.operand = at[slot.operand];
        all.calls.push_back(std::move(call));
    };
    add(Matmul(input_product(g_)).plain_call(device), {dy, weight, g_.through_relu ? first_scratch : dx});
    if (g_.through_relu) {
        const bool scaled = g_.factor != 1;
        const UnaryGradient relu(reference::unary_index("relu"), x_elements(g_), 0);
        add(relu.implementations(device)[0].calls[0], {x, first_scratch, scaled ? first_scratch + 1 : dx});
        if (scaled) add(Unary(reference::unary_index("scale"), x_elements(g_), g_.factor).implementations(device)[0].calls[0], {first_scratch + 1, dx, 0});
        all.scratch_bytes.assign(scaled ? 2 : 1, x_elements(g_) * 4);
    }
    add(Matmul(weight_product(g_)).plain_call(device), {x, dy, dweight});
    if (g_.bias) all.calls.push_back(combine_splits(device, g_.columns, g_.rows, g_.columns, {}, dy, dy, dbias));
    return all;
}

std::unique_ptr<Problem> DenseGradients::small() const {
    DenseGeometry small = g_;
    if (g_.rows > 8) small.rows = 8 + g_.rows % 4;
    if (g_.features > 16) small.features = 12 + g_.features % 4;
    if (g_.columns > most_columns) small.columns = most_columns + 4 + g_.columns % 4;
    if (g_.rows > most_rows && small.rows <= most_rows) small.rows += 4;
    return std::make_unique<DenseGradients>(small);
}

void DenseGradients::reference(std::vector<std::vector<double>>& operands) const {
    reference::matmul(input_product(g_), operands[dy], operands[weight], {}, operands[dx]);
    reference::matmul(weight_product(g_), operands[x], operands[dy], {}, operands[dweight]);
    if (g_.bias) reference::reduce(reference::Reduction::sum, 1, g_.rows, g_.columns, operands[dy], operands[dbias]);
    if (!g_.through_relu) return;
    for (std::size_t i = 0; i < operands[dx].size(); ++i) operands[dx][i] = operands[x][i] > 0 ? operands[dx][i] * g_.factor : 0;
}

}  // namespace hekla::kernels
