#include "kernel_options.h"

#include <hekla/error.h>
#include <hekla/io.h>
#include <hekla/nn.h>

#include <CLI/CLI.hpp>

#include "output.h"

namespace hekla::command {
namespace {

KernelChoices read_choices(const std::string& path) {
    if (!path.ends_with(".safetensors")) return parse_choices(io::read_file(path), path);
    KernelChoices choices = Network::load(path).choices();
    if (choices.empty()) {
        throw Error(ErrorCode::invalid_file, path + ": holds no list of kernels; it was never trained, or by an older Hekla");
    }
    return choices;
}

}  // namespace

void add_kernel_options(CLI::App& sub, KernelArguments& a) {
    sub.add_option("--tune", a.tune,
                   "Time the candidates of kernels that were never tuned, before the first step: quick "
                   "(seconds) or full (minutes); off uses what was tuned before (off)")
        ->check(CLI::IsMember({"off", "quick", "full"}));
    sub.add_option("--choices", a.choices,
                   "Compute with the kernels that this file lists, whatever was tuned since: equal "
                   "choices and seed give equal bits. Written by --write-choices; or a model file")
        ->type_name("FILE");
    sub.add_option("--write-choices", a.write_choices, "Write the kernels of this run")
        ->type_name("FILE");
}

KernelSettings kernel_settings(const KernelArguments& a) {
    KernelSettings settings;
    settings.tune = a.tune == "full" ? Tune::full : a.tune == "quick" ? Tune::quick : Tune::off;
    if (!a.choices.empty()) {
        settings.choices = read_choices(a.choices);
        settings.choices_origin = a.choices;
    }
    return settings;
}

void check_kernel_options(const KernelArguments& a) {
    if (!a.write_choices.empty()) check_writable(a.write_choices, "--write-choices");
}

void write_choices(const KernelArguments& a, const KernelChoices& choices) {
    if (!a.write_choices.empty()) io::write_file(a.write_choices, choices_text(choices));
}

std::string choices_hash(const KernelChoices& choices) {
    if (choices.empty()) return {};
    const std::string text = choices_text(choices);
    return io::sha256(std::as_bytes(std::span(text)));
}

}  // namespace hekla::command
