#pragma once
// A folder with a small data set, for tests that train.

#include <filesystem>
#include <string>

namespace hekla::test {

/// An empty folder, gone with the object.
class SampleFolder {
  public:
    SampleFolder();
    ~SampleFolder();
    SampleFolder(const SampleFolder&) = delete;
    SampleFolder& operator=(const SampleFolder&) = delete;

    std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    std::string string() const { return path_.string(); }
    /// Files that lie in it, sorted.
    std::string listing() const;

  private:
    std::filesystem::path path_;
};

/// IDX files of MNIST's form: 28 x 28 images, class i % 10 is a bright bar in row 2 * class + 4 on
/// some noise, which is learnt in seconds.
void write_sample_mnist(const SampleFolder& folder, unsigned train = 200, unsigned test = 60);

/// The picture of such an image.
void write_sample_png(const std::string& path, unsigned label);

void write_text(const std::string& path, const std::string& text);

}  // namespace hekla::test
