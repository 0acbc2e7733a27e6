#include "search/candidate.h"

#include <hekla/error.h>
#include <hekla/nn.h>

#include "io/json_reader.h"

namespace hekla::search {
namespace {

struct NamedActivation {
    const char* name;
    Layer layer;
};
const std::vector<NamedActivation>& activations() {
    static const std::vector<NamedActivation> all = {{"relu", Relu{}},  {"leaky_relu", LeakyRelu{}}, {"elu", Elu{}},  {"gelu", Gelu{}},
                                                     {"silu", Silu{}}, {"tanh", Tanh{}},            {"sigmoid", Sigmoid{}}};
    return all;
}

class Builder {
  public:
    Builder(const Json& settings, std::uint32_t classes) : s_(settings), classes_(classes) {
        init_ = io::init_of(io::Json(s_.at("init"))).value();
        for (const NamedActivation& known : activations())
            if (s_.at("activation") == known.name) activation_ = known.layer;
    }

    Network convolutional() {
        std::uint64_t filters = number("filters");
        for (std::uint32_t block = 0; block < number("blocks"); ++block, filters *= number("widening")) {
            if (filters > io::largest_size) throw Error(ErrorCode::invalid_argument, "[search] block " + std::to_string(block + 1) + " would have " + std::to_string(filters) + " filters");
            layers_.push_back(Conv2d{.filters = static_cast<std::uint32_t>(filters), .kernel = number("kernel"), .padding = Padding::same(), .bias = !normalizes(), .weight_init = init_});
            activate();
            layers_.push_back(MaxPool2d{2});
        }
        layers_.push_back(Flatten{});
        if (number("dense") > 0) add_dense();
        return finish();
    }
    Network dense() {
        if (number("dense") == 0 && number("blocks") > 0) throw Error(ErrorCode::invalid_argument, "[search] a dense network needs \"dense\" of at least 1");
        layers_.push_back(Flatten{});
        for (std::uint32_t block = 0; block < number("blocks"); ++block) add_dense();
        return finish();
    }

  private:
    std::uint32_t number(const char* name) const { return s_.at(name).get<std::uint32_t>(); }
    bool normalizes() const { return s_.at("batch_norm").get<bool>(); }
    void activate() {
        if (normalizes()) layers_.push_back(BatchNorm{});
        layers_.push_back(activation_);
    }
    void add_dense() {
        layers_.push_back(Dense{.units = number("dense"), .bias = !normalizes(), .weight_init = init_});
        activate();
        if (const float rate = s_.at("dropout").get<float>(); rate > 0) layers_.push_back(Dropout{rate});
    }
    Network finish() {
        layers_.push_back(Dense{.units = classes_, .weight_init = init_});
        return Sequential(layers_);
    }

    const Json& s_;
    std::uint32_t classes_;
    Init init_;
    Layer activation_ = Relu{};
    std::vector<Layer> layers_;
};

}  // namespace

std::vector<std::string> network_names() {
    std::vector<std::string> names = {"convolutional", "dense"};
    for (const std::string& name : recipe_names()) names.push_back(name);
    return names;
}

std::vector<std::string> activation_names() {
    std::vector<std::string> names;
    for (const NamedActivation& known : activations()) names.emplace_back(known.name);
    return names;
}

Network network_of(const Json& settings, std::uint32_t classes) {
    const std::string name = settings.at("network").get<std::string>();
    if (name == "convolutional") return Builder(settings, classes).convolutional();
    if (name == "dense") return Builder(settings, classes).dense();
    return recipe(name).network;
}

}  // namespace hekla::search
