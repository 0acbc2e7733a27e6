#include "shader-report/variants.h"

#include <hekla/error.h>

#include "kernels/recorder.h"
#include "ops/lowering.h"
#include "plan/program.h"
#include "shaders.h"

namespace hekla::shader_report {
namespace {

/// Parameters one after another, cut into ranges that a binding holds, as ParameterStore lays them out.
Lowering::Surroundings surroundings_of(const Graph& graph, const vulkan::DeviceCaps& caps) {
    std::uint64_t bytes = 0;
    for (const Value& value : graph.values())
        if (value.kind == ValueKind::parameter)
            bytes += vulkan::align_up(kernels::range_bytes(value.desc.elements(), value.desc.dtype), vulkan::range_alignment);
    Lowering::Surroundings surroundings;
    const std::uint64_t whole = caps.max_storage_range_bytes / vulkan::range_alignment * vulkan::range_alignment;
    for (std::uint64_t at = 0; at < bytes; at += whole) surroundings.arena_ranges.push_back({at, std::min(whole, bytes - at)});
    surroundings.in_place = [](std::uint32_t, std::uint32_t) { return true; };
    surroundings.place = [](std::uint32_t) { return ArenaRange{}; };
    return surroundings;
}

void add_problem(std::map<vulkan::Variant, Use>& all, const vulkan::Device& device, const kernels::Problem& problem,
                 const std::string& network) {
    bool chosen = true;
    for (const kernels::Implementation& implementation : problem.implementations(device)) {
        for (const kernels::KernelCall& call : implementation.calls) {
            Use& use = all[call.variant];
            // A problem for which the variant is the choice tells more than one for which it is not.
            const bool better = chosen != use.chosen ? chosen : call.work > use.work;
            if (use.network.empty() || better) use = {use.chosen || chosen, network, problem.name(), implementation.name, call.work};
        }
        chosen = false;
    }
}

void add_network(std::map<vulkan::Variant, Use>& all, const vulkan::Device& device, const Network& network) {
    Graph graph;
    network.build(graph);
    plan::Program program = plan::extract(graph, {});
    plan::fuse_activations(program);
    plan::fuse_activation_gradients(program);
    const Lowering::Surroundings surroundings = surroundings_of(graph, device.caps());
    for (const Node& node : program.nodes) {
        if (node.op->is_alias()) continue;
        Lowering lowering(graph, surroundings);
        node.op->lower(node, lowering);
        for (const LoweredCall& call : lowering.calls()) add_problem(all, device, *call.problem, network.name);
    }
}

vulkan::Variant with_default_constants(const vulkan::ShaderInfo& shader) {
    vulkan::Variant variant{&shader, {}};
    for (const vulkan::ShaderConstant& constant : shader.constants) variant.constants.push_back(constant.default_word);
    return variant;
}

}  // namespace

std::map<vulkan::Variant, Use> variants(const vulkan::Device& device, const std::string& only) {
    std::map<vulkan::Variant, Use> all;
    std::string known;
    for (const Network& network : networks()) {
        known += (known.empty() ? "" : ", ") + network.name;
        if (only.empty() || only == network.name) add_network(all, device, network);
    }
    if (all.empty()) throw Error(ErrorCode::invalid_argument, "there is no network called '" + only + "'; there are: " + known);
    if (!only.empty()) return all;
    std::map<const vulkan::ShaderInfo*, bool> used;
    for (const auto& [variant, use] : all) used[variant.shader] = true;
    for (const vulkan::ShaderInfo* shader : shaders::all())
        if (!used[shader]) all[with_default_constants(*shader)];
    return all;
}

std::string constants_text(const vulkan::Variant& variant) {
    std::string text;
    for (std::size_t i = 0; i < variant.constants.size(); ++i)
        text += (text.empty() ? "" : " ") + std::string(variant.shader->constants[i].name) + "=" + std::to_string(variant.constants[i]);
    return text;
}

}  // namespace hekla::shader_report
