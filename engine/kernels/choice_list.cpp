// KernelChoices as text.

#include <hekla/choices.h>
#include <hekla/error.h>

#include "kernels/text_lines.h"

namespace hekla {
namespace {

constexpr std::string_view heading = "hekla-choices 1";

}  // namespace

std::string choices_text(const KernelChoices& choices) {
    std::string text = std::string(heading) + "\n";
    for (const auto& [problem, implementation] : choices) text.append(problem).append("\t").append(implementation).append("\n");
    return text + "end " + std::to_string(choices.size()) + "\n";
}

KernelChoices parse_choices(std::string_view text, const std::string& origin) {
    kernels::TextLines lines(text);
    const auto fail = [&](const std::string& why) -> void {
        throw Error(ErrorCode::invalid_file, "[choices] " + origin + ", line " + std::to_string(lines.number()) + ": " + why +
                                                 "; such files are written by --write-choices");
    };
    KernelChoices choices;
    if (lines.next() != heading) fail("it does not begin with '" + std::string(heading) + "'");
    while (const std::optional<std::string_view> line = lines.next()) {
        if (line->starts_with("end ")) {
            if (*line != "end " + std::to_string(choices.size())) fail("it has another number of choices than its end says");
            if (lines.next()) fail("something follows its end");
            return choices;
        }
        const std::vector<std::string_view> fields = kernels::fields_of(*line);
        if (fields.size() != 2 || fields[0].empty() || fields[1].empty()) fail("this is no problem and implementation with a tab between them");
        if (!choices.emplace(fields[0], fields[1]).second) fail("problem '" + std::string(fields[0]) + "' is there twice");
    }
    fail("it has no end: it was cut off");
    return {};
}

}  // namespace hekla
