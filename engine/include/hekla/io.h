#pragma once
// Files: weights (safetensors), pictures, digests.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <hekla/image_fit.h>
#include <hekla/tensor_desc.h>

namespace hekla::io {

struct NamedTensor {
    std::string name;
    Shape shape;
    std::vector<float> values;
};

/// A safetensors file (https://github.com/huggingface/safetensors): named f32 tensors and text metadata.
struct Safetensors {
    std::vector<NamedTensor> tensors;             // in file order
    std::map<std::string, std::string> metadata;  // sorted: equal contents give equal bytes
};

/// Written beside and renamed: the old file stays whole until the new one is. Throws Error (invalid_file)
/// naming the file and the system's reason. The bytes depend on the contents alone.
void write_safetensors(const std::string& path, const Safetensors& file);
/// Throws Error (not_found / invalid_file) naming file and place for anything malformed: truncated, huge
/// header, wrong lengths, overlapping offsets, gaps, duplicate names, unknown dtype. Reads F32, F16, BF16 and F64
/// into f32, and BOOL and integers (8 to 64 bits) whose values f32 holds exactly.
Safetensors read_safetensors(const std::string& path);
std::string safetensors_bytes(const Safetensors& file);
Safetensors parse_safetensors(std::span<const std::byte> bytes, const std::string& origin);

/// Whole files; errors name the path. write_file writes beside and renames.
std::string read_file(const std::string& path);
void write_file(const std::string& path, std::span<const char> bytes);

/// Lower-case hexadecimal SHA-256.
std::string sha256(std::span<const std::byte> bytes);

/// A decoded picture: H x W x C bytes, C = 1 (grey), 3 or 4.
struct Image {
    std::uint32_t height = 0, width = 0, channels = 0;
    std::vector<std::uint8_t> pixels;
};
/// PNG, JPEG, BMP or TGA, at most 64 megapixels and 256 MiB of file. Throws Error naming the file and the reason.
Image read_image(const std::string& path);
/// The same from memory; `origin` names the bytes in messages.
Image parse_image(std::span<const std::byte> bytes, const std::string& origin);
/// Scaled (area-weighted when shrinking, bilinear when enlarging) to height x width and converted to
/// 1 or 3 channels (grey by Rec. 601 weights; alpha is laid over black).
Image resized(const Image& image, std::uint32_t height, std::uint32_t width, std::uint32_t channels);
/// The same by a rule that may keep the picture's proportions.
Image fitted(const Image& image, std::uint32_t height, std::uint32_t width, std::uint32_t channels, ImageFit fit);
/// What a file's header says.
struct ImageInfo {
    std::uint32_t height = 0, width = 0, channels = 0;  // channels as an Image would have them
    bool sixteen_bits = false;  // of which the upper eight are read
    bool animated = false;      // of which the first picture is read
};
/// Without decoding; throws Error like parse_image for what it does not even try to decode.
ImageInfo parse_image_info(std::span<const std::byte> bytes, const std::string& origin);
/// PNG file bytes.
std::string encode_png(const Image& image);

}  // namespace hekla::io
