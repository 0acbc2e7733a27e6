#include <bit>
#include <set>

#include <nlohmann/json.hpp>

#include <hekla/error.h>
#include <hekla/io.h>

namespace hekla::io {

static_assert(std::endian::native == std::endian::little, "safetensors files are little-endian");

namespace {

constexpr std::size_t data_alignment_bytes = 8;

void check_tensor(const NamedTensor& tensor, std::set<std::string>& names) {
    const auto fail = [&](const std::string& reason) {
        throw Error(ErrorCode::invalid_argument,
                    "[safetensors] tensor '" + tensor.name + "' " + reason);
    };
    if (tensor.name == "__metadata__") fail("has a name that the format keeps for itself");
    if (!names.insert(tensor.name).second) fail("is there twice");
    if (tensor.shape.elements() != tensor.values.size()) {
        fail("has " + std::to_string(tensor.values.size()) + " values, its shape " +
             to_string(tensor.shape) + " needs " + std::to_string(tensor.shape.elements()));
    }
}

std::string header_text(const Safetensors& file) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!file.metadata.empty()) header["__metadata__"] = file.metadata;
    std::set<std::string> names;
    std::uint64_t offset = 0;
    for (const auto& tensor : file.tensors) {
        check_tensor(tensor, names);
        const std::uint64_t end = offset + tensor.values.size() * sizeof(float);
        header[tensor.name] = {
            {"dtype", "F32"}, {"shape", tensor.shape.dims()}, {"data_offsets", {offset, end}}};
        offset = end;
    }
    try {
        return header.dump();
    } catch (const nlohmann::json::exception&) {
        throw Error(ErrorCode::invalid_argument,
                    "[safetensors] a tensor's name or a metadata text is not valid UTF-8");
    }
}

}  // namespace

std::string safetensors_bytes(const Safetensors& file) {
    std::string header = header_text(file);
    header.resize(
        (header.size() + data_alignment_bytes - 1) / data_alignment_bytes * data_alignment_bytes,
        ' ');
    std::string bytes;
    for (int i = 0; i < 8; ++i) {
        bytes += static_cast<char>(std::uint64_t(header.size()) >> (8 * i) & 0xff);
    }
    bytes += header;
    for (const auto& tensor : file.tensors) {
        const auto raw = std::as_bytes(std::span(tensor.values));
        bytes.append(reinterpret_cast<const char*>(raw.data()), raw.size());
    }
    return bytes;
}

void write_safetensors(const std::string& path, const Safetensors& file) {
    write_file(path, safetensors_bytes(file));
}

}  // namespace hekla::io
