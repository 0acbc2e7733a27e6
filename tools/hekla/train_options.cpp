#include "train_options.h"

#include <hekla/error.h>
#include <hekla/io.h>

#include <CLI/CLI.hpp>
#include <cmath>

#include "base/system.h"
#include "number_checks.h"
#include "output.h"

namespace hekla::command {

namespace {

/// Epochs of a network of one's own, which brings no recipe.
constexpr std::uint32_t own_network_epochs = 5;

std::string joined_names() {
    std::string names;
    for (const std::string& name : recipe_names()) names += (names.empty() ? "" : ", ") + name;
    return names;
}

bool is_file_name(const std::string& network) { return network.ends_with(".json"); }

Recipe own_network(const TrainArguments& arguments) {
    if (arguments.data.empty()) {
        throw Error(ErrorCode::invalid_argument,
                    "[--network] '" + arguments.network +
                        "' brings no data set of its own; name one with --data");
    }
    const std::string json = io::read_file(arguments.network);
    Recipe recipe{.name = arguments.network,
                  .network = Network::from_json(json, arguments.network),
                  .data = arguments.data,
                  .trainer = {},
                  .fit = {}};
    recipe.fit.epochs = own_network_epochs;
    return recipe;
}

Network with_dropout(const Network& network, float rate) {
    std::vector<Layer> layers = network.layers();
    bool found = false;
    for (Layer& layer : layers) {
        if (auto* dropout = std::get_if<Dropout>(&layer)) {
            dropout->rate = rate;
            found = true;
        }
    }
    if (!found) {
        throw Error(ErrorCode::invalid_argument, "[--dropout] the network has no dropout layer");
    }
    Network result = network.with_layers(layers);
    if (network.built()) result.build(network.input());
    return result;
}

/// The last dense layer; what follows it may be a softmax.
Dense* last_dense(std::vector<Layer>& layers) {
    for (std::size_t i = layers.size(); i-- > 0;)
        if (auto* dense = std::get_if<Dense>(&layers[i])) return dense;
    return nullptr;
}

template <class T, class U>
void replace(T& target, const std::optional<U>& given) {
    if (given) target = *given;
}

}  // namespace

void add_train_options(CLI::App& sub, TrainArguments& a) {
    sub.add_option("--network", a.network,
                   "Network with its recipe: " + joined_names() +
                       "; or FILE.json, an architecture of your own")
        ->required()
        ->type_name("NAME|FILE.json");
    sub.add_option("--data", a.data, "mnist, fashion-mnist, cifar10 or cifar100 (the recipe's), or a folder with a "
                   "folder of pictures for each class")
        ->type_name("NAME|FOLDER");
    sub.add_option("--data-dir", a.data_dir, "Folder of the data")->type_name("FOLDER");
    sub.add_option("--limit", a.limit, "Train with a subset of N images, classes in proportion")
        ->check(positive_integer())->type_name("N");
    sub.add_option("--epochs", a.epochs, "Passes over the data")->check(positive_integer());
    sub.add_option("--batch", a.batch, "Images per step")->check(positive_integer());
    add_form_options(sub, a.folder);
    add_folder_options(sub, a.folder);
    add_update_options(sub, a.update);
    add_teacher_options(sub, a.teacher);
    sub.add_option("--dropout", a.dropout, "Rate of every dropout layer")->check(share());
    sub.add_option("--validation-split", a.validation_split,
                   "Share of the images held out for validation: the last ones, of a folder some of each class")->check(share());
    sub.add_flag("--stratify", a.stratify, "Hold out images of each class in proportion, chosen by --seed; a folder's always are");
    sub.add_option("--shuffle", a.shuffle, "Shuffle the images in each epoch")
        ->check(CLI::IsMember({"on", "off"}));
    sub.add_option("--augment", a.augment,
                   "Change the training's images at random: flip, flip-vertical, crop, rotate, scale, translate, brightness, contrast, "
                   "saturation, noise, cutout, mixup, each with an amount or its own one, as flip,crop:4,rotate:15; or none")
        ->type_name("NAME[:AMOUNT],...");
    sub.add_option("--test-time", a.test_time, "flip: the test's images are seen mirrored too, and both probabilities averaged; or none")
        ->check(CLI::IsMember({"flip", "none"}));
    sub.add_option("--seed", a.seed, "Seed of weights, shuffling, dropout, augmentation and --limit (0)")
        ->check(whole_number());
    sub.add_option("--init", a.init, "Start with the weights of this file")->type_name("FILE");
    sub.add_option("--steps-per-submit", a.steps_per_submit, "Most steps in one submit")
        ->check(positive_integer());
    sub.add_option("--submit-ms", a.submit_ms,
                   "Time target of a submit in milliseconds; 0: none (30)")
        ->check(not_negative_number());
    sub.add_option("--out", a.out, "Model file (NETWORK.safetensors)")->type_name("FILE");
    sub.add_option("--report", a.report, "Write a page with curves and pictures (of a folder: MODEL.html)")
        ->type_name("FILE.html");
    sub.add_option("--print-every", a.print_every, "Print the mean loss of every N steps: `[epoch, step] loss: 1.234`")
        ->check(positive_integer())->type_name("N");
    sub.add_option("--report-images", a.report_images, "Pictures in the report: on, off (on)")
        ->check(CLI::IsMember({"on", "off"}));
    sub.add_option("--log", a.logs,
                   "FILE.csv: a row per epoch; any other name: a JSON line per step and per epoch. Kept if\n"
                   "training fails; may be given more than once")
        ->type_name("FILE")->allow_extra_args(false);
    sub.add_option("--tensorboard", a.tensorboard, "Write TensorBoard's event files into this folder")
        ->type_name("FOLDER");
    add_checkpoint_options(sub, a.checkpoint);
    add_training_options(sub, a.plan);
    add_kernel_options(sub, a.kernels);
}

Recipe resolve(const TrainArguments& a) {
    Recipe r = is_file_name(a.network) ? own_network(a) : recipe(a.network);
    if (!a.data.empty()) r.data = a.data;
    replace(r.fit.epochs, a.epochs);
    replace(r.fit.batch, a.batch);
    replace(r.fit.validation_split, a.validation_split);
    replace(r.fit.steps_per_submit, a.steps_per_submit);
    replace(r.fit.submit_ms, a.submit_ms);
    replace(r.trainer.seed, a.seed);
    r.trainer.compile = compile_options(a.plan);
    if (a.augment) r.fit.augmentation = parse_augmentation(*a.augment);
    if (a.test_time) r.evaluation.test_time_flip = *a.test_time == "flip";
    apply_data_options(a.folder, r.trainer);
    if (a.shuffle) r.fit.shuffle = *a.shuffle == "on";
    apply_update_options(a.update, r);
    r.trainer.distillation = distillation(a.teacher);
    if (a.dropout) r.network = with_dropout(r.network, *a.dropout);
    return r;
}

std::string output_path(const TrainArguments& a) {
    if (!a.out.empty()) return a.out;
    const std::string name =
        is_file_name(a.network) ? base::utf8_of(base::path_of(a.network).stem()) : a.network;
    return name + ".safetensors";
}

std::string report_path(const TrainArguments& a) {
    if (!a.report.empty() || !is_folder(a.data)) return a.report;
    return base::utf8_of(base::path_of(output_path(a)).replace_extension(".html"));
}

Network with_classes(const Network& network, std::size_t classes) {
    std::vector<Layer> layers = network.layers();
    Dense* dense = last_dense(layers);
    if (!dense)
        throw Error(ErrorCode::invalid_argument, "[--network] it has no dense layer whose outputs could become the " + std::to_string(classes) + " classes of the data");
    if (dense->units == classes) return network;
    dense->units = static_cast<std::uint32_t>(classes);
    return network.with_layers(layers);
}

}  // namespace hekla::command
