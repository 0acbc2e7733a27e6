#pragma once
// What the generative examples share: their arguments, the data, and sheets of pictures.

#include <hekla/hekla.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

namespace example {

struct Arguments {
    std::uint32_t epochs = 5;
    std::uint64_t images = 10000;  // of the training set; 0: all
    std::uint64_t seed = 1;
    std::string out = ".", data_dir = {};
};

/// --epochs N --images N --seed N --out FOLDER --data-dir FOLDER; anything else ends the program with status 2.
inline Arguments parse(int argc, char** argv) {
    Arguments arguments;
    const auto usage = [&] {
        std::fprintf(stderr, "usage: %s [--epochs N] [--images N, 0: all] [--seed N] [--out FOLDER] [--data-dir FOLDER]\n", argv[0]);
        std::exit(2);
    };
    for (int i = 1; i < argc; i += 2) {
        const std::string option = argv[i];
        if (i + 1 == argc) usage();
        char* end = argv[i + 1];
        const auto number = [&] {
            const unsigned long long value = std::strtoull(argv[i + 1], &end, 10);
            if (end == argv[i + 1] || *end || argv[i + 1][0] == '-') usage();
            return value;
        };
        if (option == "--epochs") arguments.epochs = static_cast<std::uint32_t>(std::min(number(), 100000ull));
        else if (option == "--images") arguments.images = number();
        else if (option == "--seed") arguments.seed = number();
        else if (option == "--out") arguments.out = argv[i + 1];
        else if (option == "--data-dir") arguments.data_dir = argv[i + 1];
        else usage();
    }
    return arguments;
}

inline hekla::data::TrainTest fashion(const Arguments& arguments) {
    hekla::data::TrainTest data = hekla::data::fashion_mnist(arguments.data_dir);
    if (arguments.images) data.train = data.train.subset(arguments.images, arguments.seed);
    return data;
}

/// A network of layers one after another, built for one input without its batch.
inline hekla::Network built(const std::vector<hekla::Layer>& layers, const hekla::Shape& input, std::uint64_t seed) {
    hekla::Network net;
    auto x = net.input("input", input);
    for (const hekla::Layer& layer : layers) x = net.add(layer, x);
    net.output(x);
    net.build(seed);
    return net;
}

/// Grey pictures of height x width, one after another in `values` (low is black, high is white), in rows of `columns`, as a PNG.
inline void save_sheet(const std::string& path, const std::vector<float>& values, std::uint32_t height, std::uint32_t width, std::uint32_t columns,
                       float low = 0, float high = 1) {
    const auto count = static_cast<std::uint32_t>(values.size() / (height * width)), rows = (count + columns - 1) / columns;
    hekla::io::Image sheet{.height = rows * (height + 1) - 1, .width = columns * (width + 1) - 1, .channels = 1, .pixels = {}};
    sheet.pixels.assign(std::size_t{sheet.height} * sheet.width, 128);
    for (std::uint32_t i = 0; i < count; ++i)
        for (std::uint32_t y = 0; y < height; ++y)
            for (std::uint32_t x = 0; x < width; ++x) {
                const float share = (values[(std::size_t{i} * height + y) * width + x] - low) / (high - low);
                const std::size_t row = i / columns * (height + 1) + y, column = i % columns * (width + 1) + x;
                sheet.pixels[row * sheet.width + column] = static_cast<std::uint8_t>(std::clamp(share, 0.0f, 1.0f) * 255 + 0.5f);
            }
    const std::string png = hekla::io::encode_png(sheet);
    hekla::io::write_file(path, png);
    std::printf("%s\n", path.c_str());
}

inline void print(const hekla::StepEpoch& epoch) {
    std::printf("epoch %u:", epoch.epoch);
    for (const auto& [name, value] : epoch.values) std::printf(" %s %.4f", name.c_str(), value);
    std::printf(", %.1f s, %.0f images/s\n", epoch.seconds, epoch.images_per_second);
    std::fflush(stdout);
}

/// Runs a program's body; an Error ends it with a line and status 1.
template <class Body>
int run(int argc, char** argv, const Body& body) {
    try {
        body(parse(argc, argv));
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: error: %s\n", argv[0], error.what());
        return 1;
    }
}

}  // namespace example
