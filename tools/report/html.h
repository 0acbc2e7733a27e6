#pragma once
// Pieces of a page: escaping, numbers, pictures inside the page.

#include <hekla/io.h>

#include <string>
#include <string_view>

namespace hekla::report {

/// Text for any place in a page, attributes included. Bytes that are not UTF-8 and control
/// characters become U+FFFD.
std::string escaped(std::string_view text);

std::string base64(std::string_view bytes);

/// "data:image/png;base64,..."
std::string data_uri(const io::Image& image);

/// printf's %.*f; "n/a" for what is not finite.
std::string number(double value, int digits);

}  // namespace hekla::report
