#include "support/golden.h"

#include <hekla/error.h>

#include <fstream>

namespace hekla::tests {
namespace {

GoldenTensor read_tensor(const std::string& owner, const nlohmann::json& json) {
    GoldenTensor tensor{Shape(json.at("shape").get<std::vector<std::uint64_t>>()),
                        json.at("values").get<std::vector<double>>()};
    if (tensor.values.size() != tensor.shape.elements())
        throw Error(ErrorCode::invalid_file,
                    "[golden] " + owner + " has " + std::to_string(tensor.values.size()) +
                        " values, its shape is " + to_string(tensor.shape));
    return tensor;
}

GoldenCase read_case(const nlohmann::json& json) {
    GoldenCase result{json.at("name"), json.at("op"), json.at("options"), {}};
    for (const auto& [name, tensor] : json.at("tensors").items())
        result.tensors.emplace(name, read_tensor(result.name + ": " + name, tensor));
    return result;
}

GoldenTraining read_training(const std::string& name, const nlohmann::json& json) {
    GoldenTraining training;
    training.network = name;
    training.batch = json.at("batch");
    training.image = Shape(json.at("image").get<std::vector<std::uint64_t>>());
    training.parameter_count = json.at("parameter_count");
    for (const auto& parameter : json.at("parameters"))
        training.parameters.push_back(
            {Shape(parameter.at("shape").get<std::vector<std::uint64_t>>()),
             parameter.at("limit")});
    training.losses = json.at("losses").get<std::vector<double>>();
    training.float32_losses = json.at("float32_losses").get<std::vector<double>>();
    return training;
}

template <class Read>
auto reading(const std::string& file, Read read) {
    try {
        return read();
    } catch (const nlohmann::json::exception& error) {
        throw Error(ErrorCode::invalid_file, "[golden] " + file + ": " + error.what());
    }
}

}  // namespace

const GoldenTensor& GoldenCase::operator[](const std::string& tensor) const {
    const auto found = tensors.find(tensor);
    if (found == tensors.end())
        throw Error(ErrorCode::invalid_file, "[golden] " + name + " has no tensor " + tensor);
    return found->second;
}

nlohmann::json load_golden_json(const std::string& file) {
    const std::string path = std::string(HEKLA_GOLDEN_DIR) + "/" + file;
    std::ifstream stream(path);
    if (!stream)
        throw Error(ErrorCode::not_found,
                    "[golden] cannot open " + path + "; tools/make_golden.py writes it");
    return reading(file, [&] { return nlohmann::json::parse(stream); });
}

std::vector<GoldenCase> load_golden(const std::string& file) {
    const nlohmann::json json = load_golden_json(file);
    return reading(file, [&] {
        std::vector<GoldenCase> cases;
        for (const auto& entry : json.at("cases")) cases.push_back(read_case(entry));
        return cases;
    });
}

std::vector<GoldenTraining> load_golden_trainings() {
    const nlohmann::json json = load_golden_json("losses.json");
    return reading("losses.json", [&] {
        std::vector<GoldenTraining> trainings;
        for (const auto& [name, entry] : json.at("networks").items())
            trainings.push_back(read_training(name, entry));
        return trainings;
    });
}

}  // namespace hekla::tests
