#pragma once
// Picture files as the samples of a network.

#include <hekla/data.h>
#include <hekla/network.h>

#include <string>
#include <vector>

namespace hekla::command {

/// All are read, scaled by the rule of the input (InputInfo::fit) and converted to its shape; the labels are 0 and mean nothing. invert: dark and bright are
/// swapped. Throws Error naming the file that can't be read.
data::Dataset read_pictures(const std::vector<std::string>& paths, bool invert, const InputInfo& input);

/// Of a class without a name: its number.
std::string class_name(const std::vector<std::string>& classes, std::size_t index);

}  // namespace hekla::command
