#pragma once

#include <string>

#include "report.h"

namespace hekla::report {

/// The confusion matrix with shaded cells (up to 30 classes), and the most frequent mistakes.
std::string confusion_html(const ReportInput& input);

}  // namespace hekla::report
