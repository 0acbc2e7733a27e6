#include <algorithm>
#include <numeric>

#include <hekla/data.h>
#include <hekla/error.h>

namespace hekla::data {

namespace {

// SplitMix64: a few integer operations with the same result on every platform, which the standard
// library's distributions do not promise.
class RandomWords {
  public:
    explicit RandomWords(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        std::uint64_t word = state_ += 0x9e3779b97f4a7c15u;
        word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
        word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
        return word ^ (word >> 31);
    }
    /// 0 to bound - 1; the remainder's bias is below bound / 2^64.
    std::uint64_t below(std::uint64_t bound) { return next() % bound; }

  private:
    std::uint64_t state_;
};

std::vector<std::uint64_t> class_sizes(const Dataset& set) {
    std::vector<std::uint64_t> sizes(set.classes.size(), 0);
    for (const std::uint32_t label : set.labels) ++sizes[label];
    return sizes;
}

// Largest remainder: whole shares first, then one more each for the largest fractions.
std::vector<std::uint64_t> class_shares(const std::vector<std::uint64_t>& sizes,
                                        std::uint64_t count) {
    const std::uint64_t total = std::accumulate(sizes.begin(), sizes.end(), std::uint64_t(0));
    std::vector<std::uint64_t> shares(sizes.size()), remainders(sizes.size());
    std::uint64_t given = 0;
    for (std::size_t c = 0; c < sizes.size(); ++c) {
        shares[c] = sizes[c] * count / total;
        remainders[c] = sizes[c] * count % total;
        given += shares[c];
    }
    std::vector<std::size_t> order(sizes.size());
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return remainders[a] > remainders[b]; });
    for (std::size_t i = 0; given < count; ++i, ++given) ++shares[order[i]];
    return shares;
}

/// Indexes of the images left and of `count` images chosen, each in order.
std::pair<std::vector<std::uint64_t>, std::vector<std::uint64_t>> divided(const Dataset& set,
                                                                          std::uint64_t count,
                                                                          std::uint64_t seed) {
    if (set.size() == 0) return {};
    std::vector<std::uint64_t> left = class_sizes(set);
    std::vector<std::uint64_t> wanted = class_shares(left, count);
    std::vector<RandomWords> random;
    for (std::size_t c = 0; c < set.classes.size(); ++c) {
        random.emplace_back(RandomWords(RandomWords(seed).next() + c).next());
    }
    std::vector<std::uint64_t> rest, chosen;
    // Selection sampling: takes exactly `wanted` of each class, in order, all choices equally
    // likely.
    for (std::uint64_t i = 0; i < set.size(); ++i) {
        const std::uint32_t label = set.labels[i];
        const bool take = random[label].below(left[label]--) < wanted[label];
        if (take) --wanted[label];
        (take ? chosen : rest).push_back(i);
    }
    return {std::move(rest), std::move(chosen)};
}

/// Some images of another source.
class SelectedImages : public ImageSource {
  public:
    SelectedImages(std::shared_ptr<const ImageSource> source, std::vector<std::uint64_t> indexes)
        : source_(std::move(source)), indexes_(std::move(indexes)) {}
    void read(std::uint64_t index, std::span<std::uint8_t> out) const override {
        source_->read(indexes_.at(index), out);
    }

  private:
    std::shared_ptr<const ImageSource> source_;
    std::vector<std::uint64_t> indexes_;
};

/// One source after another.
class JoinedImages : public ImageSource {
  public:
    JoinedImages(std::shared_ptr<const ImageSource> first, std::uint64_t first_size,
                 std::shared_ptr<const ImageSource> second)
        : first_(std::move(first)), second_(std::move(second)), first_size_(first_size) {}
    void read(std::uint64_t index, std::span<std::uint8_t> out) const override {
        if (index < first_size_) first_->read(index, out);
        else second_->read(index - first_size_, out);
    }

  private:
    std::shared_ptr<const ImageSource> first_, second_;
    std::uint64_t first_size_;
};

}  // namespace

