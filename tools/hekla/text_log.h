#pragma once
// Logs of lines of text, which a resumed training goes on with.

#include <fstream>
#include <functional>
#include <string>

#include "training_log.h"

namespace hekla::command {

/// A text file that is begun, or gone on with after those of its lines that `keep` says. Throws Error naming --log.
class LineFile {
  public:
    LineFile(const std::string& path, const LogStart& start, const std::function<bool(const std::string&)>& keep);
    std::ofstream& out() { return out_; }
    bool is_new() const { return is_new_; }
    /// Throws Error if anything could not be written.
    void close();

  private:
    std::string path_;
    std::ofstream out_;
    bool is_new_ = true;
};

}  // namespace hekla::command
