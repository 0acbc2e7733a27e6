// `hekla tune`: times the kernels of a network on a device and remembers the fastest.

#include <hekla/error.h>
#include <hekla/io.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <optional>
#include <set>

#include "base/system.h"
#include "bench/step_network.h"
#include "command.h"
#include "kernels/device_identity.h"
#include "kernels/device_kernels.h"
#include "kernels/shipped_choices.h"
#include "number_checks.h"
#include "output.h"

namespace hekla::command {
namespace {

struct TuneArguments {
    std::string network, table;
    std::optional<std::uint32_t> batch;
    bool quick = false, full = false;
    double limit_seconds = 0;
};

/// A recipe, or a file that says what it takes.
Recipe network_of(const TuneArguments& arguments) {
    if (!arguments.network.ends_with(".json")) {
        Recipe named = recipe(arguments.network);
        named.network.build({.image_shape = bench::image_shape_of(named), .classes = std::vector<std::string>(10)});
        return named;
    }
    Recipe own{.name = arguments.network,
               .network = Network::from_json(io::read_file(arguments.network), arguments.network),
               .data = {}, .trainer = {}, .fit = {}};
    if (!own.network.built()) {
        throw Error(ErrorCode::invalid_argument, "[tune] '" + arguments.network + "' has no \"input\": the size of its images is unknown");
    }
    return own;
}

/// Compiles a step without running it: that is when kernels are timed.
void compile_step(const Device& device, const Recipe& recipe, nn::StepKind kind, std::uint32_t batch) {
    auto resident = std::make_shared<nn::ResidentData>(device.vulkan(), bench::synthetic_images(recipe.network.input().image_shape, batch));
    auto store = std::make_shared<ParameterStore>(device, recipe.network.parameters());
    const nn::StepSettings settings{.kind = kind, .batch = batch, .optimizer = recipe.trainer.optimizer};
    const nn::StepPlan plan(device, recipe.network, std::move(resident), std::move(store), settings);
}

/// Training first: where the time is short, it counts most. Then what `train`, `evaluate` and `predict` run besides.
void compile_all(const Device& device, const Recipe& recipe, std::uint32_t batch) {
    constexpr std::uint32_t evaluation_batch = 128;
    compile_step(device, recipe, nn::StepKind::train, batch);
    for (const std::uint32_t size : std::set<std::uint32_t>{batch, evaluation_batch}) compile_step(device, recipe, nn::StepKind::evaluate, size);
    compile_step(device, recipe, nn::StepKind::predict, 1);
}

double gain_of(const kernels::Tuned& tuned) { return tuned.best_ms > 0 ? tuned.first_ms / tuned.best_ms : 1; }

Json to_json(const kernels::Tuned& tuned) {
    Json json = {{"problem", tuned.problem}, {"candidates", tuned.candidates}, {"timed", tuned.timed}, {"heuristics", tuned.first}, {"best", tuned.best}};
    if (!tuned.untimed.empty()) json["untimed"] = tuned.untimed;
    else json.update({{"heuristics_ms", tuned.first_ms}, {"best_ms", tuned.best_ms}, {"gain", gain_of(tuned)}});
    return json;
}

void print_table(std::ostream& out, const std::vector<kernels::Tuned>& results) {
    std::vector<std::vector<std::string>> rows = {{"problem", "timed", "best", "ms", "heuristics", "ms", "gain"}};
    std::size_t alone = 0;
    for (const kernels::Tuned& one : results) {
        if (one.candidates == 1) {
            ++alone;
        } else if (!one.untimed.empty()) {
            rows.push_back({one.problem, "0", one.untimed, "", one.first, "", ""});
        } else {
            rows.push_back({one.problem, std::to_string(one.timed) + " of " + std::to_string(one.candidates), one.best, fixed(one.best_ms, 4),
                            one.best == one.first ? "the same" : one.first, fixed(one.first_ms, 4), fixed(gain_of(one), 2)});
        }
    }
    out << table(rows) << alone << " more problems have one candidate each\n";
}

/// Replaces what the table says of these problems; where the heuristics are best, it says nothing.
void update_table(const std::string& path, const std::string& model, const std::vector<kernels::Tuned>& results) {
    kernels::ShippedTable table;
    std::error_code ignored;
    if (std::filesystem::exists(base::path_of(path), ignored)) table = kernels::parse_shipped(io::read_file(path), path);
    KernelChoices& choices = table[model];
    for (const kernels::Tuned& one : results) {
        if (!one.untimed.empty()) continue;
        if (one.best == one.first) choices.erase(one.problem);
        else choices[one.problem] = one.best;
    }
    if (choices.empty()) table.erase(model);
    io::write_file(path, kernels::shipped_text(table));
}

int run_tune(const TuneArguments& arguments, CommonOptions& common) {
    const Recipe network = network_of(arguments);
    if (!arguments.table.empty()) check_writable(arguments.table, "--table");
    KernelSettings settings{.tune = arguments.full ? Tune::full : Tune::quick, .tune_seconds = arguments.limit_seconds, .tune_again = true};
    const Device device = open_device(common, settings);
    std::ostream& out = text_stream(common.json);
    out << "tuning " << printable(network.name) << " on " << printable(device.info().name) << "\n" << std::flush;
    const auto start = std::chrono::steady_clock::now();
    compile_all(device, network, arguments.batch.value_or(network.fit.batch));
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

    kernels::DeviceKernels& device_kernels = kernels::DeviceKernels::of(device.vulkan());
    const std::vector<kernels::Tuned>& results = device_kernels.tuner().results();
    const std::vector<std::string>& quarantined = device_kernels.selection().quarantined();
    const kernels::DeviceIdentity identity = kernels::identity_of(device.vulkan());
    if (!arguments.table.empty()) update_table(arguments.table, identity.model, results);
    print_table(out, results);
    for (const std::string& what : quarantined) out << "quarantined: " << printable(what) << "\n";
    out << fixed(seconds, 1) << " s\n";
    if (common.json) {
        Json list = Json::array();
        for (const kernels::Tuned& one : results) list.push_back(to_json(one));
        print_json({{"device", device.info().name}, {"driver", device.info().driver}, {"network", arguments.network}, {"seconds", seconds},
                    {"quarantined", quarantined}, {"results", std::move(list)}});
    }
    return exit_success;
}

}  // namespace

Command add_tune(CLI::App& app, CommonOptions& common) {
    CLI::App* sub = app.add_subcommand(
        "tune",
        "Time the kernels that can compute a network on a device, after their self-test, and remember\n"
        "the fastest for all later runs. Models trained before are repeated by --choices.");
    auto arguments = std::make_shared<TuneArguments>();
    sub->add_option("network", arguments->network, "Network by name, or FILE.json, an architecture with its input")
        ->required()
        ->type_name("NAME|FILE.json");
    sub->add_option("--batch", arguments->batch, "Images per step (the recipe's)")->check(positive_integer());
    CLI::Option* quick = sub->add_flag("--quick", arguments->quick, "The likeliest candidates, for seconds (this is the default)");
    sub->add_flag("--full", arguments->full, "All candidates, for minutes")->excludes(quick);
    sub->add_option("--limit-s", arguments->limit_seconds, "Most seconds of timing (10, or 300 with --full)")->check(positive_number());
    // For developers of Hekla: tools/tune-shipped.
    sub->add_option("--table", arguments->table, "Also update a table in the form of engine/kernels/choices/shipped.txt")
        ->type_name("FILE")
        ->group("");
    add_common_options(*sub, common);
    return {sub, [arguments, &common] { return run_tune(*arguments, common); }};
}

}  // namespace hekla::command
