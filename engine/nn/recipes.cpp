// The networks of five articles on image classification, each with its whole recipe, and two of our own.

#include <hekla/error.h>
#include <hekla/nn.h>

namespace hekla {
namespace {

// The Keras programs: Adam with Keras' epsilon.
constexpr Adam keras_adam{.learning_rate = 1e-3f, .beta1 = 0.9f, .beta2 = 0.999f, .epsilon = 1e-7f};

Recipe keras_mnist() {
    return {"keras-mnist",
            Sequential{Conv2d{.filters = 32, .kernel = 3}, Relu{}, MaxPool2d{2}, Flatten{}, Dense{10}},
            "mnist",
            {.optimizer = keras_adam},
            {.epochs = 10, .batch = 32}};
}

Recipe keras_mnist_dropout() {
    return {"keras-mnist-dropout",
            Sequential{Conv2d{.filters = 16, .kernel = 3}, Relu{}, MaxPool2d{2}, Conv2d{.filters = 32, .kernel = 3}, Relu{},
                       MaxPool2d{2}, Flatten{}, Dense{128}, Relu{}, Dropout{0.5f}, Dense{10}},
            "mnist",
            {.optimizer = keras_adam},
            {.epochs = 5, .batch = 32, .validation_split = 0.1f}};
}

Recipe keras_cifar10() {
    return {"keras-cifar10",
            Sequential{Conv2d{.filters = 32, .kernel = 3}, Relu{}, MaxPool2d{2}, Conv2d{.filters = 64, .kernel = 3}, Relu{},
                       MaxPool2d{2}, Flatten{}, Dense{64}, Relu{}, Dense{10}},
            "cifar10",
            {.optimizer = keras_adam},
            {.epochs = 10, .batch = 128}};
}

/// PyTorch's LeNet: its default initialisation of weights and biases, inputs in -1..1.
Recipe lenet_cifar10() {
    const auto conv = [](std::uint32_t filters) {
        return Conv2d{.filters = filters, .kernel = 5, .weight_init = Init::fan_in_uniform, .bias_init = Init::fan_in_uniform};
    };
    const auto dense = [](std::uint32_t units) {
        return Dense{.units = units, .weight_init = Init::fan_in_uniform, .bias_init = Init::fan_in_uniform};
    };
    return {"lenet-cifar10",
            Sequential{conv(6), Relu{}, MaxPool2d{2}, conv(16), Relu{}, MaxPool2d{2}, Flatten{}, dense(120), Relu{}, dense(84),
                       Relu{}, dense(10)},
            "cifar10",
            {.optimizer = Sgd{.learning_rate = 1e-3f, .momentum = 0.9f}, .scale = 2.0f / 255.0f, .shift = -1.0f},
            {.epochs = 2, .batch = 4}};
}

Recipe feed_forward() {
    return {"feed-forward",
            Sequential{Flatten{}, Dense{128}, Relu{}, Dense{10}},
            "mnist",
            {.optimizer = Sgd{.learning_rate = 0.1f}},
            {.epochs = 10, .batch = 32}};
}

/// An image as a sequence of its rows.
Recipe rnn_mnist() {
    return {"rnn-mnist",
            Sequential{Reshape{{28, 28}}, Lstm{.units = 128}, Dense{10}},
            "mnist",
            {.optimizer = Adam{}},
            {.epochs = 5, .batch = 128}};
}

/// x + f(x), f being two normalized convolutions.
Network::Value residual_block(Network& net, Network::Value x, std::uint32_t filters) {
    const Conv2d conv{.filters = filters, .padding = Padding::same(), .bias = false, .weight_init = Init::he_normal};
    const auto first = net.add(Relu{}, net.add(BatchNorm{}, net.add(conv, x)));
    return net.add(Relu{}, net.add(Add{}, {x, net.add(BatchNorm{}, net.add(conv, first))}));
}

/// The pool comes before the wider convolution: most of the work is then done on small images. Training is for CIFAR-10 in
/// less than three quarters of an hour of two CPU cores: a one-cycle rate for a given number of epochs (Smith and Topin
/// 2018), mirrored and shifted images, smoothed labels, the weights' average, and both an image and its mirror image in the
/// test.
Recipe hekla_cifar10() {
    Network net;
    auto x = net.input("image");
    const auto widen = [&](std::uint32_t filters) {
        const Conv2d conv{.filters = filters, .padding = Padding::same(), .bias = false, .weight_init = Init::he_normal};
        x = net.add(Relu{}, net.add(BatchNorm{}, net.add(conv, x)));
    };
    widen(32);
    for (std::uint32_t filters : {48, 96}) {
        x = net.add(MaxPool2d{2}, x);
        widen(filters);
        x = residual_block(net, x, filters);
    }
    net.output(net.add(Dense{10}, net.add(GlobalAveragePool2d{}, x)));
    return {"hekla-cifar10", net, "cifar10", {.loss = CrossEntropy{.label_smoothing = 0.1f},
             .optimizer = Sgd{.learning_rate = 0.2f, .momentum = 0.9f, .nesterov = true, .weight_decay = 5e-4f},
             .update = {.average_decay = 0.99f},
             .schedule = {.kind = Schedule::Kind::one_cycle, .rise = 0.25f, .first = 0.1f}},
            {.epochs = 18, .batch = 128, .augmentation = {.flip = 0.5f, .crop = 4}},
            {.test_time_flip = true}};
}

struct Entry {
    const char* name;
    Recipe (*make)();
};
constexpr Entry entries[] = {{"keras-mnist", keras_mnist},
                             {"keras-mnist-dropout", keras_mnist_dropout},
                             {"lenet-cifar10", lenet_cifar10},
                             {"keras-cifar10", keras_cifar10},
                             {"feed-forward", feed_forward},
                             {"rnn-mnist", rnn_mnist},
                             {"hekla-cifar10", hekla_cifar10}};

}  // namespace

Recipe recipe(const std::string& name) {
    std::string names;
    for (const Entry& entry : entries) {
        if (name == entry.name) return entry.make();
        names += (names.empty() ? "" : ", ") + std::string(entry.name);
    }
    throw Error(ErrorCode::invalid_argument, "there is no network called '" + name + "'; there are: " + names);
}

std::vector<std::string> recipe_names() {
    std::vector<std::string> names;
    for (const Entry& entry : entries) names.emplace_back(entry.name);
    return names;
}

}  // namespace hekla
