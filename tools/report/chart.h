#pragma once
// Line charts as inline SVG.

#include <string>
#include <utility>
#include <vector>

namespace hekla::report {

struct Line {
    std::string name;                            // for the legend
    std::vector<std::pair<double, double>> points;  // x rising; points that are not finite are left out
};

struct Chart {
    std::string title, x_name;
    std::vector<Line> lines;  // the first is drawn solid, the second dashed
    bool markers = false;     // a dot at every point
    bool whole_x = false;     // ticks of the x axis at whole numbers only
};

/// At most `count` points: the mean of each of `count` equal stretches.
std::vector<std::pair<double, double>> downsampled(
    const std::vector<std::pair<double, double>>& points, std::size_t count);

/// About `count` round values that cover low..high.
std::vector<double> round_ticks(double low, double high, int count);

/// A <figure> with caption, legend and drawing. Empty if there is no finite point.
std::string chart_html(const Chart& chart);

}  // namespace hekla::report
