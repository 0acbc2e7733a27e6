#pragma once
// Images that a data set has more than once.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "output.h"

namespace hekla::command {

/// Where one image is.
struct ImagePlace {
    std::string part, class_name, name;  // "train", "cat", a file or a number
};

/// Finds images with equal pixels by their SHA-256.
class Duplicates {
  public:
    void add(const std::string& hash, ImagePlace place) { by_hash_[hash].push_back(std::move(place)); }

    struct Counts {
        std::uint64_t images = 0;          // that are there again: the copies beyond the first
        std::uint64_t across_parts = 0;    // groups that lie in the training and in what is to judge it
        std::uint64_t across_classes = 0;  // groups with more than one class
    };
    Counts counts() const;
    /// Groups of equal images, at most `most`; those across parts and classes first.
    std::vector<std::vector<ImagePlace>> groups(std::size_t most) const;

  private:
    std::map<std::string, std::vector<ImagePlace>> by_hash_;
};

std::string duplicates_text(const Duplicates& duplicates);
Json duplicates_json(const Duplicates& duplicates);

}  // namespace hekla::command
