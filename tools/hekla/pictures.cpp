#include "pictures.h"

#include <hekla/io.h>

namespace hekla::command {

data::Dataset read_pictures(const std::vector<std::string>& paths, bool invert, const InputInfo& input) {
    data::Dataset set;
    set.name = "pictures";
    set.image_shape = input.image_shape;
    set.classes = input.classes;
    const auto side = [&](std::size_t axis) {
        return static_cast<std::uint32_t>(input.image_shape[axis]);
    };
    for (const std::string& path : paths) {
        const io::Image image = io::fitted(io::read_image(path), side(0), side(1), side(2), input.fit);
        for (const std::uint8_t value : image.pixels) {
            set.images.push_back(invert ? static_cast<std::uint8_t>(255 - value) : value);
        }
    }
    set.labels.assign(paths.size(), 0);
    return set;
}

std::string class_name(const std::vector<std::string>& classes, std::size_t index) {
    return index < classes.size() ? classes[index] : std::to_string(index);
}

}  // namespace hekla::command
