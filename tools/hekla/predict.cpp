// `hekla predict`: what a saved model sees in pictures.

#include <hekla/error.h>
#include <hekla/nn.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <numeric>

#include "command.h"
#include "kernel_options.h"
#include "output.h"
#include "pictures.h"

namespace hekla::command {
namespace {

constexpr std::size_t best_count = 5;
constexpr std::size_t largest_batch = 128;

struct PredictArguments {
    std::string model;
    std::vector<std::string> images;
    bool invert = false;
    KernelArguments kernels;
};

struct Guess {
    std::size_t index;
    std::string name;
    double probability;
};

std::vector<Guess> best_guesses(std::span<const float> probabilities,
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

Json to_json(const std::string& image, const std::vector<Guess>& guesses) {
    Json json = {{"image", image}, {"top", Json::array()}};
    for (const Guess& guess : guesses) {
        json["top"].push_back(
            {{"class", guess.index}, {"name", guess.name}, {"probability", guess.probability}});
    }
    return json;
}

void print_result(const PredictArguments& arguments, const std::vector<std::vector<Guess>>& all) {
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all.size() > 1) {
            std::cout << (i ? "\n" : "") << printable(arguments.images[i]) << ":\n";
        }
        for (const Guess& guess : all[i]) {
            std::cout << printable(guess.name) << " " << fixed(guess.probability, 4) << "\n";
        }
    }
}

int run_predict(const PredictArguments& arguments, CommonOptions& common) {
    Network network = Network::load(arguments.model);
    // All are read before anything runs, so that one that can't be read leaves no half of an answer.
    const data::Dataset images = read_pictures(arguments.images, arguments.invert, network.input());
    check_kernel_options(arguments.kernels);
    Device device = open_device(common, kernel_settings(arguments.kernels));
    Trainer trainer(device, network);
    const std::vector<float> probabilities = trainer.predict(
        images, static_cast<std::uint32_t>(std::min<std::size_t>(images.size(), largest_batch)));
    write_choices(arguments.kernels, trainer.choices());
    const std::size_t classes = probabilities.size() / images.size();
    std::vector<std::vector<Guess>> all;
    for (std::size_t i = 0; i < images.size(); ++i) {
        all.push_back(best_guesses(std::span(probabilities).subspan(i * classes, classes),
                                   network.input().classes));
    }
    if (!common.json) {
        print_result(arguments, all);
        return exit_success;
    }
    Json results = Json::array();
    for (std::size_t i = 0; i < all.size(); ++i) {
        results.push_back(to_json(arguments.images[i], all[i]));
    }
    print_json(results.size() == 1 ? results[0] : Json{{"results", results}});
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
    add_kernel_options(*sub, arguments->kernels);
    add_common_options(*sub, common);
    return {sub, [arguments, &common] { return run_predict(*arguments, common); }};
}

}  // namespace hekla::command
