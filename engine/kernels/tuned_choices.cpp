#include "kernels/tuned_choices.h"

#include "base/fnv.h"
#include "kernels/text_lines.h"

namespace hekla::kernels {
namespace {

constexpr std::string_view form = "hekla-tuned 1";
constexpr std::size_t end_bytes = 64;  // more than the last line takes

std::string line_of(const std::string& problem, const TunedChoice& choice) {
    return problem + "\t" + choice.implementation + "\t" + (choice.full ? "full" : "quick") + "\t" + std::to_string(choice.nanoseconds) + "\t" +
           std::to_string(choice.first_nanoseconds) + "\n";
}

/// Appends choices while they fit; returns how many.
class Writer {
  public:
    explicit Writer(const TunedHeading& heading)
        : text_(std::string(form) + "\nengine " + heading.engine + "\ndevice " + heading.device + "\n") {}

    void add(const std::string& problem, const TunedChoice& choice) {
        if (!fits_field(problem) || !fits_field(choice.implementation)) return;
        const std::string line = line_of(problem, choice);
        if (text_.size() + line.size() + end_bytes > max_tuned_bytes) return;
        text_ += line;
        ++count_;
    }
    std::string finish() {
        const std::string hash = base::hex(base::fnv1a(text_), 16);
        return text_ + "end\t" + std::to_string(count_) + "\t" + hash + "\n";
    }

  private:
    std::string text_;
    std::size_t count_ = 0;
};

bool add_choice(TunedChoices& choices, std::string_view line) {
    const std::vector<std::string_view> fields = fields_of(line);
    if (fields.size() != 5 || fields[0].empty() || fields[1].empty()) return false;
    if (fields[2] != "full" && fields[2] != "quick") return false;
    const auto took = number_of(fields[3]), first = number_of(fields[4]);
    if (!took || !first) return false;
    return choices.emplace(fields[0], TunedChoice{std::string(fields[1]), fields[2] == "full", *took, *first}).second;
}

ParsedTuned ignored(std::string why) { return {{}, std::move(why)}; }

}  // namespace

std::string tuned_text(const TunedHeading& heading, const TunedChoices& choices, const TunedChoices& newest) {
    Writer writer(heading);
    for (const auto& [problem, choice] : newest) writer.add(problem, choice);
    for (const auto& [problem, choice] : choices)
        if (!newest.contains(problem)) writer.add(problem, choice);
    return writer.finish();
}

ParsedTuned parse_tuned(std::string_view text, const TunedHeading& heading) {
    if (text.size() > max_tuned_bytes) return ignored("is larger than " + std::to_string(max_tuned_bytes) + " bytes");
    TextLines lines(text);
    if (lines.next() != form) return ignored("is damaged, or written by another version of Hekla");
    const std::string_view engine = lines.next().value_or("");
    if (engine.starts_with("engine ") && engine.substr(7) != heading.engine)
        return ignored("was made by Hekla " + std::string(engine.substr(7, 20)) + ", this is " + heading.engine);
    const std::string_view device = lines.next().value_or("");
    if (device.starts_with("device ") && device.substr(7) != heading.device) return ignored("is about another device or driver");
    TunedChoices choices;
    const auto damaged = [&] { return ignored("is damaged at line " + std::to_string(lines.number())); };
    if (!engine.starts_with("engine ") || !device.starts_with("device ")) return damaged();
    for (std::size_t begin = text.size() - lines.rest().size();; begin = text.size() - lines.rest().size()) {
        const std::optional<std::string_view> line = lines.next();
        if (!line) return damaged();  // cut off
        if (line->starts_with("end\t")) {
            const std::string end = "end\t" + std::to_string(choices.size()) + "\t" + base::hex(base::fnv1a(text.substr(0, begin)), 16);
            return *line == end && lines.rest().empty() && text.ends_with('\n') ? ParsedTuned{std::move(choices), {}} : damaged();
        }
        if (!add_choice(choices, *line)) return damaged();
    }
}

}  // namespace hekla::kernels
