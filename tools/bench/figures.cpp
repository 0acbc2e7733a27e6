#include "bench/figures.h"

#include <hekla/error.h>

#include <algorithm>
#include <cmath>

namespace hekla::bench {

const char* json_name(Unit unit) {
    switch (unit) {
        case Unit::gflops: return "gflops";
        case Unit::gbps: return "gbps";
        case Unit::images_per_second: return "images_per_second";
        case Unit::planned_of_bound: break;
    }
    return "planned_of_bound";
}
const char* text_of(Unit unit) {
    switch (unit) {
        case Unit::gflops: return "GFLOP/s";
        case Unit::gbps: return "GB/s";
        case Unit::images_per_second: return "images/s";
        case Unit::planned_of_bound: break;
    }
    return "of the bound";
}

namespace {

/// Sum of the logarithms of the speeds at the networks that every device was measured at.
std::optional<double> network_score(const Figures& figures, std::span<const Figures> devices) {
    std::optional<double> score;
    for (const Figure& figure : figures.results) {
        const auto measured = [&](const Figures& device) {
            return std::any_of(device.results.begin(), device.results.end(), [&](const Figure& f) { return f.name == figure.name; });
        };
        if (figure.unit != Unit::images_per_second || !std::all_of(devices.begin(), devices.end(), measured)) continue;
        score = score.value_or(0) + std::log(figure.value);
    }
    return score;
}

}  // namespace

std::size_t recommended(std::span<const Figures> devices) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < devices.size(); ++i) {
        const std::optional<double> now = network_score(devices[i], devices), before = network_score(devices[best], devices);
        const bool faster = now && before ? *now > *before : devices[i].peak_gflops > devices[best].peak_gflops;
        if (faster) best = i;
    }
    return best;
}

void Collector::add(Figure figure) {
    if (on_figure) on_figure(figure);
    figures.results.push_back(std::move(figure));
}

void Collector::leave_out(const std::string& name, const std::string& reason) {
    figures.left_out.push_back({name, reason});
    if (on_left_out) on_left_out(figures.left_out.back());
}

void Collector::attempt(const std::string& name, const std::function<void()>& measure) {
    try {
        measure();
    } catch (const Error& error) {
        if (error.code() == ErrorCode::device_lost) throw;
        leave_out(name, error.what());
    }
}

Json to_json(const Figure& figure) {
    Json json = {{"name", figure.name}, {json_name(figure.unit), figure.value}, {"fraction_of_peak", nullptr},
                 {"milliseconds", figure.milliseconds}, {"median_ms", figure.median_ms}, {"kernel", nullptr}};
    if (figure.fraction_of_peak) json["fraction_of_peak"] = *figure.fraction_of_peak;
    if (!figure.kernel.empty()) json["kernel"] = figure.kernel;
    json.update(figure.more);
    return json;
}

Json to_json(const Figures& figures) {
    Json json = {{"peak_gflops", figures.peak_gflops}, {"peak_kernel", figures.peak_kernel},
                 {"copy_gbps", figures.copy_gbps},     {"copy_kernel", figures.copy_kernel},
                 {"results", Json::array()},           {"left_out", Json::array()}};
    for (const Figure& figure : figures.results) json["results"].push_back(to_json(figure));
    for (const LeftOut& item : figures.left_out) json["left_out"].push_back({{"name", item.name}, {"reason", item.reason}});
    return json;
}

}  // namespace hekla::bench
