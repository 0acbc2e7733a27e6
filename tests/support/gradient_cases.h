#pragma once
// Reader of the operator cases with literal inputs, outputs and gradients in the folder
// `gradients` of HEKLA_DATA_DIR: gzipped JSON, images NCHW, values made in float32.

#include <optional>
#include <string>
#include <vector>

#include "support/golden.h"

namespace hekla::tests {

struct GradientCase {
    std::string name;            // "Pooling2D 3.1": test 3, case 1 of the file
    std::string operation;       // "Pooling2D", "GlobalPooling", "Softmax", "InnerProduct", ...
    nlohmann::json options;      // as in the file: {"mode": "max", "kernel": 2, ...}
    std::vector<GoldenTensor> inputs, outputs, output_gradients;
    std::vector<GoldenTensor> input_gradients;  // without values where an input has none (labels)
    std::vector<GoldenTensor> parameters, parameter_gradients;  // InnerProduct: weight [out, in], bias
};

/// The folder, or nothing (with the reason, to skip a test with) where there is none.
std::optional<std::string> gradient_case_folder(std::string& reason);
/// Names of the files in it, sorted: full paths of all *.json.gz
std::vector<std::string> gradient_case_files(const std::string& folder);
/// The cases of a file whose values are literal; cases that only state shapes are left out.
/// Throws Error if the file cannot be read or is malformed.
std::vector<GradientCase> load_gradient_cases(const std::string& path);

/// [N, C, H, W] to [N, H, W, C] and back; for any rank from 2: the channels move to the other end.
GoldenTensor to_nhwc(const GoldenTensor& nchw);
GoldenTensor to_nchw(const GoldenTensor& nhwc);

}  // namespace hekla::tests
