#include "support/gradient_cases.h"

#include <hekla/error.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>

namespace hekla::tests {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string read_gzip(const std::string& path) {
    const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
    if (!file) throw Error(ErrorCode::not_found, "[gradient cases] cannot open " + path);
    std::string text;
    char buffer[65536];
    int got = 0;
    while ((got = gzread(file.get(), buffer, sizeof buffer)) > 0) text.append(buffer, got);
    if (got < 0) throw Error(ErrorCode::invalid_file, "[gradient cases] damaged file " + path);
    return text;
}

/// Shapes and values stand in two lists; a value list is `false` where there is no gradient.
std::vector<GoldenTensor> read_tensors(const std::string& name, const json& shapes,
                                       const json& values) {
    std::vector<GoldenTensor> tensors;
    for (std::size_t i = 0; i < values.size(); ++i) {
        GoldenTensor tensor{Shape(shapes.at(i).get<std::vector<std::uint64_t>>()), {}};
        if (values[i].is_array()) {
            tensor.values = values[i].get<std::vector<double>>();
            if (tensor.values.size() != tensor.shape.elements())
                throw Error(ErrorCode::invalid_file,
                            "[gradient cases] " + name + ": a tensor of shape " +
                                to_string(tensor.shape) + " has " +
                                std::to_string(tensor.values.size()) + " values");
        }
        tensors.push_back(std::move(tensor));
    }
    return tensors;
}

json parameter_shapes(const json& test) {
    json shapes = json::array();
    for (const auto& spec : test.value("param_specs", json::array()))
        shapes.push_back(spec.at("shape"));
    return shapes;
}

GradientCase read_case(const std::string& operation, const std::string& name, const json& test,
                       const json& entry) {
    const json shapes = parameter_shapes(test);
    const json &in = entry.at("in_shapes"), &out = entry.at("out_shapes");
    GradientCase result;
    result.name = name;
    result.operation = operation;
    result.options = test.at("options");
    result.inputs = read_tensors(name, in, entry.at("in_tensors"));
    result.outputs = read_tensors(name, out, entry.at("out_tensors"));
    result.output_gradients = read_tensors(name, out, entry.at("out_diffs"));
    result.input_gradients = read_tensors(name, in, entry.at("in_diffs"));
    result.parameters = read_tensors(name, shapes, test.value("param_tensors", json::array()));
    result.parameter_gradients =
        read_tensors(name, shapes, entry.value("params_diffs", json::array()));
    return result;
}

std::vector<GradientCase> read_cases(const json& file) {
    const std::string operation = file.at("operator");
    std::vector<GradientCase> cases;
    std::size_t test_index = 0;
    for (const auto& test : file.at("tests")) {
        std::size_t case_index = 0;
        for (const auto& entry : test.at("cases")) {
            const std::string name = operation + " " + std::to_string(test_index) + "." +
                                     std::to_string(case_index++);
            if (entry.contains("in_tensors"))
                cases.push_back(read_case(operation, name, test, entry));
        }
        ++test_index;
    }
    return cases;
}

/// [N, rows, columns] to [N, columns, rows]; no values stay no values.
std::vector<double> transposed(const std::vector<double>& values, std::uint64_t rows,
                               std::uint64_t columns) {
    std::vector<double> result(values.size());
    for (std::uint64_t i = 0; i < values.size(); ++i) {
        const std::uint64_t matrix = i / (rows * columns), at = i % (rows * columns);
        const std::uint64_t row = at / columns, column = at % columns;
        result[matrix * rows * columns + column * rows + row] = values[i];
    }
    return result;
}

}  // namespace

std::optional<std::string> gradient_case_folder(std::string& reason) {
    const char* data = std::getenv("HEKLA_DATA_DIR");
    if (data == nullptr || *data == '\0') {
        reason = "HEKLA_DATA_DIR is not set: the operator gradient cases are not checked";
        return std::nullopt;
    }
    const fs::path folder = fs::path(data) / "gradients";
    if (!fs::is_directory(folder)) {
        reason = "there is no folder " + folder.string() +
                 ": the operator gradient cases are not checked";
        return std::nullopt;
    }
    return folder.string();
}

std::vector<std::string> gradient_case_files(const std::string& folder) {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().string().ends_with(".json.gz")) files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<GradientCase> load_gradient_cases(const std::string& path) {
    try {
        return read_cases(json::parse(read_gzip(path)));
    } catch (const json::exception& error) {
        throw Error(ErrorCode::invalid_file, "[gradient cases] " + path + ": " + error.what());
    }
}

GoldenTensor to_nhwc(const GoldenTensor& nchw) {
    std::vector<std::uint64_t> dims = nchw.shape.dims();
    const std::uint64_t channels = dims.at(1);
    std::uint64_t pixels = 1;
    for (std::size_t axis = 2; axis < dims.size(); ++axis) pixels *= dims[axis];
    std::rotate(dims.begin() + 1, dims.begin() + 2, dims.end());
    return {Shape(dims), transposed(nchw.values, channels, pixels)};
}

GoldenTensor to_nchw(const GoldenTensor& nhwc) {
    std::vector<std::uint64_t> dims = nhwc.shape.dims();
    std::uint64_t pixels = 1;
    for (std::size_t axis = 1; axis + 1 < dims.size(); ++axis) pixels *= dims[axis];
    std::rotate(dims.begin() + 1, dims.end() - 1, dims.end());
    return {Shape(dims), transposed(nhwc.values, pixels, dims.at(1))};
}

}  // namespace hekla::tests
