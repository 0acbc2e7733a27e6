// A generative adversarial network (Goodfellow et al. 2014), convolutional as DCGAN's (Radford et al. 2016), on Fashion-MNIST: two
// networks trained in turn inside one replayed step.
#include "generative.h"

namespace {

using namespace hekla;

constexpr std::uint32_t noise_size = 64;

Network make_generator(std::uint64_t seed) {
    const Padding same = Padding::same();
    return example::built({Dense{.units = 7 * 7 * 32, .bias = false}, BatchNorm{}, Relu{}, Reshape{{7, 7, 32}},
                           Conv2dTranspose{.filters = 16, .kernel = 4, .stride = 2, .padding = same, .bias = false}, BatchNorm{}, Relu{},
                           Conv2dTranspose{.filters = 1, .kernel = 4, .stride = 2, .padding = same}, Tanh{}},
                          Shape{noise_size}, seed);
}

Network make_discriminator(std::uint64_t seed) {
    const Padding same = Padding::same();
    return example::built({Conv2d{.filters = 16, .kernel = 4, .stride = 2, .padding = same}, LeakyRelu{0.2f},
                           Conv2d{.filters = 32, .kernel = 4, .stride = 2, .padding = same, .bias = false}, BatchNorm{}, LeakyRelu{0.2f},
                           Flatten{}, Dropout{0.3f}, Dense{1}},
                          Shape{28, 28, 1}, seed);
}

/// How far the discriminator is from saying `target`: 1 for pictures of the data, 0 for the generator's.
Tensor says(const StepBuilder& step, Tensor logits, float target) {
    const Tensor targets = step.graph().constant(logits.shape(), std::vector<float>(logits.shape().elements(), target));
    return mean_rows(binary_cross_entropy_rows(logits, targets), step.state());
}

}  // namespace

int main(int argc, char** argv) {
    return example::run(argc, argv, [](const example::Arguments& arguments) {
        Device device;
        const data::TrainTest data = example::fashion(arguments);
        const Network generator = make_generator(arguments.seed), discriminator = make_discriminator(arguments.seed + 1);

        // The discriminator learns first, from pictures of both kinds; then the generator, through what the discriminator has
        // become and without changing it. 0.9 for 1 is one-sided label smoothing (Salimans et al. 2016).
        const auto build = [&](StepBuilder& step) {
            const Tensor fake = generator.apply(random_normal({step.batch(), noise_size}, step.state(), 1000), true);
            step.minimize("discriminator",
                          add(says(step, discriminator.apply(step.images(), true), 0.9f), says(step, discriminator.apply(fake, true), 0)),
                          discriminator.parameters());
            step.minimize("generator", says(step, discriminator.apply(fake, true), 1), generator.parameters());
        };
        StepTrainer trainer(device, build, {.optimizer = Adam{.learning_rate = 3e-4f, .beta1 = 0.5f}, .seed = arguments.seed, .scale = 2.0f / 255.0f, .shift = -1.0f});

        // The same noise for every sheet.
        Graph samples;
        const Tensor pictures = generator.apply(random_normal({64, noise_size}, samples.step_state(), 1000));
        trainer.fit(data.train, {.epochs = arguments.epochs, .batch = 64, .on_epoch = [&](const StepEpoch& epoch) {
                                     example::print(epoch);
                                     Plan plan = compile(device, samples, {pictures}, trainer.store());
                                     plan.set_random(static_cast<std::uint32_t>(arguments.seed), 0);
                                     plan.run();
                                     example::save_sheet(arguments.out + "/gan-" + std::to_string(epoch.epoch) + ".png", plan.read(pictures), 28, 28, 8, -1, 1);
                                 }});
        generator.save(arguments.out + "/gan-generator.safetensors");
    });
}
