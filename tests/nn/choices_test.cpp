// Equal choices give equal bits, whatever was tuned since; wrong kernels that are fast train nothing.

#include <gmock/gmock.h>
#include <hekla/io.h>

#include "data/sample_files.h"
#include "kernels/device_identity.h"
#include "kernels/device_kernels.h"
#include "kernels/zeros.h"
#include "support/expect_error.h"
#include "support/scoped_variable.h"
#include "support/small_training.h"

namespace hekla {
namespace {

using kernels::Implementation;
using kernels::Problem;
using kernels::Selection;
using testing::HasSubstr;
using tests::derived_dataset;
using tests::error_of;
using tests::small_image;
using tests::small_network;
using tests::values_of;
using Values = std::vector<std::vector<float>>;

struct Trained {
    Values values;
    KernelChoices choices, of_network;
};

Trained train_on(Device device) {
    static const data::Dataset data = derived_dataset(60, small_image);
    Sequential network = small_network();
    Trainer trainer(device, network, {.optimizer = Adam{.learning_rate = 1e-2f}, .seed = 3});
    trainer.fit(data, {.epochs = 2, .batch = 16, .submit_ms = 0});
    return {values_of(network), trainer.choices(), network.choices()};
}

/// A user's cache folder of the test's own.
class Choices : public testing::Test {
  protected:
    test::TemporaryFolder folder_;
    test::ScopedVariable cache_{"XDG_CACHE_HOME", folder_.string().c_str()};

