#include "progress.h"

#include <algorithm>
#include <iostream>

#include "output.h"
#include "system.h"

namespace hekla::command {

namespace {

constexpr auto bar_interval = std::chrono::milliseconds(100);
constexpr auto line_interval = std::chrono::seconds(5);
constexpr std::size_t shortest_bar = 6, longest_bar = 40;

double fraction(const Progress& p) {
    return p.samples == 0 ? 0.0
                          : static_cast<double>(p.done) / static_cast<double>(p.samples);
}

std::string bar(double done, std::size_t width) {
    const auto filled = std::min(width, static_cast<std::size_t>(done * static_cast<double>(width)));
    return "[" + std::string(filled, '#') + std::string(width - filled, '-') + "] ";
}

/// Images of this and the later epochs, at this epoch's speed.
double seconds_left(const Progress& p, double images_per_second) {
    const std::uint64_t later = p.epochs > p.epoch ? (p.epochs - p.epoch) * p.samples : 0;
    const auto images = static_cast<double>(p.samples - std::min(p.done, p.samples) + later);
    return images / images_per_second;
}

}  // namespace

std::string progress_line(const Progress& p, std::optional<std::size_t> columns) {
    const std::string head =
        "epoch " + std::to_string(p.epoch) + "/" + std::to_string(p.epochs) + " ";
    std::string tail = std::to_string(p.done) + "/" + std::to_string(p.samples);
    const double speed = p.seconds > 0 ? static_cast<double>(p.done) / p.seconds : 0;
    tail += "  " + fixed(speed, 0) + " images/s  loss " + fixed(p.loss, 4) + "  accuracy " +
            fixed(p.accuracy, 4);
    if (speed > 0) tail += "  " + duration_text(seconds_left(p, speed)) + " left";
    if (!columns) return head + tail;
    const std::size_t used = head.size() + tail.size() + 3;  // brackets and a space
    if (*columns < used + shortest_bar) return (head + tail).substr(0, *columns);
    return head + bar(fraction(p), std::min(*columns - used, longest_bar)) + tail;
}

std::string epoch_line(const EpochResult& r, std::uint32_t epochs) {
    std::string line = "epoch " + std::to_string(r.epoch) + "/" + std::to_string(epochs) +
                       ": loss " + fixed(r.loss, 4) + ", accuracy " + fixed(r.accuracy, 4);
    if (r.validation_loss) line += ", validation loss " + fixed(*r.validation_loss, 4);
    if (r.validation_accuracy) line += ", validation accuracy " + fixed(*r.validation_accuracy, 4);
    return line + ", " + fixed(r.seconds, 1) + " s, " + fixed(r.images_per_second, 0) + " images/s";
}

ProgressDisplay::ProgressDisplay(std::uint32_t epochs)
    : epochs_(epochs), terminal_(stderr_is_terminal()), shown_(std::chrono::steady_clock::now()) {}

ProgressDisplay::~ProgressDisplay() { clear_bar(); }

void ProgressDisplay::update(const Progress& progress) {
    const auto now = std::chrono::steady_clock::now();
    if (terminal_ ? now - shown_ < bar_interval : now - shown_ < line_interval) return;
    shown_ = now;
    if (!terminal_) {
        std::cerr << progress_line(progress, {}) << std::endl;
        return;
    }
    std::cerr << "\r" << progress_line(progress, terminal_columns() - 1) << "\x1b[K" << std::flush;
    bar_shown_ = true;
}

void ProgressDisplay::epoch_done(const EpochResult& result) {
    write_line(epoch_line(result, epochs_));
}

void ProgressDisplay::note(const std::string& text) { write_line("note: " + printable(text)); }

void ProgressDisplay::write_line(const std::string& text) {
    clear_bar();
    std::cerr << text << std::endl;
}

void ProgressDisplay::clear_bar() {
    if (bar_shown_) std::cerr << "\r\x1b[K" << std::flush;
    bar_shown_ = false;
}

}  // namespace hekla::command
