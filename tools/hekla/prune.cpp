// `hekla prune`: a smaller network from a trained one, and what that costs and gains.

#include <hekla/error.h>
#include <hekla/io.h>
#include <hekla/prune.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "base/system.h"
#include "command.h"
#include "data_sets.h"
#include "number_checks.h"
#include "output.h"
#include "stop_signals.h"
#include "update_options.h"

namespace hekla::command {
namespace {

struct PruneArguments {
    std::string model, data, data_dir, method = "magnitude", out;
    double amount = 0.5;
    std::uint32_t rounds = 1, batch = 128;
    std::uint32_t epochs = 1;
    std::uint64_t seed = 0;
    std::optional<std::uint64_t> limit;
    UpdateArguments update;
};

/// A file and what an archive would make of it.
struct FileSize {
    std::uint64_t bytes = 0, deflated = 0;
};
FileSize file_size(const std::string& path) {
    const std::string bytes = io::read_file(path);
    return {bytes.size(), io::deflated_bytes(std::as_bytes(std::span(bytes)))};
}

std::string output_path(const PruneArguments& a) {
    if (!a.out.empty()) return a.out;
    return base::utf8_of(base::path_of(a.model).replace_extension()) + "-pruned.safetensors";
}

PruneOptions options_of(const PruneArguments& a, const Network& network, const data::Dataset& train) {
    Recipe recipe{.name = a.model, .network = network, .data = a.data, .trainer = {}, .fit = {}};
    apply_update_options(a.update, recipe);
    PruneOptions options{.method = prune_method(a.method), .amount = a.amount, .rounds = a.rounds, .trainer = recipe.trainer, .fit = recipe.fit};
    options.trainer.class_weights = class_weights(a.update, train);
    options.trainer.seed = a.seed;
    options.fit.epochs = a.epochs;
    options.fit.batch = a.batch;
    return options;
}

std::string share_text(double share) { return fixed(100 * share, 1) + " %"; }

std::vector<std::vector<std::string>> rows_of(const PruneResult& result) {
    std::vector<std::vector<std::string>> rows = {
        {"round", "taken out", "accuracy, pruned", "fine-tuned", "parameters", "not zero", "multiply-adds", "images/s"}};
    for (const PruneRound& round : result.rounds)
        rows.push_back({std::to_string(round.round), share_text(round.share), fixed(round.pruned_accuracy, 4), fixed(round.accuracy, 4),
                        std::to_string(round.size.parameters), std::to_string(round.size.nonzero), std::to_string(round.size.multiply_adds),
                        fixed(round.images_per_second, 0)});
    return rows;
}

void print_result(std::ostream& out, const PruneResult& result, const FileSize& before, const FileSize& after) {
    const PruneRound &first = result.rounds.front(), &last = result.rounds.back();
    const auto ratio = [](double of, double to) { return fixed(to > 0 ? of / to : 0, 2); };
    const auto number = [](std::uint64_t value) { return static_cast<double>(value); };
    out << table(rows_of(result)) << "\n"
        << "accuracy: " << (last.accuracy >= first.accuracy ? "+" : "") << fixed(last.accuracy - first.accuracy, 4) << " (" << fixed(first.accuracy, 4) << " before, " << fixed(last.accuracy, 4) << " now)\n"
        << "file: " << bytes_text(before.bytes) << " to " << bytes_text(after.bytes) << " (1/" << ratio(number(before.bytes), number(after.bytes))
        << "); compressed " << bytes_text(before.deflated) << " to " << bytes_text(after.deflated) << " (1/"
        << ratio(number(before.deflated), number(after.deflated)) << ")\n"
        << "speed: " << fixed(first.images_per_second, 0) << " to " << fixed(last.images_per_second, 0) << " images/s (x "
        << ratio(last.images_per_second, first.images_per_second) << ")\n";
}

Json to_json(const PruneArguments& a, const PruneResult& result, const FileSize& before, const FileSize& after, const std::string& device) {
    Json json = {{"device", device}, {"model", output_path(a)}, {"method", a.method}, {"amount", a.amount}, {"rounds", Json::array()}};
    for (const PruneRound& round : result.rounds)
        json["rounds"].push_back({{"round", round.round}, {"share", round.share}, {"pruned_accuracy", round.pruned_accuracy}, {"test_accuracy", round.accuracy},
                                  {"parameters", round.size.parameters}, {"nonzero", round.size.nonzero}, {"multiply_adds", round.size.multiply_adds},
                                  {"images_per_second", round.images_per_second}});
    json["file_bytes"] = {before.bytes, after.bytes};
    json["compressed_bytes"] = {before.deflated, after.deflated};
    return json;
}

int run_prune(const PruneArguments& a, CommonOptions& common) {
    const Network network = Network::load(a.model);
    const std::string path = output_path(a);
    check_writable(path, "--out");
    data::TrainTest data = a.data.empty() ? data_set_of(network.input(), a.data_dir) : data::load(a.data, a.data_dir);
    if (a.limit) data.train = data.train.subset(*a.limit, a.seed);
    PruneOptions options = options_of(a, network, data.train);
    Device device = open_device(common);
    std::ostream& out = text_stream(common.json);
    out << "pruning " << share_text(a.amount) << " by " << a.method << " in " << a.rounds << (a.rounds == 1 ? " round, " : " rounds, ") << a.epochs
        << (a.epochs == 1 ? " epoch" : " epochs") << " of fine-tuning each, " << update_text(options.trainer) << "\n" << std::flush;
    StopSignals signals;
    options.fit.should_stop = [&signals] { return signals.requested(); };
    options.on_round = [](const PruneRound& round) {
        std::cerr << "round " << round.round << ": accuracy " << fixed(round.pruned_accuracy, 4) << " pruned, " << fixed(round.accuracy, 4) << " fine-tuned\n";
    };
    const PruneResult result = prune(device, network, data.train, data.test, options);
    result.network.save(path);
    const FileSize before = file_size(a.model), after = file_size(path);
    print_result(out, result, before, after);
    out << "model: " << path << "\n";
    if (common.json) print_json(to_json(a, result, before, after, device.info().name));
    return signals.requested() ? exit_interrupted : exit_success;
}

}  // namespace

Command add_prune(CLI::App& app, CommonOptions& common) {
    CLI::App* sub = app.add_subcommand(
        "prune",
        "Make a trained model smaller: take weights or whole channels out, fine-tune, and print the\n"
        "loss of accuracy and the gain in size and speed");
    auto a = std::make_shared<PruneArguments>();
    sub->add_option("--model", a->model, "Model file")->required()->type_name("FILE.safetensors");
    sub->add_option("--data", a->data, "mnist, fashion-mnist, cifar10 or cifar100 (the one that has the model's classes)")->type_name("NAME");
    sub->add_option("--data-dir", a->data_dir, "Folder of the data")->type_name("FOLDER");
    sub->add_option("--method", a->method, "What goes first: the smallest weights, the largest (a control), any, or whole channels (magnitude)")
        ->check(CLI::IsMember({"magnitude", "largest", "random", "channels"}));
    sub->add_option("--amount", a->amount, "Share of the weights, or of each layer's channels, that is taken out (0.5)")->check(share());
    sub->add_option("--rounds", a->rounds, "In so many rounds, each with fine-tuning (1)")->check(positive_integer());
    sub->add_option("--epochs", a->epochs, "Epochs of fine-tuning in each round; 0: none (1)")->check(whole_number());
    sub->add_option("--batch", a->batch, "Images per step (128)")->check(positive_integer());
    sub->add_option("--limit", a->limit, "Fine-tune with a subset of N images")->check(positive_integer())->type_name("N");
    sub->add_option("--seed", a->seed, "Seed of shuffling, dropout, --limit and random pruning (0)")->check(whole_number());
    sub->add_option("--out", a->out, "Model file (MODEL-pruned.safetensors)")->type_name("FILE");
    add_update_options(*sub, a->update);
    add_common_options(*sub, common);
    return {sub, [a, &common] { return run_prune(*a, common); }};
}

}  // namespace hekla::command
