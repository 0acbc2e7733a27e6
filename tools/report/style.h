#pragma once

namespace hekla::report {

/// The page's style sheet: light and dark, from a phone's width up.
extern const char* const style_sheet;

}  // namespace hekla::report
