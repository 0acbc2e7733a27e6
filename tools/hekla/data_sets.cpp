#include "data_sets.h"

#include <hekla/error.h>

#include <algorithm>
#include <optional>

namespace hekla::command {

namespace {

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

const std::vector<std::string>& data_set_names() {
    static const std::vector<std::string> names = {"mnist", "fashion-mnist", "cifar10", "cifar100"};
    return names;
}

data::TrainTest data_set_of(const InputInfo& input, const std::string& folder) {
    std::optional<data::TrainTest> found;
    for (const std::string& name : data_set_names()) {
        std::optional<data::TrainTest> data = load_if_there(name, folder);
        if (!data || !fits(data->test, input)) continue;
        if (found) {
            throw Error(ErrorCode::invalid_argument,
                        "[--data] both " + found->test.name + " and " + data->test.name +
                            " fit the model; name one with --data");
        }
        found = std::move(data);
    }
    if (found) return std::move(*found);
    std::string names;
    for (const std::string& name : data_set_names()) names += (names.empty() ? "" : ", ") + name;
    throw Error(ErrorCode::not_found,
                "[--data] no data set that is there has the model's " +
                    std::to_string(input.classes.size()) + " classes and images of " +
                    to_string(input.image_shape) + "; name one with --data (" + names +
                    ") and its folder with --data-dir");
}

}  // namespace hekla::command
