#pragma once
// What a matmul or a convolution does to its results before it stores them.

#include <cstdint>
#include <span>
#include <string>

#include "reference/pointwise.h"

namespace hekla::kernels {

struct Epilogue {
    bool bias = false;
    std::uint32_t activation = 0;  // 1 + a row of reference::unary_rows(); 0: none
    float parameter = 0;

    std::string suffix() const {
        std::string text = bias ? " + bias" : "";
        if (activation) text += std::string(" + ") + reference::unary_rows()[activation - 1].name;
        return text;
    }
    void apply(std::span<double> values) const {
        if (!activation) return;
        const auto forward = reference::unary_rows()[activation - 1].forward;
        for (double& value : values) value = forward(value, parameter);
    }
};

}  // namespace hekla::kernels
