#pragma once
// The tuner's answers of one user and one device on disk. No device is needed.

#include <filesystem>
#include <optional>
#include <string>

#include "kernels/tuned_choices.h"

namespace hekla::kernels {

/// Safe under several processes: each adds its choices to what the file holds by then, under a lock, and nobody ever sees
/// half a file.
class TuningFile {
  public:
    TuningFile(std::filesystem::path path, TunedHeading heading) : path_(std::move(path)), heading_(std::move(heading)) {}

    struct Loaded {
        TunedChoices choices;
        std::string note;  // a sentence if there is a file that counts for nothing
    };
    /// A missing file holds nothing.
    Loaded load() const;
    /// Adds or replaces; a damaged file is replaced. Returns a sentence if it could not be done.
    std::string merge(const TunedChoices& choices) const;
    const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
    TunedHeading heading_;
};

}  // namespace hekla::kernels
