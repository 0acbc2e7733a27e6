#include <algorithm>
#include <cmath>

#include "reference/check.h"
#include "reference/reference.h"

namespace hekla::reference {
namespace {

using Labels = std::span<const std::uint32_t>;

void check_rows(const char* operation, std::uint64_t rows, std::uint64_t columns) {
    if (rows != 0 && columns == 0)
        throw Error(ErrorCode::invalid_argument,
                    std::string("[reference ") + operation + "] rows have no columns");
}

void check_matrix(const char* operation, const char* what, std::uint64_t rows,
                  std::uint64_t columns, In values) {
    check_rows(operation, rows, columns);
    check_size(operation, what, values.size(), rows * columns);
}

double log_sum_exp(In row) {
    const double largest = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (double value : row) sum += std::exp(value - largest);
    return largest + std::log(sum);
}

}  // namespace

void softmax(std::uint64_t rows, std::uint64_t columns, In x, Out y) {
    check_matrix("softmax", "the input", rows, columns, x);
    check_matrix("softmax", "the output", rows, columns, y);
    for (std::uint64_t r = 0; r < rows; ++r) {
        const In row = x.subspan(r * columns, columns);
        const double largest = *std::max_element(row.begin(), row.end());
        double sum = 0;
        for (double value : row) sum += std::exp(value - largest);
        for (std::uint64_t c = 0; c < columns; ++c)
            y[r * columns + c] = std::exp(row[c] - largest) / sum;
    }
}

void softmax_gradient(std::uint64_t rows, std::uint64_t columns, In y, In dy, Out dx) {
    check_matrix("softmax_gradient", "the output", rows, columns, y);
    check_matrix("softmax_gradient", "the output's gradient", rows, columns, dy);
    check_matrix("softmax_gradient", "the input's gradient", rows, columns, dx);
    for (std::uint64_t r = 0; r < rows; ++r) {
        double dot = 0;
        for (std::uint64_t i = r * columns; i < (r + 1) * columns; ++i) dot += y[i] * dy[i];
        for (std::uint64_t i = r * columns; i < (r + 1) * columns; ++i)
            dx[i] = y[i] * (dy[i] - dot);
    }
}

void log_softmax(std::uint64_t rows, std::uint64_t columns, In x, Out y) {
    check_matrix("log_softmax", "the input", rows, columns, x);
    check_matrix("log_softmax", "the output", rows, columns, y);
    for (std::uint64_t r = 0; r < rows; ++r) {
        const double total = log_sum_exp(x.subspan(r * columns, columns));
        for (std::uint64_t i = r * columns; i < (r + 1) * columns; ++i) y[i] = x[i] - total;
    }
}

void log_softmax_gradient(std::uint64_t rows, std::uint64_t columns, In y, In dy, Out dx) {
    check_matrix("log_softmax_gradient", "the output", rows, columns, y);
    check_matrix("log_softmax_gradient", "the output's gradient", rows, columns, dy);
    check_matrix("log_softmax_gradient", "the input's gradient", rows, columns, dx);
    for (std::uint64_t r = 0; r < rows; ++r) {
        double sum = 0;
        for (std::uint64_t i = r * columns; i < (r + 1) * columns; ++i) sum += dy[i];
        for (std::uint64_t i = r * columns; i < (r + 1) * columns; ++i)
            dx[i] = dy[i] - std::exp(y[i]) * sum;
    }
}

void cross_entropy(std::uint64_t rows, std::uint64_t columns, In logits, Labels labels, Out loss) {
    check_matrix("cross_entropy", "the logits", rows, columns, logits);
    check_size("cross_entropy", "the labels", labels.size(), rows);
    check_size("cross_entropy", "the loss", loss.size(), rows);
    for (std::uint64_t r = 0; r < rows; ++r) {
        const In row = logits.subspan(r * columns, columns);
        loss[r] = labels[r] < columns ? log_sum_exp(row) - row[labels[r]] : 0.0;
    }
}

void cross_entropy_gradient(std::uint64_t rows, std::uint64_t columns, In logits, Labels labels,
                            In drow, Out dlogits) {
    check_size("cross_entropy_gradient", "the labels", labels.size(), rows);
    check_size("cross_entropy_gradient", "the loss's gradient", drow.size(), rows);
    softmax(rows, columns, logits, dlogits);
    for (std::uint64_t r = 0; r < rows; ++r) {
        const bool live = labels[r] < columns;
        if (live) dlogits[r * columns + labels[r]] -= 1.0;
        for (std::uint64_t i = r * columns; i < (r + 1) * columns; ++i)
            dlogits[i] = live ? dlogits[i] * drow[r] : 0.0;
    }
}

void cross_entropy_onehot(std::uint64_t rows, std::uint64_t columns, In logits, In targets,
                          Out loss) {
    check_matrix("cross_entropy_onehot", "the logits", rows, columns, logits);
    check_matrix("cross_entropy_onehot", "the targets", rows, columns, targets);
    check_size("cross_entropy_onehot", "the loss", loss.size(), rows);
    for (std::uint64_t r = 0; r < rows; ++r) {
        const double total = log_sum_exp(logits.subspan(r * columns, columns));
        loss[r] = 0;
        for (std::uint64_t i = r * columns; i < (r + 1) * columns; ++i)
            loss[r] += targets[i] * (total - logits[i]);
    }
}

void cross_entropy_onehot_gradient(std::uint64_t rows, std::uint64_t columns, In logits, In targets,
                                   In drow, Out dlogits) {
    check_matrix("cross_entropy_onehot_gradient", "the targets", rows, columns, targets);
    check_size("cross_entropy_onehot_gradient", "the loss's gradient", drow.size(), rows);
    softmax(rows, columns, logits, dlogits);
    for (std::uint64_t r = 0; r < rows; ++r) {
        double weight = 0;
        for (std::uint64_t i = r * columns; i < (r + 1) * columns; ++i) weight += targets[i];
        for (std::uint64_t i = r * columns; i < (r + 1) * columns; ++i)
            dlogits[i] = (dlogits[i] * weight - targets[i]) * drow[r];
    }
}

void correct(std::uint64_t rows, std::uint64_t columns, In logits, Labels labels, Out rows_out) {
    check_matrix("correct", "the logits", rows, columns, logits);
    check_size("correct", "the labels", labels.size(), rows);
    check_size("correct", "the output", rows_out.size(), rows);
    for (std::uint64_t r = 0; r < rows; ++r) {
        const In row = logits.subspan(r * columns, columns);
        const auto first = std::max_element(row.begin(), row.end()) - row.begin();
        rows_out[r] = static_cast<std::uint64_t>(first) == labels[r] ? 1.0 : 0.0;
    }
}

}  // namespace hekla::reference
