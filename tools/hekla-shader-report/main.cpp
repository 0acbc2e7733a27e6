#include <cstdio>

#include <hekla/error.h>

#include "shader-report/variants.h"
#include "vulkan/pipeline_report.h"
using namespace hekla;
int main(int argc, char** argv) {
    vulkan::DeviceOptions o; o.pipeline_reports = true; o.disk_cache = false;
    try {
    vulkan::Device d(o);
    auto all = shader_report::variants(d, argc > 2 ? argv[2] : "");
    std::printf("%s: %zu variants\n", d.gpu().name.c_str(), all.size());
    for (auto& [v, u] : all) {
        if (argc > 1 && std::string(v.shader->name) != argv[1]) continue;
        std::printf("%s %s | %s | %s | %s chosen %d\n", v.shader->name, shader_report::constants_text(v).c_str(), u.network.c_str(), u.problem.c_str(), u.implementation.c_str(), u.chosen);
        if (argc > 1) for (auto& r : vulkan::report_pipeline(d, d.pipelines().get(v))) {
            std::printf("  exe %s subgroup %u\n", r.executable.c_str(), r.subgroup_size);
            for (auto& s : r.statistics) std::printf("    %s = %g\n", s.name.c_str(), s.value);
            for (auto& t : r.texts) std::printf("  TEXT %s\n%s\n", t.name.c_str(), t.text.c_str());
        }
    }
    } catch (const Error& e) { std::fprintf(stderr, "error: %s\n", e.what()); return 1; }
}
