#pragma once
// Picture files as images of one size.

#include <span>
#include <string>
#include <vector>

#include <hekla/data.h>
#include <hekla/error.h>
#include <hekla/io.h>

namespace hekla::data {

struct ImageForm {
    std::uint32_t height = 0, width = 0, channels = 0;
    ImageFit fit = ImageFit::stretch;
};

/// Its bytes in that form, H x W x C. Few large pictures are decoded at a time, however many threads call. Throws Error
/// naming the file.
std::vector<std::uint8_t> read_picture(const std::string& path, const ImageForm& form);

/// The message about a picture without the "[image] PATH: " that it begins with.
std::string reason_of(const Error& error, const std::string& path);

/// What the header of a file says, or why it cannot be a sample.
struct PictureHeader {
    io::ImageInfo info;
    std::string unreadable;  // empty: it can be, as far as the header tells
};
PictureHeader read_picture_header(const std::string& path);

/// Reads a file whenever its image is asked for.
class PictureSource : public ImageSource {
  public:
    PictureSource(std::vector<std::string> paths, const ImageForm& form) : paths_(std::move(paths)), form_(form) {}
    void read(std::uint64_t index, std::span<std::uint8_t> out) const override;

  private:
    std::vector<std::string> paths_;
    ImageForm form_;
};

}  // namespace hekla::data
