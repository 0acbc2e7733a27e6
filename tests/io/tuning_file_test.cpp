// The tuner's file: what is in it after others wrote, and after damage.

#include "kernels/tuning_file.h"

#include <gmock/gmock.h>

#include <fstream>
#include <thread>

#include <hekla/io.h>

#include "../data/sample_files.h"
#include "base/file_lock.h"

namespace hekla::kernels {
namespace {

using test::TemporaryFolder;
using testing::HasSubstr;

TuningFile file_in(const TemporaryFolder& folder) { return TuningFile(base::path_of(folder / "cache/tuned.txt"), {"0.1.0", "a device"}); }

TunedChoices one(const std::string& problem, std::uint64_t nanoseconds = 5) { return {{problem, {"kernel of " + problem, true, nanoseconds, 9}}}; }

TEST(TuningFile, AddsToWhatIsThere) {
    const TemporaryFolder folder;
    const TuningFile file = file_in(folder);
    EXPECT_TRUE(file.load().choices.empty());
    EXPECT_EQ(file.load().note, "") << "no file is no fault";
    EXPECT_EQ(file.merge(one("a")), "");
    EXPECT_EQ(file_in(folder).merge(one("b")), "");
    EXPECT_EQ(file.merge(one("a", 7)), "");
    const TunedChoices found = file.load().choices;
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found.at("a").nanoseconds, 7u);
    EXPECT_EQ(found.at("b").implementation, "kernel of b");
}

TEST(TuningFile, DamageIsToldAndReplaced) {
    const TemporaryFolder folder;
    const TuningFile file = file_in(folder);
    ASSERT_EQ(file.merge(one("a")), "");
    const std::string whole = io::read_file(base::utf8_of(file.path()));
    const std::string huge = whole + std::string(3 * max_tuned_bytes, 'x');
    for (const std::string& content : {std::string(), whole.substr(0, whole.size() / 2), std::string("\0\xff", 2), huge}) {
        io::write_file(base::utf8_of(file.path()), content);
        const TuningFile::Loaded loaded = file.load();
        EXPECT_TRUE(loaded.choices.empty());
        EXPECT_THAT(loaded.note, HasSubstr(base::utf8_of(file.path()))) << "of " << content.size() << " bytes";
        EXPECT_EQ(file.merge(one("b")), "");
        EXPECT_EQ(file.load().choices.size(), 1u);
    }
    const TuningFile next_engine(file.path(), {"0.2.0", "a device"});
    EXPECT_THAT(next_engine.load().note, HasSubstr("made by Hekla 0.1.0, this is 0.2.0"));
}

TEST(TuningFile, WritersInThreadsLoseNothing) {
    const TemporaryFolder folder;
    constexpr int writers = 4, each = 12;
    std::vector<std::thread> threads;
    for (int writer = 0; writer < writers; ++writer)
        threads.emplace_back([&, writer] {
            for (int i = 0; i < each; ++i) EXPECT_EQ(file_in(folder).merge(one(std::to_string(writer) + "." + std::to_string(i))), "");
        });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(file_in(folder).load().choices.size(), static_cast<std::size_t>(writers * each));
    std::size_t left = 0;
    for (const auto& entry : std::filesystem::directory_iterator(base::path_of(folder / "cache"))) left += entry.path().extension() == ".tmp" ? 1 : 0;
    EXPECT_EQ(left, 0u);
}

TEST(TuningFile, AFolderThatCannotBeMadeIsTold) {
    const TemporaryFolder folder;
    io::write_file(folder / "cache", std::string("a file in the way"));
    EXPECT_THAT(file_in(folder).merge(one("a")), HasSubstr("could not be kept"));
    EXPECT_EQ(io::read_file(folder / "cache"), "a file in the way");
}

TEST(FileLock, OneAtATime) {
    const TemporaryFolder folder;
    const auto path = base::path_of(folder / "lock");
    {
        const base::FileLock first(path, 1);
        EXPECT_TRUE(first.held());
        EXPECT_FALSE(base::FileLock(path, 0.02).held());
    }
    EXPECT_TRUE(base::FileLock(path, 0).held());
    EXPECT_FALSE(base::FileLock(base::path_of(folder / "no folder/lock"), 0).held());
}

}  // namespace
}  // namespace hekla::kernels
