#pragma once
// --print-every: the mean loss of so many steps, in the words of PyTorch's tutorials.

#include <cstdint>
#include <optional>
#include <string>

namespace hekla::command {

class LossLines {
  public:
    /// 0: none.
    explicit LossLines(std::uint32_t every) : every_(every) {}

    /// "[1,  2000] loss: 2.206" after every so many steps of an epoch; those left at its end have no line.
    std::optional<std::string> step(double loss);
    void epoch_done();

  private:
    std::uint32_t every_, epoch_ = 1;
    std::uint64_t steps_ = 0;
    double sum_ = 0;
};

}  // namespace hekla::command
