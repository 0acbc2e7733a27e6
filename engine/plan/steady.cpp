#include "plan/steady.h"

#include <algorithm>

namespace hekla::plan {

std::vector<bool> find_steady(std::span<const CallPlaces> calls, std::span<const SteadyPlace> places) {
    std::vector<std::uint32_t> writers(places.size(), 0);
    for (const CallPlaces& call : calls)
        for (std::uint32_t place : call.writes) ++writers[place];
    std::vector<bool> made(places.size(), false), steady;
    std::uint64_t bytes = 0;
    for (const CallPlaces& call : calls) {
        const bool reads = std::all_of(call.reads.begin(), call.reads.end(), [&](std::uint32_t place) { return places[place].fixed || made[place]; });
        const bool writes = std::all_of(call.writes.begin(), call.writes.end(), [&](std::uint32_t place) { return places[place].scratch && writers[place] == 1; });
        std::uint64_t kept = bytes;
        for (std::uint32_t place : call.writes) kept += places[place].bytes;
        steady.push_back(reads && writes && kept <= most_steady_bytes);
        if (!steady.back()) continue;
        bytes = kept;
        for (std::uint32_t place : call.writes) made[place] = true;
    }
    return steady;
}

}  // namespace hekla::plan
