// `hekla predict`: what a saved model sees in pictures.

#include <hekla/data.h>
#include <hekla/error.h>
#include <hekla/nn.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <numeric>
#include <optional>

#include "command.h"
#include "kernel_options.h"
#include "output.h"
#include "pictures.h"
#include "plan_options.h"

namespace hekla::command {
namespace {

constexpr std::size_t best_count = 5;
constexpr std::size_t largest_batch = 128;

struct PredictArguments {
    std::string model;
    std::vector<std::string> images;
    bool invert = false;
    KernelArguments kernels;
    PlanArguments plan;
};

struct Guess {
    std::size_t index;
    std::string name;
    double probability;
};

/// What is said of one picture: classes, and groups by level of a tree, outermost first.
struct Answer {
    std::vector<Guess> classes;
    std::vector<std::vector<Guess>> levels;
};

template <class Number>
std::vector<Guess> best_guesses(std::span<const Number> probabilities,
                                const std::vector<std::string>& names) {
    std::vector<std::size_t> order(probabilities.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t l, std::size_t r) {
        return probabilities[l] > probabilities[r];
    });
    order.resize(std::min(order.size(), best_count));
    std::vector<Guess> guesses;
    for (const std::size_t i : order) {
        guesses.push_back({i, class_name(names, i),
                           static_cast<double>(probabilities[i])});
    }
    return guesses;
}

Answer answer_of(std::span<const float> probabilities, const InputInfo& input) {
    Answer answer{best_guesses(probabilities, input.classes), {}};
    for (const data::ClassLevel& level : data::class_levels(input.classes, input.parents)) {
        const std::vector<double> sums = data::group_probabilities(level, probabilities);
        answer.levels.push_back(best_guesses(std::span(sums), level.names));
    }
    return answer;
}

Json to_json(const std::vector<Guess>& guesses) {
    Json json = Json::array();
    for (const Guess& guess : guesses)
        json.push_back({{"class", guess.index}, {"name", guess.name}, {"probability", guess.probability}});
    return json;
}

Json to_json(const std::string& image, const Answer& answer) {
    Json json = {{"image", image}, {"top", to_json(answer.classes)}};
    for (const std::vector<Guess>& level : answer.levels) json["levels"].push_back(to_json(level));
    return json;
}

void print_result(const PredictArguments& arguments, const std::vector<Answer>& all) {
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all.size() > 1) {
            std::cout << (i ? "\n" : "") << printable(arguments.images[i]) << ":\n";
        }
        for (const Guess& guess : all[i].classes) {
            std::cout << printable(guess.name) << " " << fixed(guess.probability, 4) << "\n";
        }
        for (std::size_t level = 0; level < all[i].levels.size(); ++level) {
            const Guess& group = all[i].levels[level].front();
            std::cout << "level " << level + 1 << ": " << printable(group.name) << " " << fixed(group.probability, 4) << "\n";
        }
    }
}

int run_predict(const PredictArguments& arguments, CommonOptions& common) {
    Network network = Network::load(arguments.model);
    // All are read before anything runs, so that one that can't be read leaves no half of an answer.
    const data::Dataset images = read_pictures(arguments.images, arguments.invert, network.input());
    check_kernel_options(arguments.kernels);
    Device device = open_device(common, kernel_settings(arguments.kernels));
    Trainer trainer(device, network, {.compile = compile_options(arguments.plan)});
    const auto batch = static_cast<std::uint32_t>(std::min<std::size_t>(images.size(), largest_batch));
    const std::vector<float> probabilities = trainer.predict(images, batch);
    std::optional<OutputError> error;
    if (arguments.plan.precision != "f32")
        error = output_error(probabilities, Trainer(device, network).predict(images, batch));
    write_choices(arguments.kernels, trainer.choices());
    const std::size_t classes = probabilities.size() / images.size();
    std::vector<Answer> all;
    for (std::size_t i = 0; i < images.size(); ++i) {
        all.push_back(answer_of(std::span(probabilities).subspan(i * classes, classes), network.input()));
    }
    if (!common.json) {
        print_result(arguments, all);
        if (error) std::cout << arguments.plan.precision << ": " << error_text(*error) << "\n";
        return exit_success;
    }
    Json results = Json::array();
    for (std::size_t i = 0; i < all.size(); ++i) {
        results.push_back(to_json(arguments.images[i], all[i]));
    }
    Json json = results.size() == 1 ? results[0] : Json{{"results", results}};
    if (error) json["difference_from_f32"] = error_json(*error);
    print_json(json);
    return exit_success;
}

}  // namespace

Command add_predict(CLI::App& app, CommonOptions& common) {
    CLI::App* sub = app.add_subcommand(
        "predict", "Name what pictures (PNG, JPEG, BMP, TGA) show: the five best classes of each");
    auto arguments = std::make_shared<PredictArguments>();
    sub->add_option("images", arguments->images, "Pictures")->required()->type_name("IMAGE");
    sub->add_option("--model", arguments->model, "Model file")
        ->required()
        ->type_name("FILE.safetensors");
    sub->add_flag("--invert", arguments->invert,
                  "Swap dark and bright: MNIST's digits are bright on dark, ink on paper is not");
    add_precision_option(*sub, arguments->plan);
    add_kernel_options(*sub, arguments->kernels);
    add_common_options(*sub, common);
    return {sub, [arguments, &common] { return run_predict(*arguments, common); }};
}

}  // namespace hekla::command
