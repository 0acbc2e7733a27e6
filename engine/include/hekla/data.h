#pragma once
// Labelled images in host memory, and the loaders of well-known data sets.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <hekla/config.h>
#include <hekla/image_fit.h>
#include <hekla/tensor_desc.h>

namespace hekla::data {

/// Images that are not held in memory: read when they are needed. Thread-safe.
class ImageSource {
  public:
    virtual ~ImageSource() = default;
    /// Writes the bytes of image `index` to `out`, which has room for them alone. Throws Error.
    virtual void read(std::uint64_t index, std::span<std::uint8_t> out) const = 0;
};

/// Images as bytes, N x H x W x C, with one integer label each. A pixel enters a network as
/// byte * scale + shift.
struct Dataset {
    std::string name;                  // "fashion-mnist"
    Shape image_shape;                 // H x W x C
    std::vector<std::uint8_t> images;  // size() * image_shape.elements()
    std::vector<std::uint32_t> labels;
    std::vector<std::string> classes;  // names; labels index it
    /// A tree of classes: by class, the groups that it lies in, outermost first (CIFAR-100's superclass, the folders
    /// around a class's own). Empty: no tree.
    std::vector<std::vector<std::string>> parents = {};
    std::shared_ptr<const ImageSource> source = {};  // where the images come from; then `images` is empty

    std::uint64_t size() const { return labels.size(); }
    std::uint64_t image_bytes() const { return image_shape.elements(); }
    std::span<const std::uint8_t> image(std::uint64_t index) const {
        return std::span(images).subspan(index * image_bytes(), image_bytes());
    }
    /// The same for any set, with or without a source. Thread-safe. Throws Error if the source cannot read it.
    void read_image(std::uint64_t index, std::span<std::uint8_t> out) const;
    std::vector<std::uint8_t> read_image(std::uint64_t index) const;
    /// Throws Error (invalid_file) if the sizes do not fit or a label is out of range.
    void check() const;
    /// The first `count` images of a stratified, order-preserving subset: class shares as in the
    /// whole set (rounded by largest remainder), chosen by `seed`. All if count >= size().
    Dataset subset(std::uint64_t count, std::uint64_t seed) const;
    /// The images named, in the order named; an index may come twice.
    Dataset select(std::span<const std::uint64_t> indexes) const;
    /// Adds the images of a set of the same shape and classes, which has a source if this one has. Throws Error.
    void append(const Dataset& other);
    /// Two parts, the second with `count` images chosen like those of subset(count, seed); both keep the order.
    std::pair<Dataset, Dataset> split(std::uint64_t count, std::uint64_t seed) const;
    /// The same images, those that split(count, seed) would set apart at the end: where FitOptions' validation takes them.
    Dataset with_validation_last(std::uint64_t count, std::uint64_t seed) const;
};

struct TrainTest {
    Dataset train, test;
};

/// One level of a tree of classes. Level 0 has the outermost groups; a class that lies less deep stands for itself.
struct ClassLevel {
    std::vector<std::string> names;        // groups, in order of their first class
    std::vector<std::uint32_t> group_of;   // by class
};
/// From the outermost groups inwards, without the classes themselves; empty where there is no tree.
std::vector<ClassLevel> class_levels(const std::vector<std::string>& classes,
                                     const std::vector<std::vector<std::string>>& parents);
/// A group's probability is the sum of its classes'.
std::vector<double> group_probabilities(const ClassLevel& level, std::span<const float> probabilities);

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

struct FolderOptions {
    std::uint32_t height = 0, width = 0;  // of the images; 0: the pictures', which must then agree
    ImageFit fit = ImageFit::stretch;
    std::uint32_t channels = 0;           // 1 or 3; 0: 3 if any picture has colour
    bool skip_unreadable = false;         // leave out, with a note, what is an error otherwise
    std::uint64_t memory = 0;             // most bytes of pixels held; 0: half of what is free. More is read again in each epoch
    unsigned threads = 0;                 // that read and decode; 0: one per processor
    std::vector<std::string> classes = {};  // the only ones, in this order; empty: the folders', sorted
};
struct UnreadableFile {
    std::string path, reason;
};
/// A folder of pictures by class. A part that has no folder is empty.
struct FolderSets {
    Dataset train, validation, test;
    std::vector<UnreadableFile> skipped;
    std::vector<std::string> notes;       // what was passed over or reduced, one sentence each
};
/// PNG, JPEG, BMP and TGA in ROOT/CLASS/, or in ROOT/train/CLASS/ with ROOT/test/CLASS/ and ROOT/validation/CLASS/ (or
/// val, valid; if only one of them is there, it is the test). Class folders may lie in folders of groups, which form a
/// tree; a class is then called GROUP/CLASS. Each picture is decoded once to see whether it can be. Throws Error naming the file or folder: unequal sizes without a size to scale to, nothing in a
/// folder, pictures beside class folders, unreadable pictures.
FolderSets folder(const std::string& path, const FolderOptions& options = {});
#endif

}  // namespace hekla::data
