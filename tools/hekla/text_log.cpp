#include "text_log.h"

#include <hekla/error.h>
#include <hekla/io.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>

#include "base/system.h"
#include "output.h"
#include "update_options.h"

namespace hekla::command {
namespace {

/// The last line may be half a one: the process that wrote it was killed.
std::string kept_lines(const std::string& text, const std::function<bool(const std::string&)>& keep) {
    std::string kept;
    for (std::size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
        if (const std::string line = text.substr(at, end - at); keep(line)) kept += line + "\n";
    return kept;
}

class JsonLog : public LogFile {
  public:
    JsonLog(const std::string& path, const LogStart& start)
        : file_(path, start, [&](const std::string& line) {
              const Json json = Json::parse(line, nullptr, false);
              if (!json.is_object() || json.contains("submits")) return false;
              if (json.contains("step")) return json["step"].get<std::uint64_t>() < start.step;
              return !json.contains("epoch") || json["epoch"].get<std::uint32_t>() <= start.epochs;
          }) {}

    void settings(const Recipe& recipe) override {
        if (file_.is_new()) file_.out() << json_text({{"settings", settings_json(recipe)}}) << std::endl;
    }
    void step(const StepResult& result) override { file_.out() << json_text({{"step", result.step}, {"loss", result.loss}}) << '\n'; }
    void epoch(const EpochResult& result) override {
        Json json = {{"epoch", result.epoch}, {"loss", result.loss}, {"accuracy", result.accuracy}};
        if (result.validation_loss) json["validation_loss"] = *result.validation_loss;
        if (result.validation_accuracy) json["validation_accuracy"] = *result.validation_accuracy;
        json["learning_rate"] = result.learning_rate;
        if (result.loss_scale != 1) {  // mixed precision
            json["loss_scale"] = result.loss_scale;
            json["skipped_steps"] = result.skipped_steps;
        }
        json["seconds"] = result.seconds;
        json["images_per_second"] = result.images_per_second;
        file_.out() << json_text(json) << std::endl;
    }
    void note(const std::string& text) override { file_.out() << json_text({{"note", text}}) << std::endl; }
    void flush() override { file_.out().flush(); }
    void finish(const History& history) override {
        file_.out() << json_text({{"submits", history.submits}, {"cut_steps", history.cut_steps}}) << '\n';
        file_.close();
    }

  private:
    LineFile file_;
};

class CsvLog : public LogFile {
  public:
    CsvLog(const std::string& path, const LogStart& start)
        : file_(path, start, [&](const std::string& line) {
              return line.starts_with("epoch,") || std::strtoul(line.c_str(), nullptr, 10) <= start.epochs;
          }) {
        file_.out().precision(std::numeric_limits<double>::max_digits10);
        if (file_.is_new())
            file_.out() << "epoch,steps,loss,accuracy,validation_loss,validation_accuracy,learning_rate,seconds,images_per_second" << std::endl;
    }
    void epoch(const EpochResult& e) override {
        std::ofstream& out = file_.out();
        out << e.epoch << ',' << e.steps << ',' << e.loss << ',' << e.accuracy << ',';
        if (e.validation_loss) out << *e.validation_loss;
        out << ',';
        if (e.validation_accuracy) out << *e.validation_accuracy;
        out << ',' << e.learning_rate << ',' << e.seconds << ',' << e.images_per_second << std::endl;
    }
    void finish(const History&) override { file_.close(); }

  private:
    LineFile file_;
};

}  // namespace

LineFile::LineFile(const std::string& path, const LogStart& start, const std::function<bool(const std::string&)>& keep) : path_(path) {
    std::error_code ignored;
    if (start.resumed && std::filesystem::exists(base::path_of(path), ignored)) {
        const std::string kept = kept_lines(io::read_file(path), keep);
        io::write_file(path, kept);
        is_new_ = kept.empty();
    }
    out_.open(base::path_of(path_), std::ios::binary | (is_new_ ? std::ios::trunc : std::ios::app));
    if (!out_) throw Error(ErrorCode::invalid_file, "[--log] can't open '" + path_ + "': " + std::strerror(errno));
}

void LineFile::close() {
    out_.close();
    if (!out_) throw Error(ErrorCode::invalid_file, "[--log] can't write all of '" + path_ + "'");
}

std::unique_ptr<LogFile> json_log(const std::string& path, const LogStart& start) { return std::make_unique<JsonLog>(path, start); }
std::unique_ptr<LogFile> csv_log(const std::string& path, const LogStart& start) { return std::make_unique<CsvLog>(path, start); }

}  // namespace hekla::command