    /// The last candidate that passes, instead of the first, for every problem of `choices`.
    static kernels::TunedChoices others(const Device& device, const KernelChoices& choices) {
        kernels::TunedChoices others;
        static const data::Dataset data = derived_dataset(60, small_image);
        // All problems come by while the network is compiled.
        Selection& selection = Selection::of(device.vulkan());
        bool within = false;
        selection.offer([&](const Problem& problem) -> std::vector<Implementation> {
            if (within || !choices.contains(problem.full_name())) return {};
            within = true;
            const std::vector<Implementation> all = selection.select_all(problem);
            within = false;
            if (all.size() > 1) others[problem.full_name()] = {all.back().name, true, 1, 1};
            return {};
        });
        Sequential network = small_network();
        Device copy = device;
        Trainer(copy, network, {.seed = 3}).fit(data, {.epochs = 1, .batch = 16, .submit_ms = 0});
        selection.offer({});
        return others;
    }
};

TEST_F(Choices, AreRepeatedAfterTheCacheWasChanged) {
    const Trained first = train_on(Device());
    EXPECT_EQ(first.choices, first.of_network);
    ASSERT_GT(first.choices.size(), 10u);

    Device device;
    const kernels::DeviceIdentity identity = kernels::identity_of(device.vulkan());
    const kernels::TunedChoices changed = others(device, first.choices);
    ASSERT_GT(changed.size(), 3u);
    const std::filesystem::path path = base::user_cache_folder() / identity.file_name;
    ASSERT_EQ(kernels::TuningFile(path, {HEKLA_VERSION, identity.text}).merge(changed), "");

    const Trained second = train_on(Device());
    for (const auto& [problem, choice] : changed) EXPECT_EQ(second.choices.at(problem), choice.implementation);
    EXPECT_FALSE(second.values == first.values) << "other sums in another order: the test would show nothing";

    const KernelChoices read = parse_choices(choices_text(first.choices), "file");
    const Trained third = train_on(Device({.kernels = {.choices = read}}));
    EXPECT_EQ(third.choices, first.choices);
    EXPECT_TRUE(third.values == first.values);
}

TEST_F(Choices, TuningStaysWithinItsAnswers) {
    std::vector<std::string> notes;
    const KernelSettings quick{.tune = Tune::quick, .on_note = [&](const std::string& note) { notes.push_back(note); }};
    const Trained tuned = train_on(Device({.kernels = quick}));
    ASSERT_FALSE(notes.empty());
    EXPECT_THAT(notes[0], HasSubstr("tuned"));
    notes.clear();
    const Trained later = train_on(Device({.kernels = quick}));
    EXPECT_TRUE(notes.empty()) << "tuned again: " << notes[0];
    EXPECT_EQ(later.choices, tuned.choices);
    EXPECT_TRUE(later.values == tuned.values);
    const Trained plain = train_on(Device());
    EXPECT_EQ(plain.choices, tuned.choices) << "off uses what was tuned";
}

TEST_F(Choices, ADamagedCacheIsOneNote) {
    Device device;
    const std::filesystem::path path = base::user_cache_folder() / kernels::identity_of(device.vulkan()).file_name;
    std::filesystem::create_directories(path.parent_path());
    io::write_file(base::utf8_of(path), std::string("hekla-tuned 1\nengine 0.1.0\n"));
    std::vector<std::string> notes;
    const Trained run = train_on(Device({.kernels = {.on_note = [&](const std::string& note) { notes.push_back(note); }}}));
    ASSERT_EQ(notes.size(), 1u);
    EXPECT_THAT(notes[0], HasSubstr("ignored"));
    EXPECT_EQ(run.choices, train_on(Device()).choices);
}

TEST_F(Choices, AnUnknownOneIsAnError) {
    KernelChoices choices = train_on(Device()).choices;
    choices.begin()->second = "of another engine";
    const std::string message = error_of(ErrorCode::invalid_argument, [&] { train_on(Device({.kernels = {.choices = choices, .choices_origin = "a.choices"}})); });
    for (const std::string& part : {std::string("a.choices"), choices.begin()->first, std::string("of another engine")}) EXPECT_THAT(message, HasSubstr(part));
}

TEST_F(Choices, AFastWrongKernelTrainsNothing) {
    Device device({.kernels = {.tune = Tune::quick}});
    Selection& selection = Selection::of(device.vulkan());
    selection.offer([&](const Problem& problem) -> std::vector<Implementation> {
        if (!problem.name().starts_with("matmul ") && !problem.name().starts_with("conv2d ")) return {};
        return {tests::zeros(problem, device.vulkan())};
    });
    const Trained run = train_on(device);
    EXPECT_FALSE(selection.quarantined().empty());
    for (const std::string& what : selection.quarantined()) EXPECT_THAT(what, HasSubstr("zeros: operand "));
    for (const auto& [problem, implementation] : run.choices) EXPECT_NE(implementation, "zeros") << problem;
    // The same kernels on a device where nothing wrong was ever offered.
    const Trained right = train_on(Device({.kernels = {.remembered = false, .choices = run.choices}}));
    EXPECT_TRUE(run.values == right.values);
}

TEST_F(Choices, AreInTheModelFile) {
    Device device;
    const data::Dataset data = derived_dataset(60, small_image);
    Sequential network = small_network();
    Trainer trainer(device, network);
    trainer.fit(data, {.batch = 16});
    const std::string path = folder_ / "model.safetensors";
    network.save(path);
    const io::Safetensors file = io::read_safetensors(path);
    const std::string text = choices_text(network.choices());
    EXPECT_EQ(file.metadata.at("hekla.choices"), text);
    EXPECT_EQ(file.metadata.at("hekla.choices.sha256"), io::sha256(std::as_bytes(std::span(text))));
    Network loaded = Network::load(path);
    EXPECT_EQ(loaded.choices(), network.choices());
    loaded.save(folder_ / "again.safetensors");
    EXPECT_EQ(io::read_file(folder_ / "again.safetensors"), io::read_file(path));

    io::Safetensors damaged = file;
    damaged.metadata["hekla.choices"] += "x";
    io::write_safetensors(path, damaged);
    EXPECT_THAT(error_of(ErrorCode::invalid_file, [&] { Network::load(path); }), HasSubstr("hekla.choices"));
    Sequential untrained = small_network();
    untrained.build({.image_shape = small_image});
    untrained.save(path);
    EXPECT_FALSE(io::read_safetensors(path).metadata.contains("hekla.choices"));
}

}  // namespace
}  // namespace hekla
