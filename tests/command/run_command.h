#pragma once
// Runs the built command `hekla` as a user would.

#include <nlohmann/json.hpp>
#include <string>
#include <sys/types.h>
#include <vector>

namespace hekla::test {

struct CommandResult {
    int status = -1;  // exit status; 128 + signal if one killed it
    std::string out, err;

    /// Standard output as JSON; throws if it is anything else than one value.
    nlohmann::json json() const { return nlohmann::json::parse(out); }
};

/// A running `hekla`. Its output goes to files in the temporary folder, so that it never waits for
/// a reader.
class RunningCommand {
  public:
    explicit RunningCommand(const std::vector<std::string>& arguments);
    /// Kills it if it still runs.
    ~RunningCommand();
    RunningCommand(const RunningCommand&) = delete;
    RunningCommand& operator=(const RunningCommand&) = delete;

    void send(int signal) const;
    /// True as long as it has not ended.
    bool running();
    /// What stands on its standard error so far.
    std::string errors_so_far() const;
    /// Waits for its end; kills it after `seconds`.
    CommandResult wait(double seconds = 300);

  private:
    void reap(bool block);

    pid_t pid_ = -1;
    int status_ = -1;
    std::string out_path_, err_path_;
};

CommandResult run(const std::vector<std::string>& arguments);

}  // namespace hekla::test
