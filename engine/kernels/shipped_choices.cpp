#include "kernels/shipped_choices.h"

#include <hekla/error.h>

#include "kernels/text_lines.h"

namespace hekla::kernels {

// Generated from choices/shipped.txt by tools/embed_text.py.
extern const char* const shipped_lines[];
extern const std::size_t shipped_line_count;

namespace {

constexpr std::string_view device_word = "device ";

}  // namespace

ShippedTable parse_shipped(std::string_view text, const std::string& origin) {
    ShippedTable table;
    KernelChoices* section = nullptr;
    TextLines lines(text);
    while (const std::optional<std::string_view> line = lines.next()) {
        if (line->empty() || line->starts_with('#')) continue;
        if (line->starts_with(device_word)) {
            section = &table[std::string(line->substr(device_word.size()))];
            continue;
        }
        const std::vector<std::string_view> fields = fields_of(*line);
        if (!section || fields.size() != 2 || fields[0].empty() || fields[1].empty() ||
            !section->emplace(fields[0], fields[1]).second)
            throw Error(ErrorCode::invalid_file, "[choices] " + origin + ", line " + std::to_string(lines.number()) +
                                                     ": neither a device nor a problem of it that is not there yet, and its implementation");
    }
    return table;
}

std::string shipped_text(const ShippedTable& table) {
    std::string text = "# Implementations that were measured to be faster than those of the heuristics: tools/tune-shipped writes this.\n";
    for (const auto& [model, choices] : table) {
        text += std::string(device_word) + model + "\n";
        for (const auto& [problem, implementation] : choices) text.append(problem).append("\t").append(implementation).append("\n");
    }
    return text;
}

KernelChoices shipped_choices(const std::string& model) {
    // Only one section is read: this happens at every start.
    KernelChoices choices;
    bool inside = false;
    for (const std::string_view line : std::span(shipped_lines, shipped_line_count)) {
        if (line.starts_with(device_word)) {
            inside = line.substr(device_word.size()) == model;
        } else if (inside) {
            const std::vector<std::string_view> fields = fields_of(line);
            if (fields.size() == 2) choices.emplace(fields[0], fields[1]);
        }
    }
    return choices;
}

}  // namespace hekla::kernels
