#pragma once
// Reader of tests/golden/*.json, which tools/make_golden.py writes. Tensors are in Hekla's layouts.

#include <hekla/tensor_desc.h>

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace hekla::tests {

struct GoldenTensor {
    Shape shape;
    std::vector<double> values;
};

struct GoldenCase {
    std::string name;        // unique and readable: "conv2d 3x3 same"
    std::string op;          // "conv2d", "max_pool2d", "linear", "relu", "sgd", ...
    nlohmann::json options;  // by op: {"stride": [h, w], "padding": [h, w], ...}
    std::map<std::string, GoldenTensor> tensors;  // "x", "weight", "y", "dy", "dx", ...

    /// Throws Error, naming the case, if there is no such tensor.
    const GoldenTensor& operator[](const std::string& tensor) const;
    bool has(const std::string& tensor) const { return tensors.count(tensor) != 0; }
};

/// A training whose weights, images and labels are derived (derived.h).
struct GoldenTraining {
    struct Parameter {
        Shape shape;
        double limit = 0;  // initial values are uniform in +-limit
    };
    std::string network;  // "keras-mnist", ...
    std::uint32_t batch = 0;
    Shape image;  // height, width, channels
    std::uint64_t parameter_count = 0;
    std::vector<Parameter> parameters;   // layer order, weight then bias; the index is the stream
    std::vector<double> losses;          // of each step, float64
    std::vector<double> float32_losses;  // the same in float32, to judge tolerances
};

/// Cases of "layers.json" or "optimizers.json". Throws Error if the file is missing or malformed.
std::vector<GoldenCase> load_golden(const std::string& file);
/// Trainings of "losses.json".
std::vector<GoldenTraining> load_golden_trainings();
/// The whole file as it is, for parts that have no structure of their own.
nlohmann::json load_golden_json(const std::string& file);

}  // namespace hekla::tests
