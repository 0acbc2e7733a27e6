#pragma once
// The Vulkan loader library, opened at run time so that nothing links it.

#include <cstdint>
#include <span>

#include "vulkan/functions.h"

namespace hekla::vulkan {

/// Owns the open library (none if the application gave its own entry point). Must outlive every
/// function table loaded through it. Immutable after construction.
class Loader {
  public:
    /// `given` null: opens the first of the libraries that is there; without names, this system's
    /// libvulkan. Throws Error (no_device) naming the package that brings it.
    explicit Loader(PFN_vkGetInstanceProcAddr given, std::span<const char* const> libraries = {});
    ~Loader();
    Loader(const Loader&) = delete;
    Loader& operator=(const Loader&) = delete;

    PFN_vkGetInstanceProcAddr get_instance_proc_addr() const { return get_instance_proc_addr_; }
    const GlobalFunctions& functions() const { return functions_; }
    /// The newest instance version that the loader offers; 1.0 for loaders that cannot tell.
    std::uint32_t api_version() const;

  private:
    void* library_ = nullptr;
    PFN_vkGetInstanceProcAddr get_instance_proc_addr_ = nullptr;
    GlobalFunctions functions_;
};

}  // namespace hekla::vulkan
