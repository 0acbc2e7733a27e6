#include "base/system.h"

namespace hekla::base {

// By way of char8_t: a path made of plain char is taken for the system's code page by some.
std::filesystem::path path_of(const std::string& utf8) {
    return std::u8string(utf8.begin(), utf8.end());
}

std::string utf8_of(const std::filesystem::path& path) {
    const std::u8string text = path.u8string();
    return {text.begin(), text.end()};
}

}  // namespace hekla::base
