#pragma once
// The binary version of CIFAR: records of one label (CIFAR-10) or two (CIFAR-100: coarse, fine),
// then 32 x 32 pixels as three planes.

#include <string>
#include <vector>

#include <hekla/data.h>
#include "data/byte_source.h"

namespace hekla::data {

struct CifarFormat {
    std::uint32_t label_bytes;  // the last one is the label that is used
    std::uint32_t coarse_classes;
};
constexpr CifarFormat cifar10_format{1, 0};
constexpr CifarFormat cifar100_format{2, 20};

/// Appends the file's records to `set` (whose classes are set), planes turned to H x W x C. With names
/// of the coarse classes the set's tree is made of, or compared with, the labels.
/// Throws Error (invalid_file) naming file, record and byte.
void append_cifar(Dataset& set, const CifarFormat& format, ByteSource source,
                  const std::vector<std::string>& coarse_names = {});

/// The names in a file of one name per line; throws Error (invalid_file) unless there are `count`.
std::vector<std::string> read_class_names(ByteSource source, std::size_t count);

}  // namespace hekla::data
