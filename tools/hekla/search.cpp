// `hekla search`: tries settings at random, ends the poor ones early, and prints one table.

#include <hekla/error.h>
#include <hekla/io.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>

#include "command.h"
#include "number_checks.h"
#include "output.h"
#include "search/candidate.h"
#include "search/median_rule.h"
#include "search_trial.h"
#include "stop_signals.h"

namespace hekla::command {
namespace {

struct SearchArguments {
    std::string file, data, data_dir, out;
    std::uint32_t trials = 20, epochs = 3;
    std::uint64_t seed = 0;
    std::optional<std::uint64_t> limit;
    float validation_split = 0.1f;
    bool keep_all = false, test = false;
};

/// The settings that the file leaves open: the columns of the table.
std::vector<std::string> varied(const search::Space& space) {
    std::vector<std::string> names;
    for (const search::Setting& setting : space.settings)
        if (setting.range.kind != search::Range::Kind::choices || setting.range.choices.size() > 1) names.push_back(setting.name);
    return names;
}

std::string cell(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_number_float()) return value.dump();
    char text[32];
    std::snprintf(text, sizeof text, "%.4g", value.get<double>());
    return text;
}

/// Best first; what has no accuracy comes last. Equal ones in the order of the trials.
std::vector<const TrialResult*> ranked(const std::vector<TrialResult>& results) {
    std::vector<const TrialResult*> rows;
    for (const TrialResult& result : results) rows.push_back(&result);
    std::stable_sort(rows.begin(), rows.end(), [](const TrialResult* l, const TrialResult* r) { return l->best_accuracy() > r->best_accuracy(); });
    return rows;
}

std::string table_text(const std::vector<TrialResult>& results, const std::vector<std::string>& columns) {
    std::vector<std::string> head = {"trial", "accuracy", "epochs", "seconds", "parameters", "multiply-adds"};
    head.insert(head.end(), columns.begin(), columns.end());
    head.emplace_back("end");
    std::vector<std::vector<std::string>> rows = {head};
    for (const TrialResult* result : ranked(results)) {
        std::vector<std::string> row = {std::to_string(result->trial), result->accuracies.empty() ? "-" : fixed(result->best_accuracy(), 4),
                                        std::to_string(result->accuracies.size()), fixed(result->seconds, 1), std::to_string(result->parameters),
                                        std::to_string(result->multiply_adds)};
        for (const std::string& name : columns) row.push_back(cell(result->settings.at(name)));
        row.push_back(printable(result->end_text()));
        rows.push_back(row);
    }
    return table(rows);
}

Json json_of(const TrialResult& result) {
    Json json = {{"trial", result.trial}, {"end", name(result.end)}, {"validation_accuracies", result.accuracies}, {"seconds", result.seconds},
                 {"parameters", result.parameters}, {"multiply_adds", result.multiply_adds}, {"settings", result.settings}};
    if (!result.accuracies.empty()) json["validation_accuracy"] = result.best_accuracy();
    if (!result.reason.empty()) json["reason"] = result.reason;
    return json;
}

/// What the search found, with its weights.
struct Best {
    double accuracy = -1;
    std::uint32_t trial = 0;
    std::optional<Network> network;
    std::vector<std::vector<float>> values;
};

int run_search(const SearchArguments& arguments, CommonOptions& common) {
    const search::Space space = search::parse_space(io::read_file(arguments.file), arguments.file);
    if (!arguments.out.empty()) check_writable(arguments.out, "--out");
    data::TrainTest data = data::load(arguments.data, arguments.data_dir);
    if (arguments.limit) data.train = data.train.subset(*arguments.limit, arguments.seed);
    const HeldOut sets = hold_out(data.train, arguments.validation_split);
    Device device = open_device(common);
    std::ostream& out = text_stream(common.json);
    out << arguments.trials << (arguments.trials == 1 ? " trial" : " trials") << " of " << printable(arguments.file) << " on " << data.train.name << ", "
        << sets.train.size() << " images, judged on " << sets.validation.size() << " more\ndevice: " << printable(device.info().name) << "\n"
        << std::flush;

    StopSignals signals;
    search::MedianRule rule;
    std::vector<TrialResult> results;
    Best best;
    for (std::uint32_t trial = 0; trial < arguments.trials && !signals.requested(); ++trial) {
        TrialRun run{device, sets, arguments.epochs, arguments.keep_all ? nullptr : &rule, [&] { return signals.requested(); }, {}};
        run.on_epoch = [&](const Network& network, double accuracy) {
            if (accuracy <= best.accuracy) return;
            best = {accuracy, trial, network, {}};
            for (const ParameterPtr& parameter : network.parameters()) best.values.push_back(parameter->values());
        };
        results.push_back(run_trial(run, search::sample(space, arguments.seed, trial), trial));
        const TrialResult& last = results.back();
        if (last.end != TrialEnd::failed && last.end != TrialEnd::interrupted) rule.add(last.accuracies);
        out << "trial " << trial << ": " << (last.accuracies.empty() ? "" : "accuracy " + fixed(last.best_accuracy(), 4) + " after " + std::to_string(last.accuracies.size()) + " epochs, ")
            << printable(last.end_text()) << ", " << fixed(last.seconds, 1) << " s\n"
            << std::flush;
    }
    const bool interrupted = signals.requested();
    out << "\n" << table_text(results, varied(space));
    Json json = {{"device", device.info().name}, {"data", data.train.name}, {"file", arguments.file}, {"interrupted", interrupted}, {"trials", Json::array()}};
    for (const TrialResult& result : results) json["trials"].push_back(json_of(result));
    if (best.network) {
        for (std::size_t i = 0; i < best.values.size(); ++i) best.network->parameters()[i]->set_values(best.values[i]);
        out << "best: trial " << best.trial << ", validation accuracy " << fixed(best.accuracy, 4) << "\n";
        json["best"] = best.trial;
        json["best_validation_accuracy"] = best.accuracy;
        if (arguments.test && !interrupted) {
            const Evaluation test = Trainer(device, *best.network).evaluate(data.test);
            out << "test accuracy of the best: " << fixed(test.accuracy, 4) << "\n";
            json["test_accuracy"] = test.accuracy;
        }
        if (!arguments.out.empty()) {
            best.network->save(arguments.out);
            out << "model: " << arguments.out << "\n";
            json["model"] = arguments.out;
        }
    }
    if (common.json) print_json(json);
    if (interrupted) return exit_interrupted;
    if (!best.network) throw Error(ErrorCode::invalid_argument, "[search] no trial completed an epoch: the table says why");
    return exit_success;
}

}  // namespace

