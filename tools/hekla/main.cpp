// The command `hekla`: parses, runs one subcommand and turns errors into exit statuses.

#include <hekla/error.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <new>
#include <string>
#include <vector>

#include "command.h"
#include "output.h"
#include "system.h"

namespace hekla::command {
namespace {

constexpr const char* exit_statuses =
    "Exit status: 0 success; 1 error, with a line `hekla: error: ...` on standard error;\n"
    "2 wrong use of the command line; 3 the device was lost, checkpoints are intact; 130 training interrupted (Ctrl-C), model saved.";

int fail(const std::string& message) {
    std::cerr << "hekla: error: " << message << "\n";
    return exit_failure;
}

int run_guarded(const Command& command) {
    try {
        return command.run();
    } catch (const std::bad_alloc&) {
        return fail("out of memory");
    } catch (const Error& error) {
        fail(error.what());
        return error.code() == ErrorCode::device_lost ? exit_device_lost : exit_failure;
    } catch (const std::exception& error) {
        return fail(error.what());
    }
}

/// The device is gone by now, so that what was found while it was destroyed counts too.
int finish(int status, const CommonOptions& common) {
    if (!std::cout.flush()) return fail("can't write to standard output");
    if (common.validation_messages == 0) return status;
    return fail(std::to_string(common.validation_messages) + " validation messages");
}

std::string usage_message(const CLI::App* app, const CLI::Error& error) {
    std::string what = error.what();
    // CLI11 says only that a subcommand is missing, not that the word given is none.
    if (app->get_subcommands().empty() && app->remaining_size() > 0) {
        what = "there is no subcommand or option '" + printable(app->remaining().front()) + "'";
    }
    return "hekla: error: " + what + "\nRun with --help for more information.\n";
}

int run(int argc, char** argv) {
    CLI::App app("Trains and runs neural networks on any Vulkan device.", "hekla");
    app.set_version_flag("--version", std::string("hekla ") + version());
    // The same words mean the same everywhere: on Windows /data/model would be taken for an option.
    app.allow_windows_style_options(false);
    app.require_subcommand(1);
    app.failure_message(usage_message);
    CommonOptions common;
    const std::vector<Command> commands = {add_devices(app, common), add_train(app, common),
                                           add_evaluate(app, common), add_predict(app, common),
                                           add_inspect(app, common), add_bench(app, common),
                                           add_tune(app, common), add_explain(app, common),
                                           add_prune(app, common), add_search(app, common)};
    app.footer(exit_statuses);
    for (const Command& command : commands) command.app->footer(exit_statuses);
    try {
        const std::vector<std::string> words = utf8_arguments(argc, argv);
        std::vector<const char*> pointers;
        for (const std::string& word : words) pointers.push_back(word.c_str());
        common.words = words;
        app.parse(static_cast<int>(pointers.size()), pointers.data());
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? exit_success : exit_usage;
    }
    const auto chosen = std::find_if(commands.begin(), commands.end(),
                                     [](const Command& c) { return c.app->parsed(); });
    return finish(run_guarded(*chosen), common);
}

}  // namespace
}  // namespace hekla::command

int main(int argc, char** argv) {
    try {
        return hekla::command::run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "hekla: error: " << error.what() << "\n";
        return hekla::command::exit_failure;
    }
}
