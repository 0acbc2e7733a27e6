#pragma once
// Labelled images in host memory, and the loaders of well-known data sets.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <hekla/config.h>
#include <hekla/tensor_desc.h>

namespace hekla::data {

/// Images as bytes, N x H x W x C, with one integer label each. A pixel enters a network as
/// byte * scale + shift.
struct Dataset {
    std::string name;                  // "fashion-mnist"
    Shape image_shape;                 // H x W x C
    std::vector<std::uint8_t> images;  // size() * image_shape.elements()
    std::vector<std::uint32_t> labels;
    std::vector<std::string> classes;  // names; labels index it

    std::uint64_t size() const { return labels.size(); }
    std::uint64_t image_bytes() const { return image_shape.elements(); }
    std::span<const std::uint8_t> image(std::uint64_t index) const {
        return std::span(images).subspan(index * image_bytes(), image_bytes());
    }
    /// Throws Error (invalid_file) if the sizes do not fit or a label is out of range.
    void check() const;
    /// The first `count` images of a stratified, order-preserving subset: class shares as in the
    /// whole set (rounded by largest remainder), chosen by `seed`. All if count >= size().
    Dataset subset(std::uint64_t count, std::uint64_t seed) const;
};

struct TrainTest {
    Dataset train, test;
};

#if HEKLA_WITH_IO
/// Where to look: `folder` if not empty, else $HEKLA_DATA_DIR, the Debian package's folder, the user's cache
/// folder (where tools/get-data puts things). Files may lie in the folder itself or in <folder>/<name>.
/// Throws Error (not_found) that lists the places searched and how to get the data, or
/// (invalid_file) that names the file and the byte.
TrainTest mnist(const std::string& folder = {});
TrainTest fashion_mnist(const std::string& folder = {});
TrainTest cifar10(const std::string& folder = {});
TrainTest cifar100(const std::string& folder = {});
/// By name: "mnist", "fashion-mnist", "cifar10", "cifar100". Throws Error listing the names.
TrainTest load(const std::string& name, const std::string& folder = {});
#endif

}  // namespace hekla::data
