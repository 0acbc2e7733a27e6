#include "kernels/tuning_file.h"

#include <fstream>
#include <random>
#include <system_error>

#include "base/file_lock.h"
#include "base/fnv.h"
#include "base/system.h"

namespace hekla::kernels {
namespace {

namespace fs = std::filesystem;

constexpr double lock_seconds = 10;

/// Nothing if there is no file; of a larger one, one byte more than is allowed.
std::optional<std::string> read_file(const fs::path& path) {
    std::error_code error;
    if (!fs::is_regular_file(path, error)) return std::nullopt;
    std::ifstream file(path, std::ios::binary);
    std::string text(max_tuned_bytes + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

/// Beside and renamed, as the pipeline cache is.
bool write_file(const fs::path& path, const std::string& text) {
    fs::path beside = path;
    beside += "." + base::hex(std::random_device{}(), 8) + ".tmp";
    std::ofstream file(beside, std::ios::binary);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    file.close();
    std::error_code error;
    if (file.good()) fs::rename(beside, path, error);
    const bool written = file.good() && !error;
    if (!written) fs::remove(beside, error);
    return written;
}

}  // namespace

TuningFile::Loaded TuningFile::load() const {
    const std::optional<std::string> text = read_file(path_);
    if (!text) return {};
    ParsedTuned parsed = parse_tuned(*text, heading_);
    if (parsed.ignored.empty()) return {std::move(parsed.choices), {}};
    return {{}, "the remembered kernel choices are ignored: " + base::utf8_of(path_) + " " + parsed.ignored + "; `hekla tune` makes them anew"};
}

std::string TuningFile::merge(const TunedChoices& choices) const {
    const std::string failed = "the tuned kernel choices could not be kept in " + base::utf8_of(path_);
    std::error_code error;
    fs::create_directories(path_.parent_path(), error);
    fs::path lock_path = path_;
    lock_path += ".lock";
    const base::FileLock lock(lock_path, lock_seconds);
    if (!lock.held()) return failed + ": the folder can't be written to, or another process holds " + base::utf8_of(lock_path);
    // What others added since this process read it.
    const std::string text = tuned_text(heading_, load().choices, choices);
    return write_file(path_, text) ? std::string() : failed + ": it can't be written";
}

}  // namespace hekla::kernels
