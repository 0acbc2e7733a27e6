#include "run_command.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

extern char** environ;

namespace hekla::test {

namespace {

std::string temporary_file() {
    std::string path = (std::filesystem::temp_directory_path() / "hekla-output-XXXXXX").string();
    const int file = ::mkstemp(path.data());
    if (file < 0) throw std::runtime_error("no temporary file");
    ::close(file);
    return path;
}

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

pid_t spawn(std::vector<std::string> words, const std::string& out, const std::string& err) {
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY | O_TRUNC, 0);
    posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), O_WRONLY | O_TRUNC, 0);
    pid_t pid = -1;
    const int failure = ::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (failure != 0) throw std::runtime_error("can't run " + words[0]);
    return pid;
}

int exit_status(int wait_status) {
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

}  // namespace

RunningCommand::RunningCommand(const std::vector<std::string>& arguments)
    : out_path_(temporary_file()), err_path_(temporary_file()) {
    std::vector<std::string> words = {HEKLA_COMMAND};
    words.insert(words.end(), arguments.begin(), arguments.end());
    pid_ = spawn(std::move(words), out_path_, err_path_);
}

RunningCommand::~RunningCommand() {
    if (running()) {
        send(SIGKILL);
        reap(true);
    }
    std::remove(out_path_.c_str());
    std::remove(err_path_.c_str());
}

void RunningCommand::send(int signal) const {
    if (pid_ > 0) ::kill(pid_, signal);
}

bool RunningCommand::running() {
    reap(false);
    return pid_ > 0;
}

std::string RunningCommand::errors_so_far() const { return content(err_path_); }

void RunningCommand::reap(bool block) {
    int wait_status = 0;
    if (pid_ <= 0 || ::waitpid(pid_, &wait_status, block ? 0 : WNOHANG) != pid_) return;
    status_ = exit_status(wait_status);
    pid_ = -1;
}

CommandResult RunningCommand::wait(double seconds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (running() && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    if (running()) {
        send(SIGKILL);
        reap(true);
    }
    return {status_, content(out_path_), content(err_path_)};
}

CommandResult run(const std::vector<std::string>& arguments) {
    return RunningCommand(arguments).wait();
}

}  // namespace hekla::test