Command add_search(CLI::App& app, CommonOptions& common) {
    CLI::App* sub = app.add_subcommand("search",
                                       "Try settings at random, drawn from ranges in a file, and end the poor ones early: one table,\n"
                                       "judged on held-out training images. Ctrl-C ends the search and prints what it has.");
    auto a = std::make_shared<SearchArguments>();
    sub->add_option("file", a->file, "Ranges of the settings; examples/SEARCH.md says how to write it")->required()->type_name("FILE.json");
    sub->add_option("--data", a->data, "mnist, fashion-mnist, cifar10 or cifar100")->required()->type_name("NAME");
    sub->add_option("--data-dir", a->data_dir, "Folder of the data")->type_name("FOLDER");
    sub->add_option("--trials", a->trials, "Settings to try (20)")->check(positive_integer());
    sub->add_option("--epochs", a->epochs, "Most epochs of a trial (3)")->check(positive_integer());
    sub->add_option("--seed", a->seed, "Seed of what is drawn (0)")->check(whole_number());
    sub->add_option("--limit", a->limit, "Use so many training images, classes as in the whole")->check(positive_integer());
    sub->add_option("--validation-split", a->validation_split, "Share of the training images, their end, that judges (0.1)")->check(share());
    sub->add_flag("--keep-all", a->keep_all, "End no trial early");
    sub->add_flag("--test", a->test, "Evaluate the best one on the test set, once, at the end");
    sub->add_option("--out", a->out, "Save the best one, with the weights of its best epoch")->type_name("FILE.safetensors");
    add_common_options(*sub, common);
    return {sub, [a, &common] { return run_search(*a, common); }};
}

}  // namespace hekla::command
