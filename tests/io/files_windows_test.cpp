// Whole files where Windows decides what can be done: read-only and open files, devices.

#include <windows.h>

#include <hekla/io.h>
#include "../data/sample_files.h"

namespace hekla::io {
namespace {

using test::entries;
using test::message_of;
using test::TemporaryFolder;

TEST(Files, OldFileSurvivesAnOpenHandle) {
    const TemporaryFolder folder;
    write_file(folder / "f", std::string("old"));
    // Without FILE_SHARE_DELETE nobody else may replace it.
    const HANDLE open = CreateFileW(base::path_of(folder / "f").c_str(), GENERIC_READ,
                                    FILE_SHARE_READ, nullptr, OPEN_EXISTING, 0, nullptr);
    ASSERT_NE(open, INVALID_HANDLE_VALUE);
    EXPECT_HAS(message_of([&] { write_file(folder / "f", std::string("new")); }),
               "the old file is intact");
    CloseHandle(open);
    EXPECT_EQ(read_file(folder / "f"), "old");
    EXPECT_EQ(entries(folder), 1u);
}

TEST(Files, LineEndsStayAsTheyAre) {
    const TemporaryFolder folder;
    const std::string text = "a\nb\r\nc\x1a" "d";
    write_file(folder / "f", text);
    EXPECT_EQ(read_file(folder / "f"), text);
    EXPECT_EQ(std::filesystem::file_size(folder / "f"), text.size());
}

TEST(Files, DevicesAreWrittenInPlace) {
    EXPECT_NO_THROW(write_file("NUL", std::string("x")));
}

}  // namespace
}  // namespace hekla::io
