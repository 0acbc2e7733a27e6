#pragma once
// Augmentation: pictures of a training batch changed at random on the device, inside the replayed step. The random numbers
// are a hash of (seed, step, row), so the same seed gives the same pictures however the steps are cut into submits.

#include <cstdint>
#include <string>
#include <string_view>

#include <hekla/data.h>
#include <hekla/device.h>
#include <hekla/graph.h>

namespace hekla {

/// What may happen to a picture, by how much at most; 0 is off. "+-a" is uniform from -a to a. They act in this order:
/// flips, rotation, scaling and shifts as one bilinear sampling (flips and crop alone move whole pixels), with black beyond
/// the border; then brightness, contrast, saturation and noise, cut to black .. white; cutout; mixup. Amounts of colour are
/// shares of the way from black to white, whatever the network's scale and shift make of bytes.
struct Augmentation {
    float flip = 0;           // probability of the mirror image, left and right exchanged; 0 .. 1
    float flip_vertical = 0;  // probability of top and bottom exchanged; 0 .. 1
    std::uint32_t crop = 0;   // a crop of the picture padded by so many pixels of black: shifts by whole pixels, +-crop each way
    float rotate = 0;         // +-degrees about the centre; 0 .. 180
    float scale = 0;          // larger by 1 +- scale; 0 .. 0.9
    float translate = 0;      // shifts by +-translate of width and height; 0 .. 1
    float brightness = 0;     // added: +-brightness of the way from black to white; 0 .. 1
    float contrast = 0;       // distances from middle grey times 1 +- contrast; 0 .. 1
    float saturation = 0;     // distances from the pixel's own grey (ITU-R BT.601) times 1 +- saturation; 0 .. 1; RGB only
    float noise = 0;          // added to each number: deviation, in shares of black to white, nearly normal; 0 .. 1
    std::uint32_t cutout = 0; // side of a square of middle grey, its centre anywhere (DeVries and Taylor 2017); pixels
    /// Mixes each picture, and its label, with the next one of the batch: lambda x + (1 - lambda) x_next, lambda from
    /// Beta(mixup, mixup) (Zhang et al. 2018), the larger share its own; 0.05 .. 2.
    float mixup = 0;

    bool operator==(const Augmentation&) const = default;
};

/// Whether anything is on.
bool is_on(const Augmentation& augmentation);

/// From text: "flip,crop:4,rotate:15": names with amounts, which may be left out: flip:0.5, flip-vertical:0.5, crop:4,
/// rotate:15, scale:0.1, translate:0.1, brightness:0.2, contrast:0.2, saturation:0.2, noise:0.05, cutout:8, mixup:0.2; "none"
/// alone is nothing. Throws Error naming the item that is wrong.
Augmentation parse_augmentation(std::string_view text);
/// In the form that parse_augmentation reads.
std::string to_string(const Augmentation& augmentation);
/// Throws Error for an amount outside its range.
void check(const Augmentation& augmentation);

/// images f32 [N,H,W,C], C from 1 to 4 (2 and 4: the last is opacity, which colour leaves alone); byte b is b * scale + shift.
/// Rows past the live ones are zeros. `stream` tells apart several uses in one step. No gradient flows to the images.
/// Throws Error (invalid_argument) for amounts out of range, and for saturation of images that have no colours.
Tensor augment(Tensor images, const Augmentation& augmentation, Tensor step_state, std::uint32_t stream = 0, float scale = 1.0f / 255.0f,
               float shift = 0);

/// The pictures of `data` as one augmented batch, as a training would see them.
data::Dataset augmented_samples(const Device& device, const data::Dataset& data, const Augmentation& augmentation, std::uint64_t seed = 0);

}  // namespace hekla
