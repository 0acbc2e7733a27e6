// `hekla explain`: what a saved model sees in pictures, and why they got their classes.

#include <hekla/error.h>
#include <hekla/io.h>
#include <hekla/nn.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

#include "base/system.h"
#include "command.h"
#include "data_sets.h"
#include "explained.h"
#include "number_checks.h"
#include "output.h"
#include "pictures.h"

namespace hekla::command {
namespace {

struct ExplainArguments {
    std::string model, data, data_dir, wanted_class, layer, output;
    std::vector<std::string> images;
    std::uint32_t count = 4, occlusion_size = 0, occlusion_stride = 0;
    bool invert = false;
};

/// What is to be explained, and what its files are called.
struct Samples {
    data::Dataset set;
    std::vector<std::string> names;
    bool labelled = false;
};

Samples test_images(const ExplainArguments& arguments, const InputInfo& input) {
    Samples samples;
    samples.set = arguments.data.empty() ? data_set_of(input, arguments.data_dir).test : data::load(arguments.data, arguments.data_dir).test;
    const data::Dataset& set = samples.set;
    if (set.image_shape != input.image_shape)
        throw Error(ErrorCode::invalid_argument, "[--data] the model takes images of " + to_string(input.image_shape) + ", those of " + set.name + " are " +
                                                     to_string(set.image_shape));
    samples.set = first_images(std::move(samples.set), arguments.count, samples.names);
    samples.labelled = true;
    return samples;
}

Samples pictures(const ExplainArguments& arguments, const InputInfo& input) {
    Samples samples;
    samples.set = read_pictures(arguments.images, arguments.invert, input);
    for (const std::string& path : arguments.images) {
        std::string name = base::utf8_of(base::path_of(path).stem());
        // Pictures of several folders may be called the same.
        if (std::find(samples.names.begin(), samples.names.end(), name) != samples.names.end()) name += "-" + std::to_string(samples.names.size() + 1);
        samples.names.push_back(name);
    }
    return samples;
}

/// By name or number.
std::optional<std::uint32_t> class_of(const std::string& wanted, const InputInfo& input) {
    if (wanted.empty()) return std::nullopt;
    std::string names;
    for (std::uint32_t i = 0; i < input.classes.size(); ++i) {
        if (input.classes[i] == wanted) return i;
        names += (names.empty() ? "" : ", ") + input.classes[i];
    }
    if (wanted.size() < 10 && std::all_of(wanted.begin(), wanted.end(), [](char c) { return c >= '0' && c <= '9'; })) return static_cast<std::uint32_t>(std::stoul(wanted));
    throw Error(ErrorCode::invalid_argument, "[--class] '" + wanted + "' is no class and no number of one; there are: " + names);
}

void make_folder(const std::string& path) {
    std::error_code error;
    std::filesystem::create_directories(base::path_of(path), error);
    if (error) throw Error(ErrorCode::invalid_argument, "[--output] the folder '" + path + "' can't be made: " + error.message());
}

/// The PNG files and index.html; returns the names of the files.
std::vector<std::string> write_pages(const std::string& folder, const report::ExplainInput& pages, const std::vector<std::string>& names) {
    std::vector<std::string> files;
    const auto write = [&](const std::string& name, const std::string& bytes) {
        io::write_file(base::utf8_of(base::path_of(folder) / base::path_of(name)), bytes);
        files.push_back(name);
    };
    for (const report::CaptionedPicture& picture : pages.filters) write(picture.name + ".png", io::encode_png(picture.image));
    for (std::size_t i = 0; i < pages.images.size(); ++i)
        for (const report::CaptionedPicture& picture : pages.images[i].pictures) write(names[i] + "-" + picture.name + ".png", io::encode_png(picture.image));
    write("index.html", report::explain_page(pages));
    return files;
}

Json to_json(const ExplainArguments& arguments, const Samples& samples, const Explained& result, const std::vector<std::string>& files, const Device& device) {
    Json json = {{"model", arguments.model}, {"device", device.info().name}, {"layer", result.layer}, {"output", arguments.output},
                 {"files", files},           {"images", Json::array()}};
    for (std::size_t i = 0; i < samples.names.size(); ++i) {
        const ExplainedClass& c = result.classes[i];
        Json image = {{"name", samples.names[i]}, {"class", c.class_index}, {"best", c.best}, {"probability", c.probability}, {"score", c.score}};
        if (samples.labelled) image["label"] = samples.set.labels[i];
        json["images"].push_back(image);
    }
    return json;
}

int run_explain(const ExplainArguments& arguments, CommonOptions& common) {
    const Network network = Network::load(arguments.model);
    if (!arguments.images.empty() && !arguments.data.empty())
        throw Error(ErrorCode::invalid_argument, "[explain] takes either pictures or --data, not both");
    const Samples samples = arguments.images.empty() ? test_images(arguments, network.input()) : pictures(arguments, network.input());
    const ExplainSettings settings{class_of(arguments.wanted_class, network.input()), arguments.layer,
                                   {arguments.occlusion_size, arguments.occlusion_stride, {}}};
    make_folder(arguments.output);
    Device device = open_device(common);
    Explained result = explained(device, network, samples.set, samples.names, samples.labelled, settings);
    result.pages.title = "What " + base::utf8_of(base::path_of(arguments.model).stem()) + " sees";
    result.pages.facts = {{"Model", arguments.model},
                          {"Images", samples.set.name},
                          {"Layer", result.layer.empty() ? "no convolution" : result.layer},
                          {"Device", device.info().name},
                          {"Made by", std::string("Hekla ") + version()}};
    const std::vector<std::string> files = write_pages(arguments.output, result.pages, samples.names);
    std::ostream& out = text_stream(common.json);
    for (const report::ExplainedImage& image : result.pages.images) out << printable(image.title) << "\n";
    out << files.size() - 1 << " pictures and a page: " << base::utf8_of(base::path_of(arguments.output) / "index.html") << "\n";
    if (common.json) print_json(to_json(arguments, samples, result, files, device));
    return exit_success;
}

}  // namespace

Command add_explain(CLI::App& app, CommonOptions& common) {
    CLI::App* sub = app.add_subcommand(
        "explain",
        "Show what a saved model sees: filters, feature maps, saliency, Grad-CAM and occlusion of\n"
        "pictures or of the first test images, as PNG files and a page");
    auto a = std::make_shared<ExplainArguments>();
    sub->add_option("images", a->images, "Pictures (PNG, JPEG, BMP, TGA); without them: test images")->type_name("IMAGE");
    sub->add_option("--model", a->model, "Model file")->required()->type_name("FILE.safetensors");
    sub->add_option("--output", a->output, "Folder of the pictures and index.html")->required()->type_name("FOLDER");
    sub->add_option("--data", a->data, "mnist, fashion-mnist, cifar10 or cifar100 (the one that has the model's classes)")->type_name("NAME");
    sub->add_option("--data-dir", a->data_dir, "Folder of the data")->type_name("FOLDER");
    sub->add_option("--count", a->count, "How many test images (4)")->check(positive_integer())->type_name("N");
    sub->add_option("--class", a->wanted_class, "Explain this class, by name or number, instead of the most probable one")->type_name("CLASS");
    sub->add_option("--layer", a->layer, "Layer of the feature maps and of Grad-CAM (after the last convolution)")->type_name("NAME");
    sub->add_option("--occlusion-size", a->occlusion_size, "Pixels of the covering square's side (a fifth of the image)")->check(positive_integer());
    sub->add_option("--occlusion-stride", a->occlusion_stride, "Pixels from one square to the next (a third of its side)")->check(positive_integer());
    sub->add_flag("--invert", a->invert, "Swap dark and bright of pictures, as in `hekla predict`");
    add_common_options(*sub, common);
    return {sub, [a, &common] { return run_explain(*a, common); }};
}

}  // namespace hekla::command
