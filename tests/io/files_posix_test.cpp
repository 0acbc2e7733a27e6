// Whole files where POSIX decides what can be done: full disks, permissions, links, devices.

#include <csignal>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <hekla/io.h>
#include "../data/sample_files.h"

namespace hekla::io {
namespace {

using test::entries;
using test::message_of;
using test::TemporaryFolder;

// As on a full disk: no file may grow beyond `bytes`.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) {
        old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &old_);
        rlimit limit = old_;
        limit.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &old_);
        std::signal(SIGXFSZ, old_handler_);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  private:
    rlimit old_{};
    void (*old_handler_)(int);
};

TEST(Files, OldFileSurvivesAFullDisk) {
    const TemporaryFolder folder;
    write_file(folder / "f", std::string("old"));
    std::string error;
    {
        const FileSizeLimit limit(4096);
        error = message_of([&] { write_file(folder / "f", std::string(10000, 'n')); });
    }
    EXPECT_HAS(error, "cannot write " + (folder / "f") + ": File too large");
    EXPECT_HAS(error, "the old file is intact");
    EXPECT_EQ(read_file(folder / "f"), "old");
    EXPECT_EQ(entries(folder), 1u);
}

TEST(Files, SafetensorsSurviveAFullDisk) {
    const TemporaryFolder folder;
    const Safetensors small{{{"t", Shape{1}, {1}}}, {}};
    const Safetensors large{{{"t", Shape{5000}, std::vector<float>(5000)}}, {}};
    write_safetensors(folder / "f", small);
    {
        const FileSizeLimit limit(4096);
        message_of([&] { write_safetensors(folder / "f", large); });
    }
    EXPECT_EQ(read_safetensors(folder / "f").tensors[0].values.size(), 1u);
    EXPECT_EQ(entries(folder), 1u);
}

TEST(Files, ReadOnlyFolderIsAnError) {
    const TemporaryFolder folder;
    write_file(folder / "f", std::string("old"));
    ::chmod(folder.string().c_str(), 0500);
    if (::access(folder.string().c_str(), W_OK) == 0) {
        ::chmod(folder.string().c_str(), 0700);
        GTEST_SKIP() << "this user may write everywhere";
    }
    EXPECT_HAS(message_of([&] { write_file(folder / "f", std::string("new")); }), "denied");
    EXPECT_EQ(read_file(folder / "f"), "old");
    ::chmod(folder.string().c_str(), 0700);
}

TEST(Files, DevicesAreWrittenInPlace) {
    EXPECT_NO_THROW(write_file("/dev/null", std::string("x")));
    EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
    if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full here";
    EXPECT_HAS(message_of([] { write_file("/dev/full", std::string("x")); }), "No space left");
}

TEST(Files, LinksAndModesStay) {
    const TemporaryFolder folder;
    write_file(folder / "f", std::string("old"));
    ::chmod((folder / "f").c_str(), 0640);
    std::filesystem::create_symlink("f", folder / "link");
    write_file(folder / "link", std::string("new"));
    EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
    EXPECT_EQ(read_file(folder / "f"), "new");
    struct stat status {};
    ::stat((folder / "f").c_str(), &status);
    EXPECT_EQ(status.st_mode & 0777u, 0640u);
}

}  // namespace
}  // namespace hekla::io
