#include "inspect_folder.h"

#include <hekla/data.h>
#include <hekla/error.h>
#include <hekla/io.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iostream>
#include <map>

#include "base/parallel.h"
#include "command.h"
#include "data/folder_tree.h"
#include "data/picture_files.h"
#include "duplicates.h"
#include "output.h"

namespace hekla::command {
namespace {

constexpr std::size_t most_listed = 20;
using Size = std::pair<std::uint32_t, std::uint32_t>;  // width, height

struct FileFacts {
    std::string path, part, class_name;
    std::string unreadable, hash;
    Size size;
    std::uint64_t pixels = 0;
    std::array<std::uint64_t, 3> sum{}, square{};  // of bytes, by channel: a grey picture has the same in all
    bool colour = false, sixteen_bits = false;
};

void count_pixels(FileFacts& file, const io::Image& image) {
    const io::Image rgb = io::resized(image, image.height, image.width, 3);
    file.pixels = rgb.pixels.size() / 3;
    for (std::size_t i = 0; i < rgb.pixels.size(); ++i) {
        const std::uint64_t value = rgb.pixels[i];
        file.sum[i % 3] += value;
        file.square[i % 3] += value * value;
    }
}

/// Equal pixels of equal size, whatever the file's format.
std::string hash_of(const io::Image& image) {
    return std::to_string(image.width) + "x" + std::to_string(image.height) + "x" + std::to_string(image.channels) + " " +
           io::sha256(std::as_bytes(std::span(image.pixels)));
}

void look_into(FileFacts& file) {
    const data::PictureHeader header = data::read_picture_header(file.path);
    file.unreadable = header.unreadable;
    if (!file.unreadable.empty()) return;
    try {
        const io::Image image = io::read_image(file.path);
        file.size = {image.width, image.height};
        file.colour = image.channels > 1;
        file.sixteen_bits = header.info.sixteen_bits;
        count_pixels(file, image);
        file.hash = hash_of(image);
    } catch (const Error& error) {
        file.unreadable = data::reason_of(error, file.path);
    } catch (const std::bad_alloc&) {
        file.unreadable = "there is no memory to decode it";
    }
}

struct PartFacts {
    std::string name;
    std::uint64_t images = 0, sixteen_bits = 0, pixels = 0;
    std::map<std::string, std::uint64_t> per_class;
    std::map<Size, std::uint64_t> sizes;
    std::array<double, 3> sum{}, square{};
    bool colour = false;

