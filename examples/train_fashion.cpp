#include <hekla/hekla.h>
#include <cstdio>

int main() {
    hekla::Device device;                                    // the best Vulkan GPU; throws with one reason per GPU rejected
    auto data = hekla::data::fashion_mnist();                // train 60,000, test 10,000

    hekla::Sequential net{
        hekla::Conv2d{.filters = 16, .kernel = 3}, hekla::Relu{}, hekla::MaxPool2d{2},
        hekla::Conv2d{.filters = 32, .kernel = 3}, hekla::Relu{}, hekla::MaxPool2d{2},
        hekla::Flatten{}, hekla::Dense{128}, hekla::Relu{}, hekla::Dropout{0.5f}, hekla::Dense{10}};

    hekla::Trainer trainer{device, net, {.loss = hekla::CrossEntropy{}, .optimizer = hekla::Adam{.learning_rate = 1e-3f}}};
    trainer.fit(data.train, {.epochs = 5, .batch = 32, .validation_split = 0.1f});
    std::printf("test accuracy %.4f\n", trainer.evaluate(data.test).accuracy);
    net.save("fashion.safetensors");
}
