// Networks as JSON and as files: whole round trips, and errors for all that is malformed.

#include <gmock/gmock.h>
#include <hekla/io.h>
#include <hekla/nn.h>

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <random>

#if __has_include(<sys/resource.h>)
#include <sys/resource.h>
#endif

#include "support/expect_error.h"

namespace hekla {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using tests::error_of;

/// Every layer type, with no member at its default.
Sequential all_layers() {
    Sequential network{
        Conv2d{.filters = 4, .kernel = {3, 2}, .stride = {2, 1}, .padding = Padding::pixels(1, 2, 0, 1), .dilation = {1, 2},
               .groups = 2, .bias = false, .weight_init = Init::he_normal, .bias_init = Init::fan_in_uniform},
        Relu{}, LeakyRelu{0.2f}, Elu{0.7f}, Sigmoid{}, Tanh{}, Gelu{}, Silu{}, Softplus{},
        MaxPool2d{.size = {2, 3}, .stride = Size2{1, 2}, .padding = Padding::same(), .ceil_mode = true},
        AveragePool2d{.size = 2, .stride = {}, .padding = Padding::pixels(1), .ceil_mode = true, .count_include_pad = true},
        Dropout{0.25f}, Flatten{}, Dense{.units = 12, .bias = false, .weight_init = Init::he_uniform, .bias_init = Init::he_uniform},
        Reshape{{2, 3, 2}}, Conv2d{.filters = 3, .kernel = 1}, GlobalMaxPool2d{}, Reshape{{1, 1, 3}}, GlobalAveragePool2d{},
        Dense{10}, Softmax{}};
    network.build({Shape{12, 12, 2}, 2.0f / 255.0f, -1.0f, {"nought", "\"one\"", "zw\u00f6lf"}}, 4);
    return network;
}

/// The layers that all_layers lacks, no member at its default; among them those of several inputs.
Network meeting_layers() {
    Network network;
    const auto a = network.input("image", Shape{6, 6, 4}), words = network.input("words", Shape{5}, DType::u32);
    const auto add = [&](const Layer& layer, const auto& x) { return network.add(layer, x); };
    const auto sum = add(Add{}, std::vector{a, a, a}), product = add(Multiply{}, std::vector{a, sum});
    auto x = add(BatchNorm{.momentum = 0.25f, .epsilon = 1e-3f, .scale_init = Init::constant(0.5f)}, add(Concat{}, std::vector{sum, product}));
    x = add(GroupNorm{.groups = 4, .epsilon = 1e-3f}, add(LayerNorm{.epsilon = 1e-3f}, add(InstanceNorm{.epsilon = 1e-3f}, x)));
    x = add(DepthwiseConv2d{.kernel = {3, 2}, .stride = {1, 2}, .padding = Padding::same(), .dilation = {2, 1}, .bias = false,
                            .weight_init = Init::lecun_normal, .bias_init = Init::ones}, x);
    x = add(SeparableConv2d{.filters = 6, .kernel = 2, .stride = {2, 1}, .padding = Padding::pixels(1), .dilation = {1, 2}, .bias = false,
                            .weight_init = Init::he_normal, .bias_init = Init::ones}, x);
    x = add(Conv2dTranspose{.filters = 5, .kernel = {3, 2}, .stride = 2, .padding = Padding::pixels(1, 0, 0, 1), .output_padding = Size2(1), .bias = false,
                            .weight_init = Init::glorot_normal, .bias_init = Init::ones}, x);
    network.output(add(Upsample2d{.factor = {2, 3}, .interpolation = Interpolation::bilinear}, x), "picture");
    auto sequence = add(Embedding{.rows = 9, .width = 8, .weight_init = Init::lecun_uniform}, words);
    sequence = add(MultiHeadAttention{.heads = 2, .weight_init = Init::orthogonal}, std::vector{sequence, sequence, sequence});
    sequence = add(Lstm{.units = 3, .sequences = true, .weight_init = Init::he_uniform, .recurrent_init = Init::zeros}, sequence);
    sequence = add(Gru{.units = 4, .sequences = true, .weight_init = Init::he_uniform, .recurrent_init = Init::zeros}, sequence);
    network.output(add(SimpleRnn{.units = 5, .weight_init = Init::he_uniform, .recurrent_init = Init::zeros}, sequence), "answer");
    network.build();
    return network;
}

std::string message_of(const std::string& json) {
    return error_of(ErrorCode::invalid_file, [&] { Network::from_json(json, "model.safetensors"); });
}

TEST(Architecture, EveryLayerMakesTheRoundTrip) {
    const Network network = all_layers();
    const std::string json = network.architecture_json();
    const Network again = Network::from_json(json, "test");
    EXPECT_EQ(again.architecture_json(), json);
    ASSERT_EQ(again.layers().size(), network.layers().size());
    std::vector<bool> seen(std::variant_size_v<Layer>, false);
    for (std::size_t i = 0; i < network.layers().size(); ++i) {
        EXPECT_EQ(again.layers()[i].index(), network.layers()[i].index());
        seen[network.layers()[i].index()] = true;
    }
    const std::string meetings = meeting_layers().architecture_json();
    const Network met = Network::from_json(meetings, "test");
    EXPECT_EQ(met.architecture_json(), meetings);
    EXPECT_EQ(met.parameter_count(), meeting_layers().parameter_count());
    EXPECT_EQ(std::get<BatchNorm>(met.layers()[3]).scale_init, Init::constant(0.5f));
    EXPECT_EQ(std::get<Conv2dTranspose>(met.layers()[9]).output_padding, Size2(1));
    EXPECT_EQ(std::get<Upsample2d>(met.layers()[10]).interpolation, Interpolation::bilinear);
    EXPECT_TRUE(std::get<Gru>(met.layers()[14]).sequences);
    for (const Layer& layer : meeting_layers().layers()) seen[layer.index()] = true;
    EXPECT_THAT(seen, testing::Each(true)) << "a layer type is missing here";
    const auto& conv = std::get<Conv2d>(again.layers()[0]);
    EXPECT_EQ(conv.kernel, (Size2{3, 2}));
    EXPECT_EQ(conv.padding, Padding::pixels(1, 2, 0, 1));
    EXPECT_EQ(conv.dilation, (Size2{1, 2}));
    EXPECT_EQ(conv.groups, 2u);
    EXPECT_FALSE(conv.bias);
    EXPECT_EQ(conv.weight_init, Init::he_normal);
    EXPECT_EQ(std::get<LeakyRelu>(again.layers()[2]).slope, 0.2f);
    EXPECT_EQ(std::get<MaxPool2d>(again.layers()[9]).stride, Size2(1, 2));
    EXPECT_EQ(std::get<AveragePool2d>(again.layers()[10]).stride, std::nullopt);
    EXPECT_EQ(std::get<Reshape>(again.layers()[14]).shape, (std::vector<std::uint64_t>{2, 3, 2}));
    EXPECT_EQ(again.input().image_shape, network.input().image_shape);
    EXPECT_EQ(again.input().scale, 2.0f / 255.0f);
    EXPECT_EQ(again.input().shift, -1.0f);
    EXPECT_EQ(again.input().classes, network.input().classes);
    EXPECT_EQ(again.parameter_count(), network.parameter_count());
}

TEST(Architecture, OfANetworkThatIsNotBuiltHasNoInput) {
    const Sequential network{Flatten{}, Dense{3}};
    EXPECT_FALSE(Network::from_json(network.architecture_json(), "test").built());
}

TEST(Architecture, SmallFormsAreRead) {
    const Network network = Network::from_json(
        R"({"layers": [{"type": "conv2d", "filters": 8, "kernel": 5, "padding": "same"}, {"type": "flatten"}]})", "test");
    EXPECT_EQ(std::get<Conv2d>(network.layers()[0]).kernel, Size2(5));
    EXPECT_EQ(std::get<Conv2d>(network.layers()[0]).padding, Padding::same());
}

TEST(Architecture, MalformedTextIsAnError) {
    const char* malformed[] = {
        "", " ", "{", "null", "[]", "7", "\"text\"", "{}", "\x00\x01", "{\"layers\": [}",
        R"({"layers": []})", R"({"layers": {}})", R"({"layers": 3})", R"({"layers": [3]})", R"({"layers": [null]})",
        R"({"layers": [{}]})", R"({"layers": [{"type": 3}]})", R"({"layers": [{"type": "convolution"}]})",
        R"({"layers": [{"type": "conv2d"}]})", R"({"layers": [{"type": "conv2d", "filters": 0}]})",
        R"({"layers": [{"type": "conv2d", "filters": -1}]})", R"({"layers": [{"type": "conv2d", "filters": 1.5}]})",
        R"({"layers": [{"type": "conv2d", "filters": 1e3}]})", R"({"layers": [{"type": "conv2d", "filters": "8"}]})",
        R"({"layers": [{"type": "conv2d", "filters": 99999999999999999999}]})",
        R"({"layers": [{"type": "conv2d", "filters": 1, "kernel": [1, 2, 3]}]})",
        R"({"layers": [{"type": "conv2d", "filters": 1, "kernel": []}]})",
        R"({"layers": [{"type": "conv2d", "filters": 1, "stride": 0}]})",
        R"({"layers": [{"type": "conv2d", "filters": 1, "padding": "full"}]})",
        R"({"layers": [{"type": "conv2d", "filters": 1, "padding": [1, 2]}]})",
        R"({"layers": [{"type": "conv2d", "filters": 1, "padding": [1, 2, 3, -4]}]})",
        R"({"layers": [{"type": "conv2d", "filters": 1, "bias": 1}]})",
        R"({"layers": [{"type": "conv2d", "filters": 1, "weight_init": "twos"}]})",
        R"({"layers": [{"type": "conv2d", "filters": 1, "filter": 2}]})", R"({"layers": [{"type": "relu", "slope": 2}]})",
        R"({"layers": [{"type": "dropout", "rate": 1}]})", R"({"layers": [{"type": "dropout", "rate": -0.1}]})",
        R"({"layers": [{"type": "dropout", "rate": "half"}]})", R"({"layers": [{"type": "leaky_relu", "slope": 1e60}]})",
        R"({"layers": [{"type": "reshape"}]})", R"({"layers": [{"type": "reshape", "shape": []}]})",
        R"({"layers": [{"type": "reshape", "shape": [1,1,1,1,1,1,1]}]})", R"({"layers": [{"type": "reshape", "shape": 4}]})",
        R"({"layers": [{"type": "relu"}], "format": "onnx"})", R"({"layers": [{"type": "relu"}], "version": 3})",
        R"({"layers": [{"type": "relu"}], "classes": "a"})", R"({"layers": [{"type": "relu"}], "classes": [1]})",
        R"({"layers": [{"type": "relu"}], "more": 1})", R"({"layers": [{"type": "relu"}], "input": 3})",
        R"({"layers": [{"type": "relu"}], "input": {}})", R"({"layers": [{"type": "relu"}], "input": {"shape": [0, 2, 1]}})",
        R"({"layers": [{"type": "relu"}], "input": {"shape": [2, 2, 1], "scale": "1"}})",
        R"({"layers": [{"type": "relu"}], "input": {"shape": [2, 2, 1], "scale": 1e300}})",
        R"({"layers": [{"type": "relu"}], "input": {"shape": [2, 2, 1], "offset": 1}})"};
    for (const char* text : malformed) {
        SCOPED_TRACE(text);
        EXPECT_THAT(message_of(text), HasSubstr("model.safetensors"));
    }
}

TEST(Architecture, ErrorsNameTheLayerAndTheMember) {
    EXPECT_THAT(message_of(R"({"layers": [{"type": "relu"}, {"type": "dense", "units": -3}]})"),
                AllOf(HasSubstr("layer 2"), HasSubstr("\"units\"")));
    EXPECT_THAT(message_of(R"({"layers": [{"type": "transformer"}]})"), AllOf(HasSubstr("transformer"), HasSubstr("global_max_pool2d")));
    EXPECT_THAT(message_of(R"({"layers": [{"type": "dense", "units": 3, "unit": 4}]})"), HasSubstr("\"unit\""));
}

TEST(Architecture, NetworksThatDoNotFitTheirInputAreAnError) {
    const char* text = R"({"layers": [{"type": "dense", "units": 3}], "input": {"shape": [4, 4, 1]}})";
    EXPECT_THAT(error_of(ErrorCode::invalid_argument, [&] { Network::from_json(text, "test"); }), HasSubstr("dense_1"));
}

TEST(Architecture, ANetworkLargerThanMemoryIsAnError) {
    std::string text = R"({"layers": [)";
    for (int i = 0; i < 1000; ++i) text += R"({"type": "dense", "units": 32768}, )";  // 4 GiB each
    text += R"({"type": "softmax"}], "input": {"shape": [32768]}})";
    EXPECT_THAT(error_of(ErrorCode::out_of_memory, [&] { Network::from_json(text, "large.json"); }),
                AllOf(HasSubstr("large.json"), HasSubstr(std::to_string(1000ull * (32768 * 32768ull + 32768) * 4) + " bytes"), HasSubstr("available")));
}

TEST(Architecture, DeepNestingIsAnError) {
    std::string text = R"({"layers": )";
    text.append(100000, '[');
    message_of(text);
    text.append(100000, ']');
    message_of(text + "}");
}

std::string mutated(std::string text, std::mt19937& random) {
    const char* pieces[] = {"[", "]", "{", "}", "null", "-1", "1e9", "\"", ",", "true", "\"type\"", "0", "\xff", "\\u0000"};
    const auto changes = 1 + random() % 3;
    for (std::uint32_t i = 0; i < changes && !text.empty(); ++i) {
        const std::size_t at = random() % text.size();
        switch (random() % 6) {
            case 0: if (const auto digit = text.find_first_of("123456789", at); digit != text.npos) text[digit] = static_cast<char>('0' + random() % 10); break;
            case 5: text[at] = static_cast<char>(random()); break;
            case 1: text.erase(at, 1 + random() % 8); break;
            case 2: text.insert(at, pieces[random() % std::size(pieces)]); break;
            case 3: text.insert(at, text.substr(random() % text.size(), random() % 40)); break;
            default: text.resize(at); break;
        }
    }
    return text;
}

TEST(Architecture, MutationsGiveAnErrorOrANetwork) {
    // Small, so that what a mutation enlarges stays small too.
    Sequential small{Conv2d{.filters = 2, .padding = Padding::same()}, LeakyRelu{0.1f}, MaxPool2d{2}, Dropout{0.5f}, Flatten{}, Dense{3}};
    small.build({Shape{4, 4, 1}, 0.5f, 0, {"a", "b", "c"}});
    const std::string texts[] = {small.architecture_json(), Sequential(all_layers().layers()).architecture_json(), meeting_layers().architecture_json()};
    std::mt19937 random(11);
    int networks = 0, errors = 0;
    for (int i = 0; i < 5000; ++i) {
        const std::string text = mutated(texts[i % 3], random);
        try {
            const Network network = Network::from_json(text, "mutation");
            EXPECT_EQ(Network::from_json(network.architecture_json(), "again").architecture_json(), network.architecture_json()) << text;
            ++networks;
        } catch (const Error& error) {
            EXPECT_NE(std::string(error.what()), "");
            ++errors;
        }
    }
    EXPECT_GT(networks, 50);
    EXPECT_GT(errors, 2000);
}

// Files ---------------------------------------------------------------------------------------------

class ModelFile : public testing::Test {
  protected:
    void TearDown() override { std::remove(path_.c_str()); }

