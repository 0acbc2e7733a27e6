// A network as a file: its architecture as JSON in the metadata of a safetensors file.

#include <algorithm>

#include <hekla/error.h>
#include <hekla/io.h>
#include <hekla/nn.h>

#include "io/architecture.h"

namespace hekla {
namespace {

constexpr const char* metadata_key = "hekla";

[[noreturn]] void fail(const std::string& path, const std::string& what) {
    throw Error(ErrorCode::invalid_file, path + ": " + what);
}

/// Gives the network the file's values; every difference in names and shapes is listed.
void take_values(const std::vector<ParameterPtr>& parameters, const io::Safetensors& file, const std::string& path) {
    std::string differences;
    const auto find = [&](const std::string& name) {
        return std::find_if(file.tensors.begin(), file.tensors.end(), [&](const io::NamedTensor& tensor) { return tensor.name == name; });
    };
    for (const ParameterPtr& parameter : parameters) {
        const auto tensor = find(parameter->name());
        if (tensor == file.tensors.end()) differences += "\n  missing: " + parameter->name() + " " + to_string(parameter->shape());
        else if (tensor->shape != parameter->shape())
            differences += "\n  " + parameter->name() + " is " + to_string(tensor->shape) + ", the network has " + to_string(parameter->shape());
    }
    for (const io::NamedTensor& tensor : file.tensors)
        if (std::none_of(parameters.begin(), parameters.end(), [&](const ParameterPtr& parameter) { return parameter->name() == tensor.name; }))
            differences += "\n  unexpected: " + tensor.name + " " + to_string(tensor.shape);
    if (!differences.empty()) fail(path, "the tensors do not fit the network:" + differences);
    for (const ParameterPtr& parameter : parameters) parameter->set_values(find(parameter->name())->values);
}

}  // namespace

std::string Sequential::architecture_json() const { return io::write_architecture(*this); }

Sequential Sequential::from_json(const std::string& json, const std::string& origin) { return io::read_architecture(json, origin); }

void Sequential::save(const std::string& path) const {
    io::Safetensors file;
    for (const ParameterPtr& parameter : parameters()) file.tensors.push_back({parameter->name(), parameter->shape(), parameter->values()});
    file.metadata[metadata_key] = architecture_json();
    io::write_safetensors(path, file);
}

Sequential Sequential::load(const std::string& path) {
    const io::Safetensors file = io::read_safetensors(path);
    const auto architecture = file.metadata.find(metadata_key);
    if (architecture == file.metadata.end())
        fail(path, "holds weights but no network (no \"hekla\" in its metadata): build the network and use load_parameters (--network with --init)");
    Sequential network = from_json(architecture->second, path);
    if (!network.built()) fail(path, "its architecture has no input");
    take_values(network.parameters(), file, path);
    return network;
}

void Sequential::load_parameters(const std::string& path) { take_values(parameters(), io::read_safetensors(path), path); }

}  // namespace hekla