void Dataset::check() const {
    const auto fail = [this](const std::string& reason) {
        throw Error(ErrorCode::invalid_file, "[data] data set '" + name + "': " + reason);
    };
    if (image_shape.rank() != 3 || image_bytes() == 0) {
        fail("images have shape " + to_string(image_shape) +
             ", expected height x width x channels, none 0");
    }
    if (source && !images.empty()) fail("it has a source and images in memory; one of the two is needed");
    if (!source && (images.size() % image_bytes() != 0 || images.size() / image_bytes() != size())) {
        fail(std::to_string(images.size()) + " bytes of images and " + std::to_string(size()) +
             " labels do not fit: each image has " + std::to_string(image_bytes()) + " bytes");
    }
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] < classes.size()) continue;
        fail("label " + std::to_string(i) + " is " + std::to_string(labels[i]) +
             ", but there are " + std::to_string(classes.size()) + " classes");
    }
    if (!parents.empty() && parents.size() != classes.size()) {
        fail("its tree has " + std::to_string(parents.size()) + " classes, the set has " +
             std::to_string(classes.size()));
    }
}

void Dataset::read_image(std::uint64_t index, std::span<std::uint8_t> out) const {
    if (index >= size() || out.size() != image_bytes()) {
        throw Error(ErrorCode::invalid_argument,
                    "[read_image] image " + std::to_string(index) + " of " + std::to_string(size()) +
                        " into " + std::to_string(out.size()) + " bytes: an image has " +
                        std::to_string(image_bytes()));
    }
    if (source) {
        source->read(index, out);
    } else {
        std::ranges::copy(image(index), out.begin());
    }
}

std::vector<std::uint8_t> Dataset::read_image(std::uint64_t index) const {
    std::vector<std::uint8_t> pixels(image_bytes());
    read_image(index, pixels);
    return pixels;
}

Dataset Dataset::select(std::span<const std::uint64_t> indexes) const {
    Dataset chosen{name, image_shape, {}, {}, classes, parents};
    chosen.labels.reserve(indexes.size());
    if (!source) chosen.images.reserve(indexes.size() * image_bytes());
    for (const std::uint64_t index : indexes) {
        if (index >= size()) {
            throw Error(ErrorCode::invalid_argument, "[select] there is no image " +
                                                         std::to_string(index) + " in " + name +
                                                         ", it has " + std::to_string(size()));
        }
        chosen.labels.push_back(labels[index]);
        if (source) continue;
        const auto pixels = image(index);
        chosen.images.insert(chosen.images.end(), pixels.begin(), pixels.end());
    }
    if (source) {
        chosen.source = std::make_shared<SelectedImages>(
            source, std::vector<std::uint64_t>(indexes.begin(), indexes.end()));
    }
    return chosen;
}

Dataset Dataset::subset(std::uint64_t count, std::uint64_t seed) const {
    check();
    if (count >= size()) return *this;
    return select(divided(*this, count, seed).second);
}

void Dataset::append(const Dataset& other) {
    if (image_shape != other.image_shape || classes != other.classes || !source != !other.source) {
        throw Error(ErrorCode::invalid_argument,
                    "[append] " + other.name + " has other image sizes or classes than " + name);
    }
    if (source) source = std::make_shared<JoinedImages>(source, size(), other.source);
    images.insert(images.end(), other.images.begin(), other.images.end());
    labels.insert(labels.end(), other.labels.begin(), other.labels.end());
}

std::pair<Dataset, Dataset> Dataset::split(std::uint64_t count, std::uint64_t seed) const {
    check();
    const auto [rest, chosen] = divided(*this, std::min(count, size()), seed);
    return {select(rest), select(chosen)};
}

Dataset Dataset::with_validation_last(std::uint64_t count, std::uint64_t seed) const {
    check();
    auto [order, chosen] = divided(*this, std::min(count, size()), seed);
    order.insert(order.end(), chosen.begin(), chosen.end());
    return select(order);
}

}  // namespace hekla::data
