#include "data/find_files.h"

#include <cstdlib>
#include <filesystem>
#include <optional>

#include <hekla/error.h>

namespace hekla::data {

namespace fs = std::filesystem;

namespace {

std::string environment(const char* variable) {
    const char* value = std::getenv(variable);
    return value ? value : "";
}

// MNIST and Fashion-MNIST share their file names: $HEKLA_DATA_DIR=.../mnist is no place for the
// other.
bool is_of_another_set(const WantedFiles& wanted, const fs::path& folder) {
    const std::string last = (folder / "").parent_path().filename().string();
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
        add_with_subfolders(places, wanted, folder);
        return places;
    }
    if (const auto named = environment("HEKLA_DATA_DIR"); !named.empty()) {
        if (!is_of_another_set(wanted, named)) add_with_subfolders(places, wanted, named);
    }
    places.push_back(fs::path("/usr/share/datasets") / wanted.name);
    const std::string cache = environment("XDG_CACHE_HOME"), home = environment("HOME");
    fs::path user;
    if (!cache.empty()) {
        user = fs::path(cache) / "hekla";
    } else if (!home.empty()) {
        user = fs::path(home) / ".cache" / "hekla";
    }
    if (!user.empty()) {
        for (const auto& subfolder : wanted.subfolders) places.push_back(user / subfolder);
    }
    return places;
}

std::optional<std::string> first_present(const fs::path& place,
                                         const std::vector<std::string>& names) {
    for (const auto& name : names) {
        std::error_code error;
        if (fs::exists(place / name, error)) return (place / name).string();
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
    if (!wanted.debian_package.empty())
        text += "'apt-get install " + wanted.debian_package + "' or ";
    text += "'tools/get-data " + wanted.name;
    if (!folder.empty()) text += " --dir " + folder;
    return text + "', or name its folder (--data-dir or HEKLA_DATA_DIR).";
}

}  // namespace

FoundFiles find_files(const WantedFiles& wanted, const std::string& folder) {
    std::string searched;
    for (const auto& place : places_to_search(wanted, folder)) {
        FoundFiles found{place.string(), {}};
        std::vector<std::string> missing;
        for (const auto& names : wanted.files) {
            if (auto path = first_present(place, names)) {
                found.paths.push_back(*path);
            } else {
                missing.push_back(names.front());
            }
        }
        if (missing.empty()) return found;
        searched += "\n  " + place.string() + " (" + what_is_there(place, found, missing) + ")";
    }
    throw Error(ErrorCode::not_found, "[data] " + wanted.name + " not found. Searched:" + searched +
                                          how_to_get(wanted, folder));
}

}  // namespace hekla::data
