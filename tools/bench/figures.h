#pragma once
// What was measured, and its JSON: the contract of `hekla bench --json`.

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bench/rounds.h"

namespace hekla::bench {

using Json = nlohmann::ordered_json;

enum class Unit : std::uint8_t { gflops, gbps, images_per_second, planned_of_bound };
/// "gflops", as the JSON calls it.
const char* json_name(Unit unit);
/// "GFLOP/s"
const char* text_of(Unit unit);

struct Figure {
    std::string name;  // "matmul/1024"
    Unit unit = Unit::gflops;
    double value = 0;
    std::optional<double> fraction_of_peak;  // of the multiply-adds, or of the copy bandwidth
    double milliseconds = 0, median_ms = 0;  // of one run, or one step
    std::string kernel;                      // empty for networks
    Json more = Json::object();              // further members of the object
};

struct LeftOut {
    std::string name, reason;
};

struct Figures {
    double peak_gflops = 0, copy_gbps = 0;
    std::string peak_kernel, copy_kernel;
    std::vector<Figure> results;
    std::vector<LeftOut> left_out;
};

/// Collects; `on_figure` and `on_left_out` are told at once, because a benchmark takes minutes.
class Collector {
  public:
    std::function<void(const Figure&)> on_figure;
    std::function<void(const LeftOut&)> on_left_out;
    Figures figures;

    void add(Figure figure);
    void leave_out(const std::string& name, const std::string& reason);
    /// Runs `measure`; an Error of it leaves `name` out. What the device can't go on from is thrown.
    void attempt(const std::string& name, const std::function<void()>& measure);
};

/// Index of the device to recommend: the fastest at the networks that all were measured at (in the geometric mean), or,
/// where there are none, the one of the highest peak. 0 of none.
std::size_t recommended(std::span<const Figures> devices);

Json to_json(const Figure& figure);
/// peak_gflops, copy_gbps, their kernels, results, left_out.
Json to_json(const Figures& figures);

}  // namespace hekla::bench
