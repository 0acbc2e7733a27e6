#include "shader-report/assembly.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>
#include <vector>

namespace hekla::shader_report {
namespace {

struct Instruction {
    std::uint32_t slots = 0, multiply_adds = 0;
    std::string target;  // label that it jumps to, or empty
};

struct Listing {
    std::vector<Instruction> instructions;
    std::map<std::string, std::size_t> labels;  // index of the instruction that follows
};

bool starts_with(const std::string& text, const char* prefix) { return text.rfind(prefix, 0) == 0; }

std::uint32_t count(const std::string& text, const std::string& part) {
    std::uint32_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++found;
    return found;
}

/// The word at the end of a line, up to the first of `ends`.
std::string word_from(const std::string& line, std::size_t at, const char* ends) {
    const std::size_t begin = line.find_first_not_of(" \t", at);
    return begin == std::string::npos ? "" : line.substr(begin, line.find_first_of(ends, begin) - begin);
}

bool is_label(const std::string& line, const char* prefix) { return starts_with(line, prefix) && line.back() == ':'; }

// "BB3:", "\tv_fmac_f32_e32 v17, v52, v36   ; 56224934", "\ts_cbranch_scc0 BB11"
void read_aco(const std::string& line, Listing& listing) {
    if (is_label(line, "BB")) {
        listing.labels[line.substr(0, line.size() - 1)] = listing.instructions.size();
        return;
    }
    if (line[0] != '\t') return;
    const std::string code = line.substr(1, line.find(';') - 1);
    if (code.empty() || !std::isalpha(static_cast<unsigned char>(code[0]))) return;
    Instruction instruction{1 + count(code, "::"), 0, ""};
    for (const char* name : {"v_fmac_f32", "v_fma_f32", "v_mac_f32", "v_mad_f32", "v_fmaak_f32", "v_fmamk_f32", "v_madak_f32",
                             "v_madmk_f32", "v_dual_fmac_f32", "v_dual_fmaak_f32", "v_dual_fmamk_f32"})
        instruction.multiply_adds += count(code, name);
    if (starts_with(code, "v_pk_fma_f32")) instruction = {2, 2, ""};
    if (starts_with(code, "s_branch") || starts_with(code, "s_cbranch")) instruction.target = word_from(code, code.find(' '), " \t");
    listing.instructions.push_back(instruction);
}

// "LABEL2:", "mad(16)  g102<1>F ...", "while(16)  JIP:  LABEL2"; continuations of a send are indented.
void read_gen(const std::string& line, Listing& listing) {
    if (is_label(line, "LABEL")) {
        listing.labels[line.substr(0, line.size() - 1)] = listing.instructions.size();
        return;
    }
    const bool predicated = line[0] == '(';
    if (!predicated && !std::islower(static_cast<unsigned char>(line[0]))) return;
    const std::size_t begin = predicated ? line.find_first_not_of(' ', line.find(')') + 1) : 0;
    if (begin == std::string::npos || line.find('(', begin) == std::string::npos) return;
    const std::string code = line.substr(begin);
    Instruction instruction{1, 0, ""};
    if ((starts_with(code, "mad") || starts_with(code, "mac")) && code.find(">F") != std::string::npos) instruction.multiply_adds = 1;
    if (starts_with(code, "while")) instruction.target = word_from(code, code.find("JIP:") + 4, " \t");
    listing.instructions.push_back(instruction);
}

// "l207:", "(jp)(nop3) shr.b r19.w, r13.w, 2", "(rpt2)nop", "(sy)(rpt1)mad.f32 ...", "jump #l207"
void read_ir3(const std::string& line, Listing& listing) {
    if (is_label(line, "l") && std::isdigit(static_cast<unsigned char>(line[1]))) {
        listing.labels[line.substr(0, line.size() - 1)] = listing.instructions.size();
        return;
    }
    std::uint32_t repeats = 0, waits = 0;
    std::size_t at = 0;
    while (at < line.size() && (line[at] == '(' || line[at] == ' ')) {
        if (line[at] == ' ') {
            ++at;
            continue;
        }
        const std::size_t end = line.find(')', at);
        if (end == std::string::npos) return;
        const std::string flag = line.substr(at + 1, end - at - 1);
        if (starts_with(flag, "rpt")) repeats = static_cast<std::uint32_t>(std::stoul(flag.substr(3)));
        if (starts_with(flag, "nop")) waits = static_cast<std::uint32_t>(std::stoul(flag.substr(3)));
        at = end + 1;
    }
    if (at >= line.size() || !std::islower(static_cast<unsigned char>(line[at]))) return;
    const std::string code = line.substr(at);
    Instruction instruction{1 + repeats + waits, 0, ""};
    // Turnip of Mesa 22.3 writes no mad.f32, not even for fma(): both halves of what would be one count.
    if (starts_with(code, "mad.f32") || starts_with(code, "mul.f") || starts_with(code, "add.f")) instruction.multiply_adds = 1 + repeats;
    const std::size_t label = code.find("#l");
    if (label != std::string::npos && (starts_with(code, "br") || starts_with(code, "jump")))
        instruction.target = word_from(code, label + 1, " \t,");
    listing.instructions.push_back(instruction);
}

Listing read(const std::string& text, Assembler assembler) {
    Listing listing;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back()))) line.pop_back();
        if (line.empty()) continue;
        switch (assembler) {
            case Assembler::aco: read_aco(line, listing); break;
            case Assembler::gen: read_gen(line, listing); break;
            case Assembler::ir3: read_ir3(line, listing); break;
        }
    }
    return listing;
}

struct Span {
    std::size_t first, last;
    bool contains(const Span& other) const { return first <= other.first && other.last <= last && (first != other.first || last != other.last); }
};

/// A jump back to a label makes a loop; several to the same label make one.
std::vector<Span> loops_of(const Listing& listing) {
    std::map<std::size_t, std::size_t> last_by_first;
    for (std::size_t i = 0; i < listing.instructions.size(); ++i) {
        const auto label = listing.labels.find(listing.instructions[i].target);
        if (label != listing.labels.end() && label->second <= i) last_by_first[label->second] = i;
    }
    std::vector<Span> spans;
    for (const auto& [first, last] : last_by_first) spans.push_back({first, last});
    return spans;
}

}  // namespace

std::optional<Loop> hottest_loop(const std::string& text, Assembler assembler) {
    const Listing listing = read(text, assembler);
    const std::vector<Span> spans = loops_of(listing);
    std::optional<Loop> hottest;
    for (const Span& span : spans) {
        if (std::any_of(spans.begin(), spans.end(), [&](const Span& other) { return span.contains(other); })) continue;
        Loop loop;
        for (std::size_t i = span.first; i <= span.last; ++i) {
            loop.instructions += listing.instructions[i].slots;
            loop.multiply_adds += listing.instructions[i].multiply_adds;
        }
        if (loop.multiply_adds > (hottest ? hottest->multiply_adds : 0)) hottest = loop;
    }
    return hottest;
}

}  // namespace hekla::shader_report
