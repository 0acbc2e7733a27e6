#include "data/find_files.h"

#include <filesystem>
#include <optional>

#include <hekla/error.h>
#include "base/system.h"

namespace hekla::data {

namespace fs = std::filesystem;
using base::path_of, base::utf8_of;

namespace {

// MNIST and Fashion-MNIST share their file names: $HEKLA_DATA_DIR=.../mnist is no place for the
// other.
bool is_of_another_set(const WantedFiles& wanted, const fs::path& folder) {
    const std::string last = utf8_of((folder / "").parent_path().filename());
    return last != wanted.name && (last == "mnist" || last == "fashion-mnist");
}

void add_with_subfolders(std::vector<fs::path>& places, const WantedFiles& wanted,
                         const fs::path& folder) {
    for (const auto& subfolder : wanted.subfolders) places.push_back(folder / subfolder);
    places.push_back(folder);
}

std::vector<fs::path> places_to_search(const WantedFiles& wanted, const std::string& folder) {
    std::vector<fs::path> places;
    // Who names a folder wants the data that lie there and no other.
    if (!folder.empty()) {
        add_with_subfolders(places, wanted, path_of(folder));
        return places;
    }
    if (const auto named = path_of(base::environment("HEKLA_DATA_DIR")); !named.empty()) {
        if (!is_of_another_set(wanted, named)) add_with_subfolders(places, wanted, named);
    }
    if (const auto packaged = base::packaged_data_folder(); !packaged.empty()) {
        places.push_back(packaged / wanted.name);
    }
    const fs::path user = base::user_cache_folder();
    if (!user.empty()) {
        for (const auto& subfolder : wanted.subfolders) places.push_back(user / subfolder);
    }
    return places;
}

std::optional<std::string> first_present(const fs::path& place,
                                         const std::vector<std::string>& names) {
    for (const auto& name : names) {
        std::error_code error;
        if (fs::exists(place / name, error)) return utf8_of(place / name);
    }
    return std::nullopt;
}

std::string what_is_there(const fs::path& place, const FoundFiles& found,
                          const std::vector<std::string>& missing) {
    std::error_code error;
    if (!fs::is_directory(place, error)) return "no such folder";
    if (found.paths.empty()) return "none of its files";
    std::string text = "incomplete, lacks";
    for (const auto& name : missing) text += " " + name;
    return text;
}

std::string how_to_get(const WantedFiles& wanted, const std::string& folder) {
    std::string text = "\nGet it with ";
    if (!wanted.debian_package.empty() && !base::packaged_data_folder().empty())
        text += "'apt-get install " + wanted.debian_package + "' or ";
    text += "'tools/get-data " + wanted.name;
    if (!folder.empty()) text += " --dir " + folder;
    return text + "', or name its folder (--data-dir or HEKLA_DATA_DIR).";
}

}  // namespace

FoundFiles find_files(const WantedFiles& wanted, const std::string& folder) {
    std::string searched;
    for (const auto& place : places_to_search(wanted, folder)) {
        FoundFiles found{utf8_of(place), {}};
        std::vector<std::string> missing;
        for (const auto& names : wanted.files) {
            if (auto path = first_present(place, names)) {
                found.paths.push_back(*path);
            } else {
                missing.push_back(names.front());
            }
        }
        if (missing.empty()) return found;
        searched += "\n  " + utf8_of(place) + " (" + what_is_there(place, found, missing) + ")";
    }
    throw Error(ErrorCode::not_found, "[data] " + wanted.name + " not found. Searched:" + searched +
                                          how_to_get(wanted, folder));
}

}  // namespace hekla::data
