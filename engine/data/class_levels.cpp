#include <algorithm>

#include <hekla/data.h>

namespace hekla::data {

namespace {

/// What a class belongs to at this depth; groups of the same name in different groups are not the same.
std::string group_name(const std::string& name, const std::vector<std::string>& around, std::size_t depth) {
    if (around.size() <= depth) return name;
    std::string path = around[0];
    for (std::size_t i = 1; i <= depth; ++i) path += "/" + around[i];
    return path;
}

}  // namespace

std::vector<ClassLevel> class_levels(const std::vector<std::string>& classes,
                                     const std::vector<std::vector<std::string>>& parents) {
    std::size_t depth = 0;
    for (const auto& around : parents) depth = std::max(depth, around.size());
    std::vector<ClassLevel> levels(depth);
    for (std::size_t d = 0; d < depth; ++d) {
        ClassLevel& level = levels[d];
        for (std::size_t c = 0; c < classes.size(); ++c) {
            const std::string name = group_name(classes[c], parents[c], d);
            const auto place = std::find(level.names.begin(), level.names.end(), name);
            level.group_of.push_back(static_cast<std::uint32_t>(place - level.names.begin()));
            if (place == level.names.end()) level.names.push_back(name);
        }
    }
    return levels;
}

std::vector<double> group_probabilities(const ClassLevel& level, std::span<const float> probabilities) {
    std::vector<double> sums(level.names.size());
    for (std::size_t c = 0; c < probabilities.size() && c < level.group_of.size(); ++c) sums[level.group_of[c]] += double{probabilities[c]};
    return sums;
}

}  // namespace hekla::data