    std::string path_ = testing::TempDir() + "hekla-model-" + std::to_string(std::random_device{}()) + ".safetensors";
};

TEST_F(ModelFile, SaveAndLoadKeepEverything) {
    const Network network = all_layers();
    network.save(path_);
    const std::string bytes = io::read_file(path_);
    const Network loaded = Network::load(path_);
    EXPECT_EQ(loaded.architecture_json(), network.architecture_json());
    ASSERT_EQ(loaded.parameters().size(), network.parameters().size());
    for (std::size_t i = 0; i < loaded.parameters().size(); ++i) {
        EXPECT_EQ(loaded.parameters()[i]->name(), network.parameters()[i]->name());
        EXPECT_EQ(loaded.parameters()[i]->values(), network.parameters()[i]->values());
    }
    loaded.save(path_);
    EXPECT_TRUE(io::read_file(path_) == bytes) << "saved again, the bytes differ";
}

TEST_F(ModelFile, WeightsWithoutANetworkAreAnError) {
    io::write_safetensors(path_, {{{"weight", Shape{2}, {1, 2}}}, {}});
    EXPECT_THAT(error_of(ErrorCode::invalid_file, [&] { Network::load(path_); }),
                AllOf(HasSubstr(path_), HasSubstr("load_parameters")));
}

TEST_F(ModelFile, ANetworkWithoutInputIsAnError) {
    const Sequential network{Flatten{}, Dense{3}};
    error_of(ErrorCode::invalid_argument, [&] { network.save(path_); });
    io::write_safetensors(path_, {{}, {{"hekla", network.architecture_json()}}});
    EXPECT_THAT(error_of(ErrorCode::invalid_file, [&] { Network::load(path_); }), HasSubstr("no input"));
}

/// The most memory that this process has used so far; 0 where the system does not tell.
std::int64_t peak_kib() {
#if __has_include(<sys/resource.h>)
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
#else
    return 0;
#endif
}

/// Of some thousand bytes, and asks for 10^9 parameters: in one tensor, or in many.
TEST_F(ModelFile, AHugeNetworkInASmallFileIsAnErrorBeforeItIsMade) {
    const std::pair<const char*, std::string> layers[] = {{"dense_1.weight 32768x30000", R"({"type": "dense", "units": 30000})"},
                                                          {"dense_2.weight 3000x3000", R"({"type": "dense", "units": 3000})"}};
    for (const auto& [named, layer] : layers) {
        std::string json = R"({"input": {"shape": [32768]}, "layers": [{"type": "flatten"})";
        for (int i = 0; i < 100; ++i) json += ", " + layer;
        io::write_safetensors(path_, {{{"dense_1.bias", Shape{2}, {5, 6}}}, {{"hekla", json + "]}"}}});
        const std::int64_t before = peak_kib();
        const std::string message = error_of(ErrorCode::invalid_file, [&] { Network::load(path_); });
        EXPECT_LT(peak_kib() - before, 64 << 10);
        EXPECT_THAT(message, AllOf(HasSubstr(path_), HasSubstr(std::string("missing: ") + named), HasSubstr("dense_1.bias is 2, the network has"),
                                   HasSubstr("and 150 more")));
    }
}

TEST_F(ModelFile, ALayerBeyondAllLimitsIsAnErrorThatNamesTheFile) {
    const std::string json = R"({"input": {"shape": [16777216]}, "layers": [{"type": "dense", "units": 16777216}]})";
    io::write_safetensors(path_, {{}, {{"hekla", json}}});
    EXPECT_THAT(error_of(ErrorCode::unsupported, [&] { Network::load(path_); }), AllOf(HasSubstr(path_), HasSubstr("dense_1.weight")));
}

TEST_F(ModelFile, EveryDifferenceIsListed) {
    Sequential network{Conv2d{.filters = 2}, Flatten{}, Dense{3}};
    network.build({Shape{4, 4, 1}, 1, 0, {}}, 1);
    io::write_safetensors(path_, {{{"conv2d_1.weight", Shape{3, 3, 1, 2}, std::vector<float>(18, 1)},
                                   {"dense_1.weight", Shape{8, 4}, std::vector<float>(32, 1)},
                                   {"dense_1.bias", Shape{3}, std::vector<float>(3, 1)},
                                   {"dense_2.bias", Shape{5}, std::vector<float>(5, 1)}},
                                  {}});
    const std::vector<float> before = network.parameters()[0]->values();
    const std::string message = error_of(ErrorCode::invalid_file, [&] { network.load_parameters(path_); });
    EXPECT_THAT(message, AllOf(HasSubstr(path_), HasSubstr("missing: conv2d_1.bias 2"), HasSubstr("dense_1.weight is 8x4, the network has 8x3"),
                               HasSubstr("unexpected: dense_2.bias 5")));
    EXPECT_THAT(message, testing::Not(HasSubstr("conv2d_1.weight")));
    EXPECT_EQ(network.parameters()[0]->values(), before) << "half of the file was taken";
}

TEST_F(ModelFile, LoadParametersTakesThemByName) {
    Sequential network{Flatten{}, Dense{2}};
    network.build({Shape{2, 1, 1}, 1, 0, {}}, 1);
    io::write_safetensors(path_, {{{"dense_1.bias", Shape{2}, {5, 6}}, {"dense_1.weight", Shape{2, 2}, {1, 2, 3, 4}}}, {}});
    network.load_parameters(path_);
    EXPECT_EQ(network.parameters()[0]->values(), (std::vector<float>{1, 2, 3, 4}));
    EXPECT_EQ(network.parameters()[1]->values(), (std::vector<float>{5, 6}));
    error_of(ErrorCode::not_found, [&] { network.load_parameters(path_ + ".missing"); });
}

}  // namespace
}  // namespace hekla
