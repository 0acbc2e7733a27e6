#pragma once
// The table of choices that comes with Hekla: what was measured on devices at hand and beats the heuristics there.

#include <map>
#include <span>
#include <string>
#include <string_view>

#include <hekla/choices.h>

namespace hekla::kernels {

/// By DeviceIdentity::model. Drivers of any version share a section: a name that an engine does not know counts for nothing.
using ShippedTable = std::map<std::string, KernelChoices>;

/// Lines "device MODEL", then one per choice, problem and implementation with a tab between them; "#" begins a comment.
/// Throws Error (invalid_file) naming `origin` and the line.
ShippedTable parse_shipped(std::string_view text, const std::string& origin);
std::string shipped_text(const ShippedTable& table);

/// The section of one model in the built-in table, engine/kernels/choices/shipped.txt.
KernelChoices shipped_choices(const std::string& model);

}  // namespace hekla::kernels
