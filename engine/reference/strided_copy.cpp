#include "reference/check.h"
#include "reference/reference.h"

namespace hekla::reference {
namespace {

constexpr std::size_t most_axes = 6;

void check(const StridedCopy& copy) {
    const std::size_t axes = copy.dims.size();
    if (axes > most_axes)
        throw Error(ErrorCode::invalid_argument, "[reference strided_copy] " +
                                                     std::to_string(axes) +
                                                     " axes, at most 6 are possible");
    check_size("strided_copy", "the list of input strides", copy.in_strides.size(), axes);
    check_size("strided_copy", "the list of output strides", copy.out_strides.size(), axes);
}

std::size_t checked(const char* what, std::int64_t at, std::size_t elements) {
    if (at < 0 || at >= static_cast<std::int64_t>(elements))
        throw Error(ErrorCode::invalid_argument,
                    std::string("[reference strided_copy] ") + what + " index " +
                        std::to_string(at) + " lies outside its " + std::to_string(elements) +
                        " elements");
    return static_cast<std::size_t>(at);
}

void copy_axis(const StridedCopy& copy, std::size_t axis, std::int64_t from, std::int64_t to, In in,
               Out out) {
    if (axis == copy.dims.size()) {
        out[checked("output", to, out.size())] = in[checked("input", from, in.size())];
        return;
    }
    for (std::uint32_t i = 0; i < copy.dims[axis]; ++i)
        copy_axis(copy, axis + 1, from + std::int64_t{i} * copy.in_strides[axis],
                  to + std::int64_t{i} * copy.out_strides[axis], in, out);
}

}  // namespace

void strided_copy(const StridedCopy& copy, In in, Out out) {
    check(copy);
    copy_axis(copy, 0, copy.in_offset, copy.out_offset, in, out);
}

}  // namespace hekla::reference
