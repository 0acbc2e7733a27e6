// Several processes that write the tuner's file at once, one of which dies with the lock in its hand.

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "../data/sample_files.h"
#include "base/file_lock.h"
#include "kernels/tuning_file.h"

namespace hekla::kernels {
namespace {

TEST(TuningFile, WritersInProcessesLoseNothing) {
    const test::TemporaryFolder folder;
    const TuningFile file(base::path_of(folder / "tuned.txt"), {"0.1.0", "a device"});
    constexpr int writers = 4, each = 25;
    std::vector<pid_t> children;
    for (int writer = 0; writer < writers; ++writer) {
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            bool good = true;
            for (int i = 0; i < each; ++i)
                good = file.merge({{std::to_string(writer) + "." + std::to_string(i), {"kernel", true, 1, 2}}}).empty() && good;
            ::_exit(good ? 0 : 1);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = -1;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
    }
    EXPECT_EQ(file.load().note, "");
    EXPECT_EQ(file.load().choices.size(), static_cast<std::size_t>(writers * each));
}

TEST(FileLock, ADeadProcessHoldsNothing) {
    const test::TemporaryFolder folder;
    const auto path = base::path_of(folder / "lock");
    int ready[2];
    ASSERT_EQ(::pipe(ready), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const base::FileLock lock(path, 1);
        const char held = lock.held() ? 'y' : 'n';
        if (::write(ready[1], &held, 1) != 1) ::_exit(1);
        ::pause();
    }
    char held = 0;
    ASSERT_EQ(::read(ready[0], &held, 1), 1);
    EXPECT_EQ(held, 'y');
    EXPECT_FALSE(base::FileLock(path, 0.02).held());
    ::kill(child, SIGKILL);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    EXPECT_TRUE(base::FileLock(path, 1).held());
    ::close(ready[0]);
    ::close(ready[1]);
}

}  // namespace
}  // namespace hekla::kernels
