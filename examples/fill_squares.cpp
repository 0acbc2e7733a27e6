// An autoencoder that fills erased squares of Fashion-MNIST's pictures: what goes in is corrupted on the device, anew in every
// step, and what should come out is the whole picture.
#include "generative.h"

namespace {

using namespace hekla;

constexpr std::uint32_t side = 10, test_images = 500;

Network make_network(std::uint64_t seed) {
    const Padding same = Padding::same();
    Network net;
    const auto conv = [&](std::uint32_t filters, std::uint32_t stride, Network::Value x) {
        return net.add(Relu{}, net.add(Conv2d{.filters = filters, .stride = stride, .padding = same}, x));
    };
    const auto up = [&](std::uint32_t filters, Network::Value x) {
        return net.add(Relu{}, net.add(Conv2dTranspose{.filters = filters, .kernel = 4, .stride = 2, .padding = same}, x));
    };
    // Details of what was not erased go past the narrow middle.
    const auto image = net.input("image", Shape{28, 28, 1});
    const auto full = conv(8, 1, image), half = conv(16, 2, full), quarter = conv(32, 2, half);
    const auto middle = net.add(Reshape{{7, 7, 32}}, net.add(Relu{}, net.add(Dense{7 * 7 * 32}, net.add(Relu{}, net.add(Dense{64}, net.add(Flatten{}, quarter))))));
    const auto upper = up(16, net.add(Concat{}, {quarter, middle}));
    const auto last = up(8, net.add(Concat{}, {half, upper}));
    net.output(net.add(Conv2d{.filters = 1, .padding = same}, net.add(Concat{}, {full, last})));
    net.build(seed);
    return net;
}

/// 1 where rows (axis 1) or columns (axis 2) of a batch lie within side / 2 of a middle at random.
Tensor band(Graph& graph, std::uint64_t batch, std::uint64_t size, std::size_t axis, std::uint32_t stream) {
    std::vector<float> positions;
    for (std::uint64_t i = 0; i < size; ++i) positions.push_back(static_cast<float>(i));
    std::vector<std::uint64_t> shape = {1, 1, 1, 1};
    shape[axis] = size;
    const float reach = static_cast<float>(side) / 2;
    const Tensor middle = shift(scale(random_uniform({batch, 1, 1, 1}, graph.step_state(), stream), static_cast<float>(size - side)), reach - 0.5f);
    const Tensor inside = shift(negate(abs(subtract(graph.constant(Shape(shape), positions), middle))), reach);
    return minimum(maximum(scale(inside, 1e6f), graph.constant({}, {0.0f})), graph.constant({}, {1.0f}));
}

/// [batch, 28, 28, 1]: 1 in one square of each picture, otherwise 0.
Tensor square_at_random(Graph& graph, std::uint64_t batch) { return multiply(band(graph, batch, 28, 1, 1000), band(graph, batch, 28, 2, 1001)); }
Tensor erased(Tensor images, Tensor squares) { return multiply(images, shift(negate(squares), 1)); }

/// Mean of |x - y| inside the squares.
Tensor error_inside(Tensor x, Tensor y, Tensor squares) { return divide(reduce_sum(multiply(abs(subtract(x, y)), squares)), reduce_sum(squares)); }

/// The mean picture of a data set, from 0 to 1.
std::vector<float> mean_picture(const data::Dataset& data) {
    std::vector<double> sums(data.image_bytes());
    for (std::size_t i = 0; i < data.images.size(); ++i) sums[i % sums.size()] += data.images[i];
    std::vector<float> mean;
    for (double sum : sums) mean.push_back(static_cast<float>(sum / 255.0 / static_cast<double>(data.size())));
    return mean;
}

}  // namespace

int main(int argc, char** argv) {
    return example::run(argc, argv, [](const example::Arguments& arguments) {
        Device device;
        const data::TrainTest data = example::fashion(arguments);
        const Network network = make_network(arguments.seed);
        const auto build = [&](StepBuilder& step) {
            const Tensor logits = network.apply(erased(step.images(), square_at_random(step.graph(), step.batch())), true);
            step.minimize("loss", mean_rows(binary_cross_entropy_rows(logits, step.images()), step.state()), network.parameters());
        };
        StepTrainer trainer(device, build, {.optimizer = Adam{}, .seed = arguments.seed});

        // Pictures of the test set, erased, filled; and how well, against what the mean picture would fill in.
        const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(test_images, data.test.size())), shown = std::min(count, 16u);
        Graph graph;
        const Tensor images = graph.input("images", {Shape{count, 28, 28, 1}, DType::f32});
        const Tensor squares = square_at_random(graph, count), given = erased(images, squares);
        const Tensor filled = add(given, multiply(sigmoid(network.apply(given)), squares));
        const Tensor error = error_inside(filled, images, squares);
        const Tensor error_of_mean = error_inside(graph.constant({1, 28, 28, 1}, mean_picture(data.train)), images, squares);
        std::vector<float> test(images.shape().elements());
        for (std::size_t i = 0; i < test.size(); ++i) test[i] = static_cast<float>(data.test.images[i]) / 255.0f;
        trainer.fit(data.train, {.epochs = arguments.epochs, .batch = 32, .on_epoch = [&](const StepEpoch& epoch) {
                                     example::print(epoch);
                                     Plan plan = compile(device, graph, {given, filled, error, error_of_mean}, trainer.store());
                                     plan.set_random(static_cast<std::uint32_t>(arguments.seed), 0);
                                     plan.set(images, test);
                                     plan.run();
                                     std::printf("error inside the squares %.4f, of the mean picture %.4f\n", double{plan.read(error)[0]}, double{plan.read(error_of_mean)[0]});
                                     std::vector<float> sheet;
                                     for (const std::vector<float>& row : {plan.read(given), plan.read(filled), test})
                                         sheet.insert(sheet.end(), row.begin(), row.begin() + shown * 28 * 28);
                                     example::save_sheet(arguments.out + "/fill-squares-" + std::to_string(epoch.epoch) + ".png", sheet, 28, 28, shown);
                                 }});
        network.save(arguments.out + "/fill-squares.safetensors");
    });
}
