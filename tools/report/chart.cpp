#include "chart.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "html.h"

namespace hekla::report {

namespace {

// The drawing's own units; the page scales it.
constexpr double width = 480, height = 260, left = 52, right = 12, top = 10, bottom = 38;

struct Range {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();

    void add(double value) {
        low = std::min(low, value);
        high = std::max(high, value);
    }
    /// 0..1 inside the range; the middle of an empty one.
    double part(double value) const { return high > low ? (value - low) / (high - low) : 0.5; }
};

struct Axes {
    Range x, y;

    double px(double value) const { return left + x.part(value) * (width - left - right); }
    double py(double value) const { return height - bottom - y.part(value) * (height - top - bottom); }
};

bool finite(const std::pair<double, double>& point) {
    return std::isfinite(point.first) && std::isfinite(point.second);
}

std::string short_number(double value, double step) {
    const int digits = step >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(step) - 1e-9));
    return number(value == 0 ? 0.0 : value, std::clamp(digits, 0, 9));
}

double step_of(const std::vector<double>& ticks) {
    return ticks.size() > 1 ? ticks[1] - ticks[0] : 1;
}

Axes axes_of(const Chart& chart) {
    Axes axes;
    for (const Line& line : chart.lines) {
        for (const auto& point : line.points) {
            if (!finite(point)) continue;
            axes.x.add(point.first);
            axes.y.add(point.second);
        }
    }
    return axes;
}

std::string text_at(double x, double y, const char* anchor, const std::string& text) {
    return "<text x=\"" + number(x, 1) + "\" y=\"" + number(y, 1) + "\" text-anchor=\"" + anchor +
           "\">" + escaped(text) + "</text>";
}

std::string grid_line(double x1, double y1, double x2, double y2) {
    return "<line class=\"grid\" x1=\"" + number(x1, 1) + "\" y1=\"" + number(y1, 1) + "\" x2=\"" +
           number(x2, 1) + "\" y2=\"" + number(y2, 1) + "\"/>";
}

std::string y_axis(const Axes& axes, const std::vector<double>& ticks) {
    std::string svg;
    for (const double tick : ticks) {
        const double y = axes.py(tick);
        svg += grid_line(left, y, width - right, y);
        svg += text_at(left - 6, y + 4, "end", short_number(tick, step_of(ticks)));
    }
    return svg;
}

std::string x_axis(const Axes& axes, const Chart& chart) {
    std::vector<double> ticks = round_ticks(axes.x.low, axes.x.high, 6);
    if (chart.whole_x) std::erase_if(ticks, [](double t) { return t != std::floor(t); });
    std::string svg;
    for (const double tick : ticks) {
        if (tick < axes.x.low || tick > axes.x.high) continue;
        svg += text_at(axes.px(tick), height - bottom + 16, "middle",
                       short_number(tick, chart.whole_x ? 1 : step_of(ticks)));
    }
    return svg + text_at((left + width - right) / 2, height - 4, "middle", chart.x_name);
}

std::string line_svg(const Line& line, std::size_t index, const Axes& axes, bool markers) {
    std::string points, dots;
    for (const auto& point : line.points) {
        if (!finite(point)) continue;
        const std::string x = number(axes.px(point.first), 1), y = number(axes.py(point.second), 1);
        points += (points.empty() ? "" : " ") + x + "," + y;
        dots += "<circle class=\"dot" + std::to_string(index) + "\" cx=\"" + x + "\" cy=\"" + y +
                "\" r=\"3\"/>";
    }
    return "<polyline class=\"line" + std::to_string(index) + "\" points=\"" + points + "\"/>" +
           (markers ? dots : "");
}

std::string legend(const Chart& chart) {
    if (chart.lines.size() < 2) return {};
    std::string html = "<div class=\"legend\">";
    for (std::size_t i = 0; i < chart.lines.size(); ++i) {
        html += "<span><svg viewBox=\"0 0 28 8\" width=\"28\" height=\"8\" aria-hidden=\"true\">"
                "<polyline class=\"line" + std::to_string(i) + "\" points=\"0,4 28,4\"/></svg> " +
                escaped(chart.lines[i].name) + "</span>";
    }
    return html + "</div>";
}

}  // namespace

std::vector<std::pair<double, double>> downsampled(
    const std::vector<std::pair<double, double>>& points, std::size_t count) {
    if (points.size() <= count) return points;
    std::vector<std::pair<double, double>> result;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t begin = i * points.size() / count, end = (i + 1) * points.size() / count;
        double x = 0, y = 0;
        for (std::size_t j = begin; j < end; ++j) {
            x += points[j].first;
            y += points[j].second;
        }
        const auto n = static_cast<double>(end - begin);
        result.emplace_back(x / n, y / n);
    }
    return result;
}

std::vector<double> round_ticks(double low, double high, int count) {
    if (!(high > low)) return {low};
    const double raw = (high - low) / count;
    const double power = std::pow(10, std::floor(std::log10(raw)));
    double step = 10 * power;
    for (const double factor : {5.0, 2.0, 1.0}) {
        if (factor * power >= raw) step = factor * power;
    }
    std::vector<double> ticks;
    const double first = std::floor(low / step + 1e-9);
    for (double i = first; (i - 1) * step < high - 1e-9 * step; ++i) ticks.push_back(i * step);
    return ticks;
}

std::string chart_html(const Chart& chart) {
    Axes axes = axes_of(chart);
    if (!std::isfinite(axes.x.low)) return {};
    const std::vector<double> y_ticks = round_ticks(axes.y.low, axes.y.high, 5);
    axes.y.add(y_ticks.front());
    axes.y.add(y_ticks.back());
    std::string svg = "<svg viewBox=\"0 0 " + number(width, 0) + " " + number(height, 0) +
                      "\" role=\"img\" aria-label=\"" + escaped(chart.title) + "\">";
    svg += y_axis(axes, y_ticks) + x_axis(axes, chart);
    for (std::size_t i = 0; i < chart.lines.size(); ++i) {
        svg += line_svg(chart.lines[i], i, axes, chart.markers);
    }
    return "<figure><figcaption>" + escaped(chart.title) + "</figcaption>" + legend(chart) + svg +
           "</svg></figure>\n";
}

}  // namespace hekla::report
