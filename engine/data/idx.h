#pragma once
// IDX, the format of MNIST and its relatives: a magic word that gives type and rank, one big-endian
// 32-bit word per dimension, then the bytes.

#include <cstdint>
#include <string>
#include <vector>

#include <hekla/data.h>
#include "data/byte_source.h"

namespace hekla::data {

struct IdxImages {
    std::uint64_t count = 0, height = 0, width = 0;
    std::vector<std::uint8_t> bytes;  // count x height x width
};

/// Throw Error (invalid_file) naming file, byte and reason: truncated, wrong magic, zero or absurd
/// dimensions, trailing bytes.
IdxImages read_idx_images(ByteSource source);
std::vector<std::uint8_t> read_idx_labels(ByteSource source);

/// One half of a data set. Throws Error also if the counts differ or a label has no class.
Dataset read_idx_dataset(const std::string& name, ByteSource images, ByteSource labels,
                         const std::vector<std::string>& classes);

}  // namespace hekla::data
