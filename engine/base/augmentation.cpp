// Amounts of augmentation: as text, and what they may be.

#include <hekla/augment.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <span>

#include <hekla/error.h>

namespace hekla {
namespace {

/// One item: where its amount is, which one it has by itself, and the range.
struct Item {
    const char* name;
    float Augmentation::*share;
    std::uint32_t Augmentation::*pixels;
    float usual, low, high;
};
constexpr float most_pixels = 4096;
constexpr Item items[] = {{"flip", &Augmentation::flip, nullptr, 0.5f, 0, 1},
                          {"flip-vertical", &Augmentation::flip_vertical, nullptr, 0.5f, 0, 1},
                          {"crop", nullptr, &Augmentation::crop, 4, 0, most_pixels},
                          {"rotate", &Augmentation::rotate, nullptr, 15, 0, 180},
                          {"scale", &Augmentation::scale, nullptr, 0.1f, 0, 0.9f},
                          {"translate", &Augmentation::translate, nullptr, 0.1f, 0, 1},
                          {"brightness", &Augmentation::brightness, nullptr, 0.2f, 0, 1},
                          {"contrast", &Augmentation::contrast, nullptr, 0.2f, 0, 1},
                          {"saturation", &Augmentation::saturation, nullptr, 0.2f, 0, 1},
                          {"noise", &Augmentation::noise, nullptr, 0.05f, 0, 1},
                          {"cutout", nullptr, &Augmentation::cutout, 8, 0, most_pixels},
                          {"mixup", &Augmentation::mixup, nullptr, 0.2f, 0.05f, 2}};

std::string text_of(float value) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", static_cast<double>(value));
    return text;
}
[[noreturn]] void fail(const std::string& item, const std::string& what) {
    throw Error(ErrorCode::invalid_argument, "[augmentation] '" + item + "': " + what);
}

float amount_of(const Augmentation& a, const Item& item) { return item.pixels ? static_cast<float>(a.*item.pixels) : a.*item.share; }

void check_amount(const Item& item, float value, const std::string& text) {
    if (value == 0) return;
    if (!(value >= item.low && value <= item.high))
        fail(text, std::string("the amount of ") + item.name + " must lie in " + text_of(item.low) + " to " + text_of(item.high));
    if (item.pixels && value != std::floor(value)) fail(text, std::string("the amount of ") + item.name + " is a whole number of pixels");
}

const Item& item_named(const std::string& name, const std::string& text) {
    std::string names;
    for (const Item& item : items) {
        if (name == item.name) return item;
        names += (names.empty() ? "" : ", ") + std::string(item.name);
    }
    fail(text, "there is no such augmentation; there are: " + names);
}

/// "crop:4" into its place.
void read_item(Augmentation& a, const std::string& text) {
    const std::size_t colon = text.find(':');
    const Item& item = item_named(text.substr(0, colon), text);
    if (amount_of(a, item) != 0) fail(text, std::string(item.name) + " is there twice");
    float value = item.usual;
    if (colon != std::string::npos) {
        const std::string number = text.substr(colon + 1);
        char* rest = nullptr;
        value = std::strtof(number.c_str(), &rest);
        if (number.empty() || *rest != 0 || !std::isfinite(value)) fail(text, "'" + number + "' is not a number");
    }
    check_amount(item, value, text);
    if (item.pixels) a.*item.pixels = static_cast<std::uint32_t>(value);
    else a.*item.share = value;
}

}  // namespace

bool is_on(const Augmentation& a) { return !(a == Augmentation{}); }

void check(const Augmentation& a) {
    for (const Item& item : items) check_amount(item, amount_of(a, item), std::string(item.name) + ":" + text_of(amount_of(a, item)));
}

Augmentation parse_augmentation(std::string_view text) {
    Augmentation a;
    if (text == "none") return a;
    std::size_t at = 0;
    while (at <= text.size()) {
        const std::size_t end = std::min(text.find(',', at), text.size());
        read_item(a, std::string(text.substr(at, end - at)));
        at = end + 1;
    }
    return a;
}

std::string to_string(const Augmentation& a) {
    std::string text;
    for (const Item& item : items)
        if (amount_of(a, item) != 0) text += (text.empty() ? "" : ",") + std::string(item.name) + ":" + text_of(amount_of(a, item));
    return text.empty() ? "none" : text;
}

}  // namespace hekla
