#include "data_sets.h"

#include <hekla/error.h>

#include <algorithm>
#include <optional>

namespace hekla::command {

namespace {

/// What to know before a set is loaded, which takes a while.
struct KnownSet {
    std::string name;
    Shape image_shape;
};

std::vector<KnownSet> known_sets() {
    return {{"mnist", {28, 28, 1}},
            {"fashion-mnist", {28, 28, 1}},
            {"cifar10", {32, 32, 3}},
            {"cifar100", {32, 32, 3}}};
}

std::string joined_names() {
    std::string names;
    for (const std::string& name : data_set_names()) names += (names.empty() ? "" : ", ") + name;
    return names;
}

bool fits(const data::Dataset& set, const InputInfo& input) {
    return set.image_shape == input.image_shape && set.classes == input.classes;
}

/// A set that is not there is no candidate; a damaged one is an error.
std::optional<data::TrainTest> load_if_there(const std::string& name, const std::string& folder) {
    try {
        return data::load(name, folder);
    } catch (const Error& error) {
        if (error.code() != ErrorCode::not_found) throw;
        return std::nullopt;
    }
}

}  // namespace

std::vector<std::string> data_set_names() {
    std::vector<std::string> names;
    for (const KnownSet& set : known_sets()) names.push_back(set.name);
    return names;
}

data::TrainTest data_set_of(const InputInfo& input, const std::string& folder) {
    std::optional<data::TrainTest> found;
    for (const KnownSet& set : known_sets()) {
        if (set.image_shape != input.image_shape) continue;
        std::optional<data::TrainTest> data = load_if_there(set.name, folder);
        if (!data || !fits(data->test, input)) continue;
        if (found) {
            throw Error(ErrorCode::invalid_argument,
                        "[--data] both " + found->test.name + " and " + data->test.name +
                            " fit the model; name one with --data");
        }
        found = std::move(data);
    }
    if (found) return std::move(*found);
    throw Error(ErrorCode::not_found,
                "[--data] no data set that is there has the model's " +
                    std::to_string(input.classes.size()) + " classes and images of " +
                    to_string(input.image_shape) + "; name one with --data (" + joined_names() +
                    ") and its folder with --data-dir");
}

}  // namespace hekla::command
