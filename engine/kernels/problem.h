#pragma once
// What a kernel is asked to do (Problem), one way to do it (Implementation), and the dispatches that
// it consists of (KernelCall). No memory yet: operands are numbered.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <hekla/tensor_desc.h>

#include "vulkan/device.h"

namespace hekla::kernels {

/// Which operand a shader's binding reads or writes.
struct Slot {
    std::uint32_t operand = 0;
    std::uint32_t texel_components = 0;  // texel bindings: 1 or 4
    // A window of the operand, for operands larger than a binding may be. 0 bytes: all of it.
    std::uint64_t offset_bytes = 0;
    std::uint64_t bytes = 0;
    bool half = false;  // stored as numbers of 16 bits (stored_half.h)
};

/// One dispatch. Operands [0, n) are the problem's, those from n on are the implementation's scratch.
struct KernelCall {
    vulkan::Variant variant;
    std::vector<std::byte> params;
    std::array<std::uint32_t, 3> groups = {1, 1, 1};
    std::vector<Slot> slots;  // by binding number
    double work = 0;          // estimate, in multiply-adds plus elements moved; for cutting submits
};

struct Implementation {
    std::string name;  // "matmul texel 8x2"; what quarantine and logs call it
    std::vector<KernelCall> calls;
    std::vector<std::uint64_t> scratch_bytes;
    /// Operands in whose memory the last one may lie instead (in_place.h): each invocation reads no other elements of them
    /// than it writes, and all of those before it writes the first.
    std::vector<std::uint32_t> in_place = {};
};

/// Renumbers the operands of an implementation that is part of another: number i becomes at[i], and its scratch, numbered
/// from at.size() on, goes on at `first_scratch`.
void renumber(Implementation& part, std::span<const std::uint32_t> at, std::uint32_t first_scratch);

struct Operand {
    DType dtype = DType::f32;
    std::uint64_t elements = 0;
    bool written = false;
    bool read = true;
};

/// A contract with its shapes. The reference decides what is right.
class Problem {
  public:
    virtual ~Problem() = default;
    /// "conv2d forward 32x28x28x1 3x3x1x16"
    virtual std::string name() const = 0;
    /// What else decides which implementations there are: "padded 1x1 to 14x14". Remembered choices go by both.
    virtual std::string details() const { return {}; }
    std::string full_name() const {
        const std::string more = details();
        return more.empty() ? name() : name() + " " + more;
    }
    virtual std::vector<Operand> operands() const = 0;
    /// All that are possible on this device, the likely fastest first.
    virtual std::vector<Implementation> implementations(const vulkan::Device& device) const = 0;
    /// A problem of the same class that takes little time, for the self-test: it must offer the same
    /// variants under the same names.
    virtual std::unique_ptr<Problem> small() const = 0;
    /// More than one where sizes decide how a result is put together: every variant must be offered by one of them.
    virtual std::vector<std::unique_ptr<Problem>> small_ones() const;
    /// Computes the written operands from the others. f32 elements are values, u32 elements too.
    virtual void reference(std::vector<std::vector<double>>& operands) const = 0;
    /// Test input of an operand: uniform in [-1, 1] unless the problem needs something else.
    virtual std::vector<double> sample(std::uint32_t operand, std::uint32_t seed) const;
    /// Largest error of a right implementation, relative to the largest magnitude of the operand.
    virtual double tolerance() const { return 1e-4; }
};

// Building calls ---------------------------------------------------------------------------------

/// All specialization constants or params of a generated struct as words / bytes.
template <class T>
std::vector<std::uint32_t> words_of(const T& value) {
    if constexpr (std::is_empty_v<T>) return {};
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<std::uint32_t> words(sizeof(T) / 4);
    std::memcpy(words.data(), &value, words.size() * 4);
    return words;
}
template <class T>
std::vector<std::byte> bytes_of(const T& value) {
    if constexpr (std::is_empty_v<T>) return {};
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<std::byte> bytes(sizeof(T));
    std::memcpy(bytes.data(), &value, bytes.size());
    return bytes;
}

/// A call of the generated shader type S, e.g. make_call<shaders::unary>(constants, params, ...).
template <class S>
KernelCall make_call(const typename S::Constants& constants, const typename S::Params& params,
                     std::array<std::uint32_t, 3> groups, std::vector<Slot> slots, double work) {
    return {{&S::info(), words_of(constants)}, bytes_of(params), groups, std::move(slots), work};
}

/// Workgroup size of kernels that do not care: within every device's limit.
inline constexpr std::uint32_t default_group_size = 64;

/// Groups that cover `invocations`, folded into two dimensions where one is not enough
/// (shaders/common.glsl unfolds them). Throws Error if even two are not.
std::array<std::uint32_t, 3> groups_for(std::uint64_t invocations, std::uint32_t group_size = default_group_size);

/// What the heuristics of selection need to know of a device.
struct DeviceTraits {
    bool cpu = false;                     // few wide cores: large tiles, few invocations
    bool prefer_texel_buffers = false;
    std::uint32_t group_size = 64;        // of kernels with much work per invocation
    std::uint64_t target_invocations = 0; // that keep the device busy
    std::uint32_t registers = 88;         // 32-bit ones that a tile may take of an invocation without being spilled
    bool shared_memory_pays = false;      // it is nearer than the caches, and a barrier is cheap
};
DeviceTraits traits(const vulkan::Device& device);

/// Adds one implementation per way of reading the inputs: make.operator()<Shader>() is called with the storage-buffer
/// shader and, if `texels` says that every input fits, the texel-buffer shader; the device's preferred one comes
/// first. Their names get " texel" or " storage" appended.
template <class Storage, class Texel, class Make>
void add_both(std::vector<Implementation>& list, const vulkan::Device& device, bool texels, const Make& make) {
    const auto add = [&]<class S>(const char* suffix) {
        Implementation implementation = make.template operator()<S>();
        implementation.name += suffix;
        list.push_back(std::move(implementation));
    };
    const bool texel_first = traits(device).prefer_texel_buffers;
    if (texels && texel_first) add.template operator()<Texel>(" texel");
    add.template operator()<Storage>(" storage");
    if (texels && !texel_first) add.template operator()<Texel>(" texel");
}

inline std::uint32_t vectors_of(std::uint64_t elements) { return static_cast<std::uint32_t>((elements + 3) / 4); }

/// Whether every element can be fetched through a texel buffer of 1 or 4 components.
bool texels_fit(const vulkan::Device& device, std::uint64_t elements, std::uint32_t components);

}  // namespace hekla::kernels
