#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#include <stb_image_write.h>

#include "io/image_check.h"

namespace hekla::io {

namespace {

void append(void* user, void* bytes, int count) {
    static_cast<std::string*>(user)->append(static_cast<const char*>(bytes),
                                            static_cast<std::size_t>(count));
}

}  // namespace

std::string encode_png(const Image& image) {
    check_image(image, "encode_png");
    std::string file;
    const int row_bytes = static_cast<int>(image.width * image.channels);
    if (!stbi_write_png_to_func(append, &file, static_cast<int>(image.width),
                                static_cast<int>(image.height), static_cast<int>(image.channels),
                                image.pixels.data(), row_bytes)) {
        throw Error(ErrorCode::out_of_memory, "[encode_png] no memory to encode a picture");
    }
    return file;
}

}  // namespace hekla::io
