#include "bench/child.h"

#include <hekla/error.h>

#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>

extern char** environ;

namespace hekla::bench {
namespace {

/// This process' environment with some variables replaced.
std::vector<std::string> with_variables(const std::map<std::string, std::string>& changes) {
    std::vector<std::string> list;
    for (char** entry = environ; *entry; ++entry) {
        const std::string text = *entry;
        if (!changes.contains(text.substr(0, text.find('=')))) list.push_back(text);
    }
    for (const auto& [name, value] : changes) list.push_back(name + "=" + value);
    return list;
}

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> list;
    for (std::string& word : words) list.push_back(word.data());
    list.push_back(nullptr);
    return list;
}

/// Until the program closes it.
std::string read_all(int file) {
    std::string text;
    std::array<char, 4096> part;
    while (true) {
        const ssize_t count = ::read(file, part.data(), part.size());
        if (count <= 0) return text;
        text.append(part.data(), static_cast<std::size_t>(count));
    }
}

}  // namespace

std::optional<std::string> output_of(const std::vector<std::string>& words, const std::map<std::string, std::string>& environment) {
    std::array<int, 2> ends;
    if (::pipe(ends.data()) != 0) return std::nullopt;
    ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    std::vector<std::string> arguments = words, variables = with_variables(environment);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    pid_t pid = -1;
    const int failure = ::posix_spawn(&pid, arguments[0].c_str(), &actions, nullptr, pointers(arguments).data(), pointers(variables).data());
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    std::string text = failure == 0 ? read_all(ends[0]) : std::string();
    ::close(ends[0]);
    if (failure != 0) return std::nullopt;
    int status = 0;
    if (::waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
    return text;
}

TemporaryFolder::TemporaryFolder() {
    std::error_code ignored;
    path_ = (std::filesystem::temp_directory_path(ignored) / "hekla-bench-XXXXXX").string();
    if (!::mkdtemp(path_.data())) throw Error(ErrorCode::not_found, "[bench] no temporary folder can be made; TMPDIR names where");
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;  // what is left is in the temporary folder
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace hekla::bench
