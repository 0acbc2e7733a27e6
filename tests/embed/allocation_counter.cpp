#include "embed/allocation_counter.h"

#include <cstdlib>
#include <new>

#include "support/intercept.h"

// In a file of its own: inlined beside its users, the pair is taken for a mismatch of malloc and delete.
namespace {
thread_local std::uint64_t count = 0;
}  // namespace

void* operator new(std::size_t bytes) {
    if (!hekla::tests::inside_vulkan()) ++count;
    if (void* memory = std::malloc(bytes ? bytes : 1)) return memory;
    throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

std::uint64_t hekla::tests::allocations() { return count; }
