#pragma once
// What is in a folder of pictures by class.

#include <string>

namespace hekla::command {

/// Looks into every file; one that cannot be read is listed. Prints and returns the exit status. Throws Error if
/// the folder has no pictures by class.
int inspect_folder(const std::string& folder, bool json);

}  // namespace hekla::command
