#pragma once
// Calls that make the same of the parameters in every run of a plan that does not change them: copies of weights turned
// over or with room, Winograd's transforms. They run once after the parameters changed.

#include <cstdint>
#include <span>
#include <vector>

namespace hekla::plan {

/// What a call reads and writes, by number of the place.
struct CallPlaces {
    std::vector<std::uint32_t> reads, writes;
};
/// What the search needs to know of a place.
struct SteadyPlace {
    bool fixed = false;    // a parameter or a constant
    bool scratch = false;  // an implementation's own
    std::uint64_t bytes = 0;
};

/// Most bytes of scratch that a plan keeps for them: beyond it, calls run every time.
inline constexpr std::uint64_t most_steady_bytes = 64u << 20;

/// By call: whether it reads nothing but what is fixed or made by calls before it that are steady, and writes nothing but
/// scratch that no other call writes.
std::vector<bool> find_steady(std::span<const CallPlaces> calls, std::span<const SteadyPlace> places);

}  // namespace hekla::plan
