#include "duplicates.h"

#include <algorithm>
#include <tuple>

namespace hekla::command {

namespace {

using Group = std::vector<ImagePlace>;

bool differ(const Group& group, std::string ImagePlace::*member) {
    return std::any_of(group.begin(), group.end(), [&](const ImagePlace& place) { return place.*member != group[0].*member; });
}

/// Of the two, an image with two labels is worse than one that is learnt and tested.
int badness(const Group& group) { return 2 * differ(group, &ImagePlace::class_name) + differ(group, &ImagePlace::part); }

}  // namespace

Duplicates::Counts Duplicates::counts() const {
    Counts counts;
    for (const auto& [hash, group] : by_hash_) {
        counts.images += group.size() - 1;
        counts.across_parts += differ(group, &ImagePlace::part);
        counts.across_classes += differ(group, &ImagePlace::class_name);
    }
    return counts;
}

std::vector<Group> Duplicates::groups(std::size_t most) const {
    std::vector<Group> groups;
    for (const auto& [hash, group] : by_hash_)
        if (group.size() > 1) groups.push_back(group);
    // By place, because the order of the hashes says nothing.
    const auto key = [](const Group& group) { return std::tuple(-badness(group), group[0].part, group[0].class_name, group[0].name); };
    std::stable_sort(groups.begin(), groups.end(), [&](const Group& a, const Group& b) { return key(a) < key(b); });
    groups.resize(std::min(most, groups.size()));
    return groups;
}

std::string duplicates_text(const Duplicates& duplicates) {
    constexpr std::size_t most_groups = 5, most_places = 4;
    const Duplicates::Counts counts = duplicates.counts();
    if (counts.images == 0) return "exact duplicates: none\n";
    std::string text = "exact duplicates: " + std::to_string(counts.images) + " images; in " + std::to_string(counts.across_parts) +
                       " cases in more than one part, in " + std::to_string(counts.across_classes) + " with more than one class\n";
    for (const Group& group : duplicates.groups(most_groups)) {
        std::string line;
        for (std::size_t i = 0; i < std::min(group.size(), most_places); ++i)
            line += (i ? " = " : "  ") + group[i].part + " " + group[i].name + " (" + group[i].class_name + ")";
        text += printable(line) + (group.size() > most_places ? " = .." : "") + "\n";
    }
    return text;
}

Json duplicates_json(const Duplicates& duplicates) {
    constexpr std::size_t most_groups = 100;
    const Duplicates::Counts counts = duplicates.counts();
    Json json = {{"images", counts.images}, {"across_parts", counts.across_parts}, {"across_classes", counts.across_classes}, {"groups", Json::array()}};
    for (const Group& group : duplicates.groups(most_groups)) {
        Json places = Json::array();
        for (const ImagePlace& place : group) places.push_back({{"part", place.part}, {"class", place.class_name}, {"image", place.name}});
        json["groups"].push_back(places);
    }
    return json;
}

}  // namespace hekla::command
