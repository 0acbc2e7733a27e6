// Training is local: under a filter of the kernel that ends a process which asks for an Internet socket, it runs to its end.

#include <gtest/gtest.h>

#include "run_command.h"
#include "sample_data.h"

#ifdef __linux__
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <filesystem>
#include <iterator>

namespace hekla::test {
namespace {

/// socket(AF_INET, ..) and socket(AF_INET6, ..) end the process; all else is allowed. A display's local socket is none.
bool forbid_internet() {
    sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 4),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[0])),  // the lower half: little-endian
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{static_cast<unsigned short>(std::size(filter)), filter};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

constexpr int no_filter = 99;

/// Exit status of what `child` does under the filter; 128 + signal if one ended it.
template <class Child>
int without_internet(Child&& child) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        if (!forbid_internet()) ::_exit(no_filter);
        child();
        ::_exit(98);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

TEST(Privacy, TrainingOpensNoConnection) {
    const int control = without_internet([] { ::_exit(::socket(AF_INET, SOCK_STREAM, 0) < 0 ? 1 : 0); });
    if (control == no_filter) GTEST_SKIP() << "this kernel lets no process filter its calls";
    ASSERT_EQ(control, 128 + SIGSYS) << "the filter does not see a socket";

    const SampleFolder folder;
    write_sample_mnist(folder, 64, 20);
    const std::string model = folder / "model.safetensors", report = folder / "report.html", err = folder / "err.txt";
    std::vector<std::string> words = {HEKLA_COMMAND, "train", "--network", "feed-forward", "--data", "mnist", "--data-dir", folder.string(),
                                      "--epochs", "1", "--out", model, "--report", report, "--checkpoint", folder / "checkpoints",
                                      "--tensorboard", folder / "events", "--log", folder / "log.csv"};
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    const int status = without_internet([&] {
        const int file = ::open(err.c_str(), O_WRONLY | O_CREAT, 0600);
        ::dup2(file, 1);
        ::dup2(file, 2);
        ::execv(argv[0], argv.data());
    });
    EXPECT_EQ(status, 0);
    for (const std::string& path : {model, report, folder / "log.csv"}) EXPECT_TRUE(std::filesystem::exists(path)) << path;
}

}  // namespace
}  // namespace hekla::test
#endif
