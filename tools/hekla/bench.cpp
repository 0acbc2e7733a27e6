// `hekla bench`: how fast the kernels, networks and the engine are on a device, beside the device's own peak.

#include <hekla/error.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

#include "bench/child.h"
#include "bench/sections.h"
#include "command.h"
#include "kernels/selection.h"
#include "number_checks.h"
#include "output.h"

namespace hekla::command {
namespace {

constexpr const char* whole_report = "report";

struct BenchArguments {
    std::vector<std::string> sections;
    bench::Budget budget;
    std::string network;
    std::uint32_t batch = 0;
    bool brief = false;
    std::string first_step;  // hidden: "keras-mnist/32", measured in a process of its own
};

/// "  12.34 GFLOP/s   0.56 of the peak    1.234 ms  kernel"
std::string line_of(const bench::Figure& figure) {
    const auto padded = [](std::string text, std::size_t width) { return std::string(width - std::min(width, text.size()), ' ') + text; };
    std::string name = figure.name;
    name.resize(std::max<std::size_t>(name.size(), 36), ' ');
    std::string line = name + padded(fixed(figure.value, 2), 12) + " " + bench::text_of(figure.unit);
    if (figure.fraction_of_peak) line += "  " + fixed(*figure.fraction_of_peak, 3) + " of the peak";
    if (figure.milliseconds > 0) line += "  " + fixed(figure.milliseconds, 3) + " ms (median " + fixed(figure.median_ms, 3) + ")";
    if (!figure.kernel.empty()) line += "  " + figure.kernel;
    if (figure.more.contains("cpu_us_per_step"))
        line += "  " + fixed(figure.more["cpu_us_per_step"], 1) + " us CPU, " + figure.more["dispatches_per_step"].dump() + " dispatches, " +
                figure.more["barriers_per_step"].dump() + " barriers";
    if (figure.more.contains("first_step_ms")) line += "  first step " + json_text(figure.more["first_step_ms"]);
    return line;
}

/// This program, or nothing where the system does not tell.
std::string own_path() {
    std::error_code none;
    return std::filesystem::read_symlink("/proc/self/exe", none).string();
}

/// Time to the first step in fresh processes: with empty caches, with those that it left, and with Hekla's alone. Mesa
/// keeps its own cache where XDG_CACHE_HOME says, as Hekla does; another driver's may stay warm.
Json first_steps(const bench::NetworkCase& item, const DeviceInfo& device) {
    const std::string program = own_path();
    if (program.empty()) return nullptr;
    const bench::TemporaryFolder folder;
    const auto milliseconds = [&](std::map<std::string, std::string> environment) -> Json {
        environment["XDG_CACHE_HOME"] = folder.path();
        environment["MESA_SHADER_CACHE_DIR"] = folder.path();
        const auto text = bench::output_of({program, "bench", "--device", std::to_string(device.index), "--first-step",
                                            item.recipe + "/" + std::to_string(item.batch)}, environment);
        const Json json = text ? Json::parse(*text, nullptr, false) : Json();
        return json.is_object() ? json["first_step_ms"] : Json();
    };
    Json result;
    result["cold"] = milliseconds({});
    result["warm"] = milliseconds({});
    result["warm_without_driver_cache"] = milliseconds({{"MESA_SHADER_CACHE_DISABLE", "true"}});
    if (result["cold"].is_number() && result["warm"].is_number()) result["warm_of_cold"] = result["warm"].get<double>() / result["cold"].get<double>();
    return result;
}

int run_first_step(const BenchArguments& arguments, const CommonOptions& common) {
    const std::size_t slash = arguments.first_step.rfind('/');
    if (slash == std::string::npos) throw Error(ErrorCode::invalid_argument, "[--first-step] give NETWORK/BATCH");
    const double ms = bench::first_step_ms({.select = common.device, .validation = common.validation}, arguments.first_step.substr(0, slash),
                                           static_cast<std::uint32_t>(std::stoul(arguments.first_step.substr(slash + 1))));
    print_json({{"first_step_ms", ms}});
    return exit_success;
}

struct Measured {
    DeviceInfo info;
    bench::Figures figures;
    Json self_tests;
};

bool is_report(const BenchArguments& arguments) {
    return std::find(arguments.sections.begin(), arguments.sections.end(), whole_report) != arguments.sections.end();
}

Measured measure(const Device& device, const BenchArguments& arguments, std::ostream& out) {
    Measured measured{.info = device.info()};
    out << printable(measured.info.name) << " (" << printable(measured.info.driver) << ")\n" << std::flush;
    bench::Collector collector;
    collector.on_figure = [&](const bench::Figure& figure) { out << line_of(figure) << "\n" << std::flush; };
    collector.on_left_out = [&](const bench::LeftOut& item) { out << item.name << " left out: " << printable(item.reason) << "\n" << std::flush; };
    bench::Settings settings{.budget = arguments.budget, .network = arguments.network, .batch = arguments.batch, .brief = arguments.brief};
    if (!is_report(arguments)) settings.sections = arguments.sections;
    settings.first_steps = [&](const bench::NetworkCase& item) { return first_steps(item, measured.info); };
    if (is_report(arguments)) measured.self_tests = bench::self_tests(device);
    bench::measure(device, settings, collector);
    measured.figures = std::move(collector.figures);
    for (const std::string& what : kernels::Selection::of(device.vulkan()).quarantined()) out << "quarantined: " << printable(what) << "\n";
    return measured;
}

/// No name of a user, host or file is in it: it is meant to be sent.
Json json_of(const Measured& measured) {
    const DeviceInfo& info = measured.info;
    Json json = {{"device", info.name}, {"driver", info.driver}, {"kind", info.kind}, {"api", info.api_version},
                 {"memory_bytes", info.memory_bytes}, {"hekla", version()}};
    if (!measured.self_tests.is_null()) json["self_tests"] = measured.self_tests;
    json.update(bench::to_json(measured.figures));
    return json;
}

int run_one(const BenchArguments& arguments, CommonOptions& common) {
    const bool json = common.json || is_report(arguments);
    const Device device = open_device(common);
    const Measured measured = measure(device, arguments, text_stream(json));
    if (json) print_json(json_of(measured));
    return exit_success;
}

/// Every usable device in turn; one that fails is told of, and the others go on.
int run_all(const BenchArguments& arguments, CommonOptions& common) {
    const bool json = common.json || is_report(arguments);
    std::ostream& out = text_stream(json);
    std::vector<Measured> all;
    Json failed = Json::array();
    for (const DeviceInfo& info : list_devices()) {
        if (!info.rejected.empty()) continue;
        common.device = std::to_string(info.index);
        try {
            all.push_back(measure(open_device(common), arguments, out));
        } catch (const Error& error) {
            std::cerr << printable(info.name) << ": " << error.what() << "\n";
            failed.push_back({{"device", info.name}, {"driver", info.driver}, {"error", error.what()}});
        }
    }
    if (all.empty()) throw Error(ErrorCode::no_device, "[bench] no device could be measured");
    std::vector<bench::Figures> figures;
    for (const Measured& measured : all) figures.push_back(measured.figures);
    const std::size_t best = bench::recommended(figures);
    std::vector<std::vector<std::string>> rows = {{"index", "name", "driver", "GFLOP/s", "GB/s", ""}};
    Json list = Json::array();
    for (std::size_t i = 0; i < all.size(); ++i) {
        rows.push_back({std::to_string(all[i].info.index), all[i].info.name, all[i].info.driver, fixed(all[i].figures.peak_gflops, 1),
                        fixed(all[i].figures.copy_gbps, 1), i == best ? "recommended" : ""});
        list.push_back(json_of(all[i]));
        list.back()["index"] = all[i].info.index;
        list.back()["recommended"] = i == best;
    }
    out << "\n" << table(rows);
    if (json) print_json({{"devices", list}, {"recommended", all[best].info.index}, {"failed", failed}});
    return exit_success;
}

int run_bench(const BenchArguments& arguments, CommonOptions& common) {
    if (!arguments.first_step.empty()) return run_first_step(arguments, common);
    return common.device == "all" ? run_all(arguments, common) : run_one(arguments, common);
}

}  // namespace

Command add_bench(CLI::App& app, CommonOptions& common) {
    CLI::App* sub = app.add_subcommand("bench",
                                       "Measure a device and Hekla on it. The device's peak and copy bandwidth come first;\n"
                                       "everything else is told beside them. --device all measures every device.");
    auto arguments = std::make_shared<BenchArguments>();
    std::vector<std::string> names = bench::section_names();
    names.emplace_back(whole_report);
    sub->add_option("sections", arguments->sections,
                    "peak, matmul, conv, ops, train, infer, replay, memory (all); or report: all of them and the\n"
                    "kernels' self-tests as JSON, without names of users, hosts or files")
        ->check(CLI::IsMember(names))
        ->type_name("SECTION");
    sub->add_option("--seconds", arguments->budget.seconds, "Time of each measurement (0.3)")->check(positive_number());
    sub->add_option("--longest", arguments->budget.longest, "Leave out what takes more seconds at once (3)")->check(positive_number());
    sub->add_option("--network", arguments->network,
                    "Only this network (all); in conv, squeezenet or resnet18: each of its convolutions with bias and ReLU\n"
                    "for one image, and their sum")
        ->type_name("NAME");
    sub->add_option("--batch", arguments->batch, "Batch size of the networks (each one's own)")->check(positive_integer());
    sub->add_flag("--brief", arguments->brief, "Of networks the speed alone: no peak, no layers, no first step");
    sub->add_option("--first-step", arguments->first_step, "NETWORK/BATCH")->group("");
    add_common_options(*sub, common);
    return {sub, [arguments, &common] { return run_bench(*arguments, common); }};
}

}  // namespace hekla::command