    void add(const FileFacts& file) {
        ++images;
        ++per_class[file.class_name];
        ++sizes[file.size];
        sixteen_bits += file.sixteen_bits;
        pixels += file.pixels;
        colour = colour || file.colour;
        for (std::size_t c = 0; c < 3; ++c) {
            sum[c] += static_cast<double>(file.sum[c]);
            square[c] += static_cast<double>(file.square[c]);
        }
    }
    std::size_t channels() const { return colour ? 3 : 1; }
    double mean(std::size_t c) const { return pixels ? sum[c] / static_cast<double>(pixels) / 255 : 0; }
    double deviation(std::size_t c) const {
        return pixels ? std::sqrt(std::max(0.0, square[c] / static_cast<double>(pixels) / (255.0 * 255.0) - mean(c) * mean(c))) : 0;
    }
};

struct FolderFacts {
    std::vector<std::string> classes, notes;
    std::vector<PartFacts> parts;
    std::vector<FileFacts> unreadable;
    Duplicates duplicates;
};

std::string class_name(const data::ClassFolder& folder) {
    std::string name;
    for (const std::string& part : folder.path) name += (name.empty() ? "" : "/") + part;
    return name;
}

FolderFacts facts_of(const std::string& root) {
    const data::FolderTree tree = data::read_folder_tree(root);
    FolderFacts facts{.notes = tree.notes};
    std::vector<FileFacts> files;
    const auto add_part = [&](const char* name, const data::FolderPart& part) {
        if (part.folder.empty()) return;
        facts.parts.push_back({.name = name});
        for (const data::ClassFolder& folder : part.classes) {
            const std::string in = class_name(folder);
            if (std::find(facts.classes.begin(), facts.classes.end(), in) == facts.classes.end()) facts.classes.push_back(in);
            for (const std::string& path : folder.files) files.push_back({.path = path, .part = name, .class_name = in});
        }
    };
    add_part("train", tree.train);
    add_part("validation", tree.validation);
    add_part("test", tree.test);
    base::parallel_for(files.size(), 0, [&](std::uint64_t i) { look_into(files[i]); });
    for (FileFacts& file : files) {
        if (!file.unreadable.empty()) {
            facts.unreadable.push_back(std::move(file));
            continue;
        }
        std::find_if(facts.parts.begin(), facts.parts.end(), [&](const PartFacts& part) { return part.name == file.part; })->add(file);
        facts.duplicates.add(file.hash, {file.part, file.class_name, file.path});
    }
    return facts;
}

Json part_json(const PartFacts& part, const std::vector<std::string>& classes) {
    Json json = {{"images", part.images}, {"per_class", Json::array()}, {"mean", Json::array()}, {"deviation", Json::array()},
                 {"sizes", Json::array()}, {"sixteen_bits", part.sixteen_bits}};
    for (const std::string& name : classes) json["per_class"].push_back(part.per_class.contains(name) ? part.per_class.at(name) : 0);
    for (std::size_t c = 0; c < part.channels(); ++c) {
        json["mean"].push_back(part.mean(c));
        json["deviation"].push_back(part.deviation(c));
    }
    for (const auto& [size, count] : part.sizes) json["sizes"].push_back({{"width", size.first}, {"height", size.second}, {"images", count}});
    return json;
}

void print_json_of(const std::string& root, const FolderFacts& facts) {
    Json json = {{"data", root}, {"classes", facts.classes}};
    for (const PartFacts& part : facts.parts) json[part.name] = part_json(part, facts.classes);
    json["unreadable"] = Json::array();
    for (const FileFacts& file : facts.unreadable) json["unreadable"].push_back({{"file", file.path}, {"reason", file.unreadable}});
    json["duplicates"] = duplicates_json(facts.duplicates);
    json["notes"] = facts.notes;
    print_json(json);
}

std::string sizes_text(const PartFacts& part) {
    if (part.sizes.size() == 1) return std::to_string(part.sizes.begin()->first.first) + " x " + std::to_string(part.sizes.begin()->first.second) + " pixels";
    std::array<std::uint32_t, 4> s{~0u, 0, ~0u, 0};
    for (const auto& [size, count] : part.sizes)
        s = {std::min(s[0], size.first), std::max(s[1], size.first), std::min(s[2], size.second), std::max(s[3], size.second)};
    return std::to_string(part.sizes.size()) + " sizes, " + std::to_string(s[0]) + " to " + std::to_string(s[1]) + " pixels wide and " + std::to_string(s[2]) +
           " to " + std::to_string(s[3]) + " high";
}

void print_part(const PartFacts& part) {
    std::cout << part.name << ": " << part.images << " images";
    if (part.images) {
        std::cout << ", " << sizes_text(part) << (part.colour ? ", colour" : ", grey") << "; per channel (0 to 1):";
        for (std::size_t c = 0; c < part.channels(); ++c)
            std::cout << (c ? ";" : "") << " mean " << fixed(part.mean(c), 4) << ", deviation " << fixed(part.deviation(c), 4);
        if (part.sixteen_bits) std::cout << "; " << part.sixteen_bits << " have 16 bits, of which the upper 8 are used";
    }
    std::cout << "\n";
}

void print_text(const std::string& root, const FolderFacts& facts) {
    std::cout << printable(root) << ": " << facts.classes.size() << " classes\n";
    for (const PartFacts& part : facts.parts) print_part(part);
    std::cout << duplicates_text(facts.duplicates) << "unreadable: " << (facts.unreadable.empty() ? "none" : std::to_string(facts.unreadable.size()) + " files") << "\n";
    for (std::size_t i = 0; i < std::min(most_listed, facts.unreadable.size()); ++i)
        std::cout << "  " << printable(facts.unreadable[i].path) << ": " << printable(facts.unreadable[i].unreadable) << "\n";
    if (facts.unreadable.size() > most_listed) std::cout << "  and " << facts.unreadable.size() - most_listed << " more (--json lists all)\n";
    for (const std::string& note : facts.notes) std::cout << "note: " << printable(note) << "\n";
    std::vector<std::vector<std::string>> rows = {{"class", "name"}};
    for (const PartFacts& part : facts.parts) rows[0].push_back(part.name);
    for (std::size_t c = 0; c < facts.classes.size(); ++c) {
        rows.push_back({std::to_string(c), facts.classes[c]});
        for (const PartFacts& part : facts.parts)
            rows.back().push_back(std::to_string(part.per_class.contains(facts.classes[c]) ? part.per_class.at(facts.classes[c]) : 0));
    }
    std::cout << "\n" << table(rows);
}

}  // namespace

int inspect_folder(const std::string& folder, bool json) {
    const FolderFacts facts = facts_of(folder);
    if (json) print_json_of(folder, facts);
    else print_text(folder, facts);
    return exit_success;
}

}  // namespace hekla::command
