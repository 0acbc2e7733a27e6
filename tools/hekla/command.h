#pragma once
// What the subcommands of `hekla` share.

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <hekla/device.h>

namespace CLI {
class App;
}

namespace hekla::command {

// Exit statuses, also named at the foot of --help.
inline constexpr int exit_success = 0;
inline constexpr int exit_failure = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_device_lost = 3;
inline constexpr int exit_interrupted = 130;

/// --device, --json and --validation, as every subcommand takes them.
struct CommonOptions {
    std::string device;
    bool json = false;
    bool validation = false;
    std::vector<std::string> words;  // the whole command line, the program first
    std::atomic<std::uint64_t> validation_messages = 0;  // counted by the devices opened here
};

/// A subcommand; `run` is called after parsing and returns the exit status. It throws Error.
struct Command {
    CLI::App* app;
    std::function<int()> run;
};

// Each adds its subcommand; `common` outlives the returned Command.
Command add_devices(CLI::App& app, CommonOptions& common);
Command add_train(CLI::App& app, CommonOptions& common);
Command add_evaluate(CLI::App& app, CommonOptions& common);
Command add_predict(CLI::App& app, CommonOptions& common);
Command add_inspect(CLI::App& app, CommonOptions& common);
Command add_bench(CLI::App& app, CommonOptions& common);
Command add_tune(CLI::App& app, CommonOptions& common);
Command add_explain(CLI::App& app, CommonOptions& common);
Command add_prune(CLI::App& app, CommonOptions& common);
Command add_search(CLI::App& app, CommonOptions& common);

void add_common_options(CLI::App& subcommand, CommonOptions& common);

/// Opens the chosen device; what the choice of kernels has to say goes to standard error. Validation messages go to standard error and are counted; a driver that
/// computes on the CPU is named there in one line.
Device open_device(CommonOptions& common, KernelSettings kernels = {});

/// One line: this driver computes on the CPU, and how to install one for a GPU.
std::string cpu_notice(const DeviceInfo& info);

/// "0.1.0"
const char* version();

}  // namespace hekla::command
