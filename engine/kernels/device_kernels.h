#pragma once
// What a device has of kernels for all that is compiled for it.

#include "kernels/selection.h"
#include "kernels/tuner.h"

namespace hekla::kernels {

class DeviceKernels {
  public:
    /// As the device's KernelSettings say; reads what is remembered.
    explicit DeviceKernels(vulkan::Device& device);
    /// The one that belongs to a device, made at first use.
    static DeviceKernels& of(vulkan::Device& device);

    /// What compiling uses: tuned first if the settings ask for it.
    Implementation choose(const Problem& problem);
    /// Called after something was compiled: keeps what was tuned.
    void compiled();

    Selection& selection() { return selection_; }
    Tuner& tuner() { return tuner_; }

  private:
    void note(const std::string& text) const;

    KernelSettings settings_;
    Selection selection_;
    Tuner tuner_;
    std::size_t told_ = 0;  // results of the tuner that the user was told of
};

}  // namespace hekla::kernels
