// What augmentation makes of pictures, to be looked at.

#include <hekla/augment.h>

#include <algorithm>
#include <cmath>

#include <hekla/plan.h>

namespace hekla {

data::Dataset augmented_samples(const Device& device, const data::Dataset& data, const Augmentation& augmentation, std::uint64_t seed) {
    Graph graph;
    std::vector<std::uint64_t> dims = {data.size()};
    dims.insert(dims.end(), data.image_shape.dims().begin(), data.image_shape.dims().end());
    const Tensor x = graph.input("images", {Shape(dims), DType::f32});
    const Tensor y = augment(x, augmentation, graph.step_state(), 0, 1, 0);
    data::Dataset result = data;
    if (data.source) {
        result.source = nullptr;
        for (std::uint64_t i = 0; i < data.size(); ++i) {
            const std::vector<std::uint8_t> pixels = data.read_image(i);
            result.images.insert(result.images.end(), pixels.begin(), pixels.end());
        }
    }
    if (y == x) return result;
    Plan plan = compile(device, graph, {y});
    plan.set(x, std::span<const float>(std::vector<float>(result.images.begin(), result.images.end())));
    plan.set_random(static_cast<std::uint32_t>(seed) ^ static_cast<std::uint32_t>(seed >> 32), 0);
    plan.run();
    std::ranges::transform(plan.read(y), result.images.begin(),
                           [](float value) { return static_cast<std::uint8_t>(std::clamp(std::round(value), 0.0f, 255.0f)); });
    return result;
}

}  // namespace hekla
