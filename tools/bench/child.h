#pragma once
// Starts a program and reads what it prints: time to the first step means that of a fresh process.

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hekla::bench {

/// Standard output of a program that ended with status 0; nothing if it could not be started or failed. `environment` is
/// added to this process'. Its standard error goes nowhere.
std::optional<std::string> output_of(const std::vector<std::string>& words, const std::map<std::string, std::string>& environment);

/// An empty folder of its own, removed with all that is in it. Throws Error if there is no room for one.
class TemporaryFolder {
  public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

}  // namespace hekla::bench
