#include <hekla/error.h>
#include <hekla/prune.h>

#include <algorithm>
#include <array>

#include <zlib.h>

namespace hekla::io {

std::uint64_t deflated_bytes(std::span<const std::byte> bytes) {
    z_stream stream{};
    if (deflateInit(&stream, Z_BEST_COMPRESSION) != Z_OK) throw Error(ErrorCode::out_of_memory, "[deflate] no memory to compress");
    std::array<Bytef, 1 << 16> out;
    std::uint64_t size = 0;
    int status = Z_OK;
    while (status == Z_OK) {
        if (stream.avail_in == 0) {  // the library counts in 32 bits
            const std::size_t count = std::min<std::size_t>(bytes.size(), 1 << 30);
            stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
            stream.avail_in = static_cast<uInt>(count);
            bytes = bytes.subspan(count);
        }
        stream.next_out = out.data();
        stream.avail_out = static_cast<uInt>(out.size());
        status = deflate(&stream, bytes.empty() ? Z_FINISH : Z_NO_FLUSH);
        size += out.size() - stream.avail_out;
    }
    deflateEnd(&stream);
    if (status != Z_STREAM_END) throw Error(ErrorCode::internal, "[deflate] zlib ended with " + std::to_string(status));
    return size;
}

}  // namespace hekla::io
