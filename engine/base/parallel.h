#pragma once
// Independent pieces of work on several threads.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace hekla::base {

/// Calls work(i) for each i below `count`, on `threads` threads (0: one per processor); returns when all have ended. `work` must not throw.
inline void parallel_for(std::uint64_t count, unsigned threads, const std::function<void(std::uint64_t)>& work) {
    const unsigned wanted = std::max(threads ? threads : std::thread::hardware_concurrency(), 1u);
    std::atomic<std::uint64_t> next = 0;
    const auto run = [&] {
        for (std::uint64_t i = next++; i < count; i = next++) work(i);
    };
    std::vector<std::thread> others;
    for (std::uint64_t i = 1; i < std::min<std::uint64_t>(wanted, count); ++i) others.emplace_back(run);
    run();
    for (std::thread& other : others) other.join();
}

}  // namespace hekla::base
