// Finding and loading the well-known data sets.

#include <array>
#include <numeric>

#include <hekla/data.h>
#include "sample_files.h"
#include "support/environment.h"

namespace hekla::data {
namespace {

using test::Bytes;
using test::gzip;
using test::idx_images;
using test::idx_labels;
using test::message_of;
using test::ScopedVariable;
using test::TemporaryFolder;
using test::write_bytes;

void write_mnist(const std::string& folder, std::uint8_t first_label,
                 const std::string& dash = "-") {
    write_bytes(folder + "/train-images" + dash + "idx3-ubyte", idx_images(3, 28, 28));
    write_bytes(folder + "/train-labels" + dash + "idx1-ubyte.gz",
                gzip(idx_labels({first_label, 2, 3})));
    write_bytes(folder + "/t10k-images" + dash + "idx3-ubyte.gz", gzip(idx_images(2, 28, 28)));
    write_bytes(folder + "/t10k-labels" + dash + "idx1-ubyte", idx_labels({8, 9}));
}

// What the two full-size sets have in common.
void check_full_set(const TrainTest& both) {
    ASSERT_EQ(both.train.size(), 60000u);
    ASSERT_EQ(both.test.size(), 10000u);
    EXPECT_EQ(both.train.image_shape, (Shape{28, 28, 1}));
    EXPECT_EQ(both.train.images.size(), 60000u * 784);
    EXPECT_EQ(both.train.classes.size(), 10u);
    EXPECT_NO_THROW(both.train.check());
}

double mean(const Dataset& set) {
    const auto sum = std::accumulate(set.images.begin(), set.images.end(), std::uint64_t(0));
    return static_cast<double>(sum) / static_cast<double>(set.images.size()) / 255.0;
}

TEST(Load, RealFashionMnist) {
    const std::string folder = "/usr/share/datasets/fashion-mnist";
    if (!std::filesystem::exists(folder)) {
        GTEST_SKIP() << "Debian's dataset-fashion-mnist is not installed";
    }
    const TrainTest both = fashion_mnist(folder);
    check_full_set(both);
    EXPECT_NEAR(mean(both.train), 0.2860, 0.0001);  // the figure that everyone normalises with
    EXPECT_EQ(both.train.labels[0], 9u);
    EXPECT_EQ(both.train.classes[9], "Ankle boot");
    const Dataset some = both.train.subset(1000, 3);
    std::array<int, 10> counts{};
    for (const auto label : some.labels) ++counts[label];
    for (const int count : counts) EXPECT_EQ(count, 100);
}

TEST(Load, RealMnist) {
    const char* folder = std::getenv("HEKLA_DATA_DIR");
    if (!folder || !std::filesystem::exists(std::string(folder) + "/mnist")) {
        GTEST_SKIP() << "HEKLA_DATA_DIR names no folder with mnist in it";
    }
    const TrainTest both = mnist();
    check_full_set(both);
    EXPECT_NEAR(mean(both.train), 0.1307, 0.0001);
    EXPECT_EQ(both.train.labels[0], 5u);
}

TEST(Load, FindsFilesInTheFolderOrBelow) {
    for (const std::string place : {"", "/mnist"}) {
        for (const std::string dash : {"-", "."}) {
            const TemporaryFolder folder;
            write_mnist(folder.string() + place, 7, dash);
            const TrainTest both = mnist(folder.string());
            EXPECT_EQ(both.train.labels, (std::vector<std::uint32_t>{7, 2, 3}));
            EXPECT_EQ(both.test.labels, (std::vector<std::uint32_t>{8, 9}));
        }
    }
}

TEST(Load, SearchesInOrder) {
    const TemporaryFolder named, variable, cache;
    const ScopedVariable data_dir("HEKLA_DATA_DIR", variable.string().c_str());
    const ScopedVariable cache_dir("XDG_CACHE_HOME", cache.string().c_str());
    write_mnist(cache / "hekla/mnist", 1);
    EXPECT_EQ(mnist().train.labels[0], 1u);
    write_mnist(variable / "mnist", 2);
    EXPECT_EQ(mnist().train.labels[0], 2u);
    write_mnist(named.string(), 3);
    EXPECT_EQ(mnist(named.string()).train.labels[0], 3u);
}

TEST(Load, CacheFolderIsTheUsersByDefault) {
    const TemporaryFolder home;
    const ScopedVariable data_dir("HEKLA_DATA_DIR", nullptr);
    const ScopedVariable cache_dir("XDG_CACHE_HOME", nullptr);
    const test::UserCache user = test::user_cache();
    const ScopedVariable home_dir(user.variable, home.string().c_str());
    write_mnist(home / (user.folder + std::string("/mnist")), 4);
    EXPECT_EQ(mnist().train.labels[0], 4u);
}

TEST(Load, NotFoundListsPlacesAndRemedies) {
    const TemporaryFolder empty;
    const ScopedVariable data_dir("HEKLA_DATA_DIR", (empty / "a").c_str());
    const ScopedVariable cache_dir("XDG_CACHE_HOME", (empty / "b").c_str());
    const std::string error = message_of([] { mnist(); }, ErrorCode::not_found);
    for (const std::string& part :
         {empty / "a", empty / "a/mnist", empty / "b/hekla/mnist",
          std::string("tools/get-data mnist")}) {
        EXPECT_HAS(error, part);
    }
    const auto packaged = base::packaged_data_folder();
    EXPECT_HAS(error, packaged.empty() ? "Searched:" : base::utf8_of(packaged / "mnist"));
    EXPECT_EQ(error.find("apt-get"), std::string::npos);
    const std::string fashion =
        message_of([&] { fashion_mnist(empty.string()); }, ErrorCode::not_found);
    EXPECT_EQ(fashion.find("apt-get install dataset-fashion-mnist") == std::string::npos,
              packaged.empty());
    EXPECT_HAS(fashion, "tools/get-data fashion-mnist --dir " + empty.string());
}

TEST(Load, IncompleteFolderNamesTheMissingFile) {
    const TemporaryFolder folder;
    write_mnist(folder.string(), 1);
    std::filesystem::remove(folder / "train-labels-idx1-ubyte.gz");
    EXPECT_HAS(message_of([&] { mnist(folder.string()); }, ErrorCode::not_found),
               "(incomplete, lacks train-labels-idx1-ubyte.gz)");
}

TEST(Load, AFolderOfMnistIsNoFashionMnist) {
    const TemporaryFolder folder;
    write_mnist(folder / "mnist", 1);
    const ScopedVariable data_dir("HEKLA_DATA_DIR", (folder / "mnist").c_str());
    const ScopedVariable cache_dir("XDG_CACHE_HOME", folder.string().c_str());
    EXPECT_EQ(mnist().train.size(), 3u);
    try {
        EXPECT_EQ(fashion_mnist().train.size(), 60000u);  // Debian's, if installed
    } catch (const Error& error) {
        EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(ErrorCode::not_found));
    }
}

TEST(Load, MalformedFilesAreNamed) {
    const TemporaryFolder folder;
    write_mnist(folder.string(), 1);
    const std::string path = folder / "train-images-idx3-ubyte";
    const auto error = [&] { return message_of([&] { mnist(folder.string()); }); };
    write_bytes(path, {});
    EXPECT_HAS(error(), path + ": is empty");
    write_bytes(path, idx_images(3, 20, 28));
    EXPECT_HAS(error(), path + ": the images are 20x28x1, those of mnist are 28x28x1");
    write_bytes(path, idx_images(2, 28, 28));
    EXPECT_HAS(error(), path + " has 2 images, but");
    std::filesystem::remove(path);
    std::filesystem::create_directory(path);
    EXPECT_HAS(error(), path + ": is a folder, not a file");
}

TEST(Load, UnknownNameListsTheKnownOnes) {
    EXPECT_HAS(message_of([] { load("imagenet"); }, ErrorCode::invalid_argument),
               "mnist, fashion-mnist, cifar10, cifar100");
}

}  // namespace
}  // namespace hekla::data
