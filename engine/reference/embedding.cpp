#include <algorithm>

#include "reference/check.h"
#include "reference/reference.h"

namespace hekla::reference {

void embedding(std::uint64_t rows, std::uint64_t columns, In table, In indices, Out y) {
    check_size("embedding", "table", table.size(), rows * columns);
    check_size("embedding", "y", y.size(), indices.size() * columns);
    for (std::size_t i = 0; i < y.size(); ++i) {
        const double row = indices[i / columns];
        y[i] = row < static_cast<double>(rows) ? table[static_cast<std::size_t>(row) * columns + i % columns] : 0;
    }
}

void embedding_gradient(std::uint64_t rows, std::uint64_t columns, In dy, In indices, Out dtable) {
    check_size("embedding_gradient", "dy", dy.size(), indices.size() * columns);
    check_size("embedding_gradient", "dtable", dtable.size(), rows * columns);
    std::fill(dtable.begin(), dtable.end(), 0.0);
    for (std::size_t i = 0; i < dy.size(); ++i) {
        const double row = indices[i / columns];
        if (row < static_cast<double>(rows)) dtable[static_cast<std::size_t>(row) * columns + i % columns] += dy[i];
    }
}

}  // namespace hekla::reference
