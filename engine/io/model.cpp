// A network as a file: its architecture as JSON in the metadata of a safetensors file.

#include <algorithm>
#include <map>
#include <set>

#include <hekla/error.h>
#include <hekla/io.h>
#include <hekla/nn.h>

#include "io/architecture.h"

namespace hekla {
namespace {

constexpr const char* metadata_key = "hekla";
constexpr const char* choices_key = "hekla.choices";
constexpr const char* choices_hash_key = "hekla.choices.sha256";

[[noreturn]] void fail(const std::string& path, const std::string& what) {
    throw Error(ErrorCode::invalid_file, path + ": " + what);
}

using TensorsByName = std::map<std::string, const io::NamedTensor*>;

TensorsByName by_name(const io::Safetensors& file) {
    TensorsByName tensors;
    for (const io::NamedTensor& tensor : file.tensors) tensors[tensor.name] = &tensor;
    return tensors;
}

/// Every difference in names and shapes is listed, as far as a message is read.
void check_fits(const std::vector<ParameterInfo>& parameters, const TensorsByName& tensors, const std::string& path) {
    constexpr std::size_t most_listed = 50;
    std::vector<std::string> differences;
    std::set<std::string> expected;
    for (const ParameterInfo& parameter : parameters) {
        expected.insert(parameter.name);
        const auto tensor = tensors.find(parameter.name);
        if (tensor == tensors.end()) differences.push_back("missing: " + parameter.name + " " + to_string(parameter.shape));
        else if (tensor->second->shape != parameter.shape)
            differences.push_back(parameter.name + " is " + to_string(tensor->second->shape) + ", the network has " + to_string(parameter.shape));
    }
    for (const auto& [name, tensor] : tensors)
        if (!expected.contains(name)) differences.push_back("unexpected: " + name + " " + to_string(tensor->shape));
    if (differences.empty()) return;
    std::string list;
    for (std::size_t i = 0; i < std::min(differences.size(), most_listed); ++i) list += "\n  " + differences[i];
    if (differences.size() > most_listed) list += "\n  and " + std::to_string(differences.size() - most_listed) + " more";
    fail(path, "the tensors do not fit the network:" + list);
}

void take_values(const std::vector<ParameterPtr>& parameters, const TensorsByName& tensors) {
    for (const ParameterPtr& parameter : parameters) parameter->set_values(tensors.at(parameter->name())->values);
}

std::string hash_of(const std::string& text) { return io::sha256(std::as_bytes(std::span(text))); }

/// A file without them has none: it was never trained, or by an older Hekla.
KernelChoices choices_in(const io::Safetensors& file, const std::string& path) {
    const auto text = file.metadata.find(choices_key), hash = file.metadata.find(choices_hash_key);
    if (text == file.metadata.end()) return {};
    if (hash == file.metadata.end() || hash->second != hash_of(text->second))
        fail(path, "its list of kernels (\"" + std::string(choices_key) + "\" in its metadata) and the hash of it do not fit each other");
    return parse_choices(text->second, path);
}

/// What goes wrong in `call` is the fault of this file.
template <class Call>
auto naming(const std::string& origin, Call&& call) {
    try {
        return call();
    } catch (const Error& error) {
        throw Error(error.code(), origin + ": " + error.what());
    }
}

}  // namespace

std::string Network::architecture_json() const { return io::write_architecture(*this); }

Network Network::from_json(const std::string& json, const std::string& origin) {
    io::Architecture read = io::read_architecture(json, origin);
    if (read.input) naming(origin, [&] { read.network.build(*read.input); });
    return std::move(read.network);
}

void Network::save(const std::string& path) const {
    io::Safetensors file;
    for (const ParameterPtr& parameter : parameters()) file.tensors.push_back({parameter->name(), parameter->shape(), parameter->values()});
    file.metadata[metadata_key] = architecture_json();
    if (!choices().empty()) {
        const std::string text = choices_text(choices());
        file.metadata[choices_key] = text;
        file.metadata[choices_hash_key] = hash_of(text);
    }
    io::write_safetensors(path, file);
}

Network Network::load(const std::string& path) {
    const io::Safetensors file = io::read_safetensors(path);
    const auto architecture = file.metadata.find(metadata_key);
    if (architecture == file.metadata.end())
        fail(path, "holds weights but no network (no \"hekla\" in its metadata): build the network and use load_parameters (--network with --init)");
    io::Architecture read = io::read_architecture(architecture->second, path);
    if (!read.input) fail(path, "its architecture has no input");
    // Compared before anything is made: a few bytes of architecture can ask for any amount of memory.
    const TensorsByName tensors = by_name(file);
    check_fits(naming(path, [&] { return read.network.parameters_for(read.input->image_shape); }), tensors, path);
    naming(path, [&] { read.network.build(*read.input); });
    take_values(read.network.parameters(), tensors);
    read.network.set_choices(choices_in(file, path));
    return std::move(read.network);
}

void Network::load_parameters(const std::string& path) {
    const io::Safetensors file = io::read_safetensors(path);
    const TensorsByName tensors = by_name(file);
    std::vector<ParameterInfo> infos;
    for (const ParameterPtr& parameter : parameters()) infos.push_back({parameter->name(), parameter->shape()});
    check_fits(infos, tensors, path);
    take_values(parameters(), tensors);
}

}  // namespace hekla
