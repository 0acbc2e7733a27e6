#pragma once
// The data sets that the command knows by name.

#include <hekla/data.h>
#include <hekla/nn.h>

#include <string>
#include <vector>

namespace hekla::command {

std::vector<std::string> data_set_names();

/// The one data set that is there and has the model's image shape and class names. Throws Error
/// asking for --data if none or several have.
data::TrainTest data_set_of(const InputInfo& input, const std::string& folder);

}  // namespace hekla::command
