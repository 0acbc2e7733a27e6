// A variational autoencoder (Kingma and Welling 2014) on Fashion-MNIST: pictures become points of a space from which new ones
// are drawn.
#include "generative.h"

namespace {

using namespace hekla;

constexpr std::uint32_t latent = 16, pixels = 28 * 28;

/// A picture to the mean and the log-variance of its point.
Network make_encoder(std::uint64_t seed) {
    Network net;
    auto x = net.input("image", Shape{28, 28, 1});
    for (std::uint32_t filters : {16, 32}) x = net.add(Relu{}, net.add(Conv2d{.filters = filters, .stride = 2, .padding = Padding::same()}, x));
    x = net.add(Flatten{}, x);
    net.output(net.add(Dense{latent}, x), "mean");
    net.output(net.add(Dense{latent}, x), "log_variance");
    net.build(seed);
    return net;
}

/// A point to the logits of a picture.
Network make_decoder(std::uint64_t seed) {
    const Padding same = Padding::same();
    return example::built({Dense{7 * 7 * 32}, Relu{}, Reshape{{7, 7, 32}}, Conv2dTranspose{.filters = 16, .kernel = 4, .stride = 2, .padding = same}, Relu{},
                           Conv2dTranspose{.filters = 1, .kernel = 4, .stride = 2, .padding = same}},
                          Shape{latent}, seed);
}

/// KL divergence of N(mean, exp(log_variance)) from N(0, 1), by row: -1/2 sum(1 + log_variance - mean^2 - exp(log_variance)).
Tensor divergence_rows(Tensor mean, Tensor log_variance) {
    return scale(reduce_sum(subtract(shift(log_variance, 1), add(square(mean), exp(log_variance))), {1}), -0.5f);
}

}  // namespace

int main(int argc, char** argv) {
    return example::run(argc, argv, [](const example::Arguments& arguments) {
        Device device;
        const data::TrainTest data = example::fashion(arguments);
        const Network encoder = make_encoder(arguments.seed), decoder = make_decoder(arguments.seed + 1);
        std::vector<ParameterPtr> both = encoder.parameters();
        both.insert(both.end(), decoder.parameters().begin(), decoder.parameters().end());

        const auto build = [&](StepBuilder& step) {
            const std::vector<Tensor> point = encoder.apply(std::vector{step.images()}, true);
            const Tensor mean = point[0], log_variance = point[1];
            // The reparameterisation: gradients flow to mean and deviation, past the noise.
            const Tensor noise = random_normal(mean.shape(), step.state(), 1000);
            const Tensor logits = decoder.apply(add(mean, multiply(exp(scale(log_variance, 0.5f)), noise)), true);
            const Tensor reconstruction = mean_rows(scale(binary_cross_entropy_rows(logits, step.images()), float{pixels}), step.state());
            const Tensor divergence = mean_rows(divergence_rows(mean, log_variance), step.state());
            step.minimize("loss", add(reconstruction, divergence), both);
            step.report("reconstruction", reconstruction);
            step.report("divergence", divergence);
        };
        StepTrainer trainer(device, build, {.optimizer = Adam{}, .seed = arguments.seed});

        // A sheet: 32 new pictures, then 16 of the test set above what becomes of them.
        Graph graph;
        const Tensor drawn = sigmoid(decoder.apply(random_normal({32, latent}, graph.step_state(), 1000)));
        const Tensor shown = graph.input("shown", {Shape{16, 28, 28, 1}, DType::f32});
        const Tensor again = sigmoid(decoder.apply(encoder.apply(std::vector{shown})[0]));
        std::vector<float> test(std::size_t{16} * pixels);
        for (std::size_t i = 0; i < test.size(); ++i) test[i] = static_cast<float>(data.test.images[i]) / 255.0f;
        trainer.fit(data.train, {.epochs = arguments.epochs, .batch = 32, .on_epoch = [&](const StepEpoch& epoch) {
                                     example::print(epoch);
                                     Plan plan = compile(device, graph, {drawn, again}, trainer.store());
                                     plan.set_random(static_cast<std::uint32_t>(arguments.seed), 0);
                                     plan.set(shown, test);
                                     plan.run();
                                     std::vector<float> sheet = plan.read(drawn);
                                     const std::vector<float> last = plan.read(again);
                                     sheet.insert(sheet.end(), test.begin(), test.end());
                                     sheet.insert(sheet.end(), last.begin(), last.end());
                                     example::save_sheet(arguments.out + "/vae-" + std::to_string(epoch.epoch) + ".png", sheet, 28, 28, 16);
                                 }});
        decoder.save(arguments.out + "/vae-decoder.safetensors");
    });
}
