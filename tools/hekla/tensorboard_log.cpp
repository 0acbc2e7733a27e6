// TensorBoard's event files: TFRecords (tensorflow/core/lib/io/record_writer.h) of Event messages
// (tensorflow/core/util/event.proto), of which so little is needed that the wire format is written by hand.

#include <hekla/error.h>

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "base/system.h"
#include "training_log.h"

namespace hekla::command {
namespace {

namespace fs = std::filesystem;

/// CRC-32C (Castagnoli, reflected polynomial 0x82f63b78), which zlib does not have.
std::uint32_t crc32c(std::string_view bytes) {
    static const auto table = [] {
        std::array<std::uint32_t, 256> t{};
        for (std::uint32_t i = 0; i < 256; ++i) {
            t[i] = i;
            for (int bit = 0; bit < 8; ++bit) t[i] = (t[i] >> 1) ^ ((t[i] & 1) != 0 ? 0x82f63b78u : 0u);
        }
        return t;
    }();
    std::uint32_t crc = ~0u;
    for (const char c : bytes) crc = table[(crc ^ static_cast<std::uint8_t>(c)) & 0xff] ^ (crc >> 8);
    return ~crc;
}

template <class T>
std::string little_endian(T value) {
    std::string bytes;
    for (std::size_t i = 0; i < sizeof value; ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xff);
    return bytes;
}

/// As TensorFlow does it, so that a checksum of a checksum is not weak.
std::string masked_crc(std::string_view bytes) {
    const std::uint32_t crc = crc32c(bytes);
    return little_endian<std::uint32_t>(((crc >> 15) | (crc << 17)) + 0xa282ead8u);
}

std::string record(const std::string& data) {
    const std::string length = little_endian<std::uint64_t>(data.size());
    return length + masked_crc(length) + data + masked_crc(data);
}

// Protocol buffers' wire format.
std::string varint(std::uint64_t value) {
    std::string bytes;
    for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7f) | 0x80);
    return bytes + static_cast<char>(value);
}
std::string varint_field(unsigned field, std::uint64_t value) { return varint(field << 3) + varint(value); }
std::string bytes_field(unsigned field, const std::string& bytes) { return varint((field << 3) | 2) + varint(bytes.size()) + bytes; }
std::string float_field(unsigned field, float value) { return varint((field << 3) | 5) + little_endian(std::bit_cast<std::uint32_t>(value)); }
std::string double_field(unsigned field, double value) { return varint((field << 3) | 1) + little_endian(std::bit_cast<std::uint64_t>(value)); }

double seconds_now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

/// Event: wall_time = 1, step = 2, then one of file_version = 3, summary = 5, session_log = 7.
std::string event(std::uint64_t step, const std::string& what) { return record(double_field(1, seconds_now()) + varint_field(2, step) + what); }

/// Summary.Value: tag = 1, simple_value = 2.
std::string scalar(const std::string& tag, double value) {
    return bytes_field(1, bytes_field(1, tag) + float_field(2, static_cast<float>(value)));
}

constexpr const char* prefix = "events.out.tfevents.";

/// Files of a folder are read in the order of their names: later than all that are there.
std::string next_name(const fs::path& folder) {
    auto number = static_cast<unsigned long long>(seconds_now());
    for (const auto& entry : fs::directory_iterator(folder)) {
        const std::string name = base::utf8_of(entry.path().filename());
        if (name.starts_with(prefix)) number = std::max(number, std::strtoull(name.c_str() + std::string_view(prefix).size(), nullptr, 10) + 1);
    }
    char text[64];
    std::snprintf(text, sizeof text, "%s%010llu.hekla", prefix, number);
    return text;
}

class TensorboardLog : public LogFile {
  public:
    TensorboardLog(const std::string& folder, const LogStart& start) : last_step_(start.step == 0 ? 0 : start.step - 1) {
        std::error_code error;
        fs::create_directories(base::path_of(folder), error);
        if (error) throw Error(ErrorCode::invalid_file, "[--tensorboard] can't make the folder '" + folder + "': " + error.message());
        path_ = base::path_of(folder) / next_name(base::path_of(folder));
        file_.open(path_, std::ios::binary);
        if (!file_) throw Error(ErrorCode::invalid_file, "[--tensorboard] can't open '" + base::utf8_of(path_) + "'");
        file_ << event(0, bytes_field(3, "brain.Event:2"));
        // SessionLog.status = 1, START = 1: TensorBoard drops what older files have from this step on.
        if (start.resumed) file_ << event(start.step, bytes_field(7, varint_field(1, 1)));
        file_.flush();
    }

    void step(const StepResult& s) override {
        last_step_ = s.step;
        const double accuracy = s.samples ? static_cast<double>(s.correct) / s.samples : 0;
        file_ << event(s.step, bytes_field(5, scalar("step/loss", s.loss) + scalar("step/accuracy", accuracy)));
    }
    void epoch(const EpochResult& e) override {
        std::string summary = scalar("epoch/loss", e.loss) + scalar("epoch/accuracy", e.accuracy);
        if (e.validation_loss) summary += scalar("epoch/validation_loss", *e.validation_loss);
        if (e.validation_accuracy) summary += scalar("epoch/validation_accuracy", *e.validation_accuracy);
        summary += scalar("epoch/learning_rate", e.learning_rate) + scalar("epoch/images_per_second", e.images_per_second);
        file_ << event(last_step_, bytes_field(5, summary));
        file_.flush();
    }
    void flush() override { file_.flush(); }
    void finish(const History&) override {
        file_.close();
        if (!file_) throw Error(ErrorCode::invalid_file, "[--tensorboard] can't write all of '" + base::utf8_of(path_) + "'");
    }

  private:
    fs::path path_;
    std::ofstream file_;
    std::uint64_t last_step_;
};

}  // namespace

std::unique_ptr<LogFile> tensorboard_log(const std::string& folder, const LogStart& start) { return std::make_unique<TensorboardLog>(folder, start); }

}  // namespace hekla::command
