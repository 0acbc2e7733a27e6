#pragma once

#include <string>

#include "report.h"

namespace hekla::report {

/// Precision, recall, F1 and AUC of every class and their means. Empty if the evaluation counted nothing.
std::string scores_html(const ReportInput& input);

}  // namespace hekla::report
