#include "shader-report/row.h"

#include <hekla/error.h>

#include <algorithm>
#include <cstdio>

#include "shader-report/assembly.h"

namespace hekla::shader_report {
namespace {

using vulkan::PipelineReport;

/// The sum of the statistics that are there; nothing if none is.
std::optional<double> sum(const PipelineReport& report, std::initializer_list<const char*> names) {
    std::optional<double> total;
    for (const char* name : names)
        if (const double* value = report.find(name)) total = total.value_or(0) + *value;
    return total;
}

std::optional<double> share_of(const PipelineReport& report, const char* text, Assembler assembler) {
    const std::string* assembly = report.find_text(text);
    if (assembly == nullptr) return std::nullopt;
    const std::optional<Loop> loop = hottest_loop(*assembly, assembler);
    return loop ? std::optional(loop->share()) : std::nullopt;
}

Costs amd(const PipelineReport& report) {
    return {sum(report, {"Instructions"}), sum(report, {"VGPRs"}), sum(report, {"Spilled SGPRs", "Spilled VGPRs", "Scratch size"}),
            sum(report, {"LDS size"}), sum(report, {"Subgroups per SIMD"}), sum(report, {"Inverse Throughput"}),
            share_of(report, "Assembly", Assembler::aco)};
}

Costs intel(const PipelineReport& report) {
    return {sum(report, {"Instruction Count"}), sum(report, {"Max live registers"}), sum(report, {"Spill Count", "Fill Count", "Scratch Memory Size"}),
            sum(report, {"Workgroup Memory Size"}), report.subgroup_size, sum(report, {"Cycle Count"}),
            share_of(report, "GEN Assembly", Assembler::gen)};
}

Costs adreno(const PipelineReport& report) {
    return {sum(report, {"Instruction Count"}), sum(report, {"Registers used"}), sum(report, {"STP Count", "LDP Count"}),
            std::nullopt, sum(report, {"Max Waves Per Core"}),
            sum(report, {"Instruction Count", "Estimated cycles stalled on SS", "Estimated cycles stalled on SY"}),
            share_of(report, "IR3 Assembly", Assembler::ir3)};
}

Row make_row(const vulkan::Variant& variant, const Use& use) {
    Row row;
    row.shader = variant.shader->name;
    row.constants = constants_text(variant);
    row.key = row.shader + (row.constants.empty() ? "" : " " + row.constants);
    row.use = use;
    return row;
}

std::string cell(const std::optional<double>& value, const char* format) {
    if (!value) return "-";
    char text[32];
    std::snprintf(text, sizeof text, format, *value);
    return text;
}

}  // namespace

Costs costs_of(const std::vector<PipelineReport>& reports) {
    if (reports.empty()) return {};
    const PipelineReport& report = reports.back();  // Intel: the widest, which is what a dispatch runs
    if (report.find("VGPRs")) return amd(report);
    if (report.find("SEND Count")) return intel(report);
    if (report.find("Max Waves Per Core")) return adreno(report);
    return {};
}

std::vector<Row> report_rows(vulkan::Device& device, const std::map<vulkan::Variant, Use>& variants) {
    std::vector<Row> rows;
    for (const auto& [variant, use] : variants) {
        Row row = make_row(variant, use);
        try {
            row.costs = costs_of(vulkan::report_pipeline(device, device.pipelines().get(variant)));
        } catch (const Error& error) {
            row.failure = error.what();
        }
        rows.push_back(std::move(row));
    }
    // The table of variants is ordered by address.
    std::sort(rows.begin(), rows.end(), [](const Row& l, const Row& r) { return l.key < r.key; });
    return rows;
}

std::vector<std::string> flags_of(const Row& row) {
    std::vector<std::string> flags;
    if (!row.failure.empty()) flags.push_back("refused");
    if (row.costs.spills.value_or(0) > 0) flags.push_back("spills");
    if (row.use.chosen) flags.push_back("default");
    return flags;
}

nlohmann::ordered_json to_json(const Row& row) {
    nlohmann::ordered_json json{{"shader", row.shader}, {"constants", row.constants}, {"network", row.use.network}, {"problem", row.use.problem},
                                {"implementation", row.use.implementation}, {"flags", flags_of(row)}};
    const auto put = [&](const char* name, const std::optional<double>& value) {
        if (value) json[name] = *value;
    };
    put("instructions", row.costs.instructions);
    put("registers", row.costs.registers);
    put("spills", row.costs.spills);
    put("shared_bytes", row.costs.shared_bytes);
    put("occupancy", row.costs.occupancy);
    put("estimate", row.costs.estimate);
    put("multiply_adds", row.costs.multiply_adds);
    if (!row.failure.empty()) json["failure"] = row.failure;
    return json;
}

std::string to_table(const std::vector<Row>& rows) {
    std::size_t width = 10;
    for (const Row& row : rows) width = std::max(width, row.shader.size());
    const auto line = [&](const Row& row, const std::string& flags) {
        char text[512];
        std::snprintf(text, sizeof text, "%-*s %7s %5s %6s %6s %5s %9s %6s  %-8s %-18s %s\n", static_cast<int>(width), row.shader.c_str(),
                      cell(row.costs.instructions, "%.0f").c_str(), cell(row.costs.registers, "%.0f").c_str(),
                      cell(row.costs.spills, "%.0f").c_str(), cell(row.costs.shared_bytes, "%.0f").c_str(),
                      cell(row.costs.occupancy, "%.0f").c_str(), cell(row.costs.estimate, "%.0f").c_str(),
                      cell(row.costs.multiply_adds, "%.2f").c_str(), flags.c_str(), row.use.network.c_str(), row.constants.c_str());
        return std::string(text);
    };
    char head[256];
    std::snprintf(head, sizeof head, "%-*s %7s %5s %6s %6s %5s %9s %6s  %-8s %-18s %s\n", static_cast<int>(width), "shader", "instr", "regs",
                  "spills", "shared", "occ", "estimate", "mad", "flags", "network", "constants");
    std::string text = head;
    for (const Row& row : rows) {
        std::string flags;
        for (const std::string& flag : flags_of(row)) flags += (flags.empty() ? "" : ",") + flag;
        text += line(row, flags);
    }
    return text;
}

}  // namespace hekla::shader_report
