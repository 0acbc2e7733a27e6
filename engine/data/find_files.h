#pragma once
// Where a data set lies on this machine.

#include <string>
#include <vector>

namespace hekla::data {

/// What to look for: each file under any of its accepted names.
struct WantedFiles {
    std::string name;                             // of the data set
    std::vector<std::string> subfolders;          // tried before the folder itself
    std::vector<std::vector<std::string>> files;  // alternatives, the first is the usual name
    std::string debian_package;                   // empty: there is none
};

struct FoundFiles {
    std::string folder;
    std::vector<std::string> paths;  // one per entry of WantedFiles::files
};

/// The first place that has all files. Throws Error (not_found) listing the places and what is
/// missing in each, and how to get the data.
FoundFiles find_files(const WantedFiles& wanted, const std::string& folder);

}  // namespace hekla::data
