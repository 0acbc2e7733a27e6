#include "reference/check.h"
#include "reference/reference.h"

namespace hekla::reference {

void matmul(const MatmulGeometry& g, In a, In b, In bias, Out c) {
    check_size("matmul", "A", a.size(), g.a_elements());
    check_size("matmul", "B", b.size(), g.b_elements());
    check_size("matmul", "C", c.size(), g.c_elements());
    if (!bias.empty()) check_size("matmul", "the bias", bias.size(), g.columns);

    const std::uint64_t a_row = g.transpose_a ? 1 : g.depth, a_depth = g.transpose_a ? g.rows : 1;
    const std::uint64_t b_depth = g.transpose_b ? 1 : g.columns;
    const std::uint64_t b_column = g.transpose_b ? g.depth : 1;
    const std::uint64_t a_batch = g.broadcast_a ? 0 : std::uint64_t{g.rows} * g.depth;
    const std::uint64_t b_batch = g.broadcast_b ? 0 : std::uint64_t{g.depth} * g.columns;
    std::uint64_t at = 0;
    for (std::uint32_t batch = 0; batch < g.batch; ++batch)
        for (std::uint32_t m = 0; m < g.rows; ++m)
            for (std::uint32_t n = 0; n < g.columns; ++n) {
                double sum = bias.empty() ? 0.0 : bias[n];
                for (std::uint32_t k = 0; k < g.depth; ++k)
                    sum += a[batch * a_batch + m * a_row + k * a_depth] *
                           b[batch * b_batch + k * b_depth + n * b_column];
                c[at++] = sum;
            }
}

}  // namespace hekla::reference
