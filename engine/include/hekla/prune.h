#pragma once
// Smaller networks: weights that are taken out (they are 0 and stay so), or whole channels (the network shrinks).

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <hekla/config.h>
#include <hekla/nn.h>

namespace hekla {

enum class PruneMethod : std::uint8_t {
    magnitude,  // the smallest weights of the whole network first (Han et al. 2015; one threshold for all layers)
    largest,    // the largest first: what a control loses, that small weights do not carry
    random,     // any, by a seed
    channels    // whole channels and units, those of the least L1 norm in each layer first (Li et al. 2017)
};
/// "magnitude", "largest", "random", "channels". Throws Error listing them.
PruneMethod prune_method(std::string_view name);
const char* name(PruneMethod method);

/// How large a network is.
struct NetworkSize {
    std::uint64_t parameters = 0, nonzero = 0;
    std::uint64_t multiply_adds = 0;  // per image, forward; zeros are multiplied too
};
NetworkSize size_of(const Network& network);

/// Gives the parameters masks, so that `share` of all weights (0 to below 1; of trainable tensors of two axes or more: no biases)
/// are 0 and stay 0 in training. Weights that were masked before stay so and count. A network that was saved has its zeros, and
/// no masks. Throws Error for PruneMethod::channels, a share out of range, and while a Trainer holds the parameters.
void prune_weights(Network& network, PruneMethod method, double share, std::uint64_t seed = 0);

/// A network without the channels that were taken out.
struct ChannelPruning {
    Network network;                   // parameters of its own
    struct Layer {
        std::string name;
        std::uint32_t before = 0, after = 0;  // channels
        std::string kept;              // why all were kept; empty where they could be taken out
    };
    std::vector<Layer> layers;         // convolutions, separable ones and dense layers
};
/// Takes `share` of the channels of each convolution and the units of each dense layer out, as far as nothing but convolutions and
/// dense layers reads them, through pools, activations, dropout, batch and instance normalization, depthwise convolutions and
/// flatten. What meets another path (Add, Concat) or is the network's output keeps its channels. Throws Error for a share out of
/// range, and where no layer can be made smaller, naming why.
ChannelPruning prune_channels(const Network& network, double share);

/// The network after a round; round 0 is before any pruning.
struct PruneRound {
    std::uint32_t round = 0;
    double share = 0;                  // taken out so far: of the weights, or of the channels of a layer that can be made smaller
    double pruned_accuracy = 0;        // of the test set, before fine-tuning
    double accuracy = 0;               // after it
    NetworkSize size;
    double images_per_second = 0;      // of evaluation, the better of two runs
};
struct PruneOptions {
    PruneMethod method = PruneMethod::magnitude;
    double amount = 0.5;               // share that is gone after the last round; each round takes the same share of what is left
    std::uint32_t rounds = 1;
    TrainerOptions trainer = {};       // of fine-tuning; its seed also chooses PruneMethod::random's weights
    FitOptions fit = {};               // `epochs` in each round
    std::function<void(const PruneRound&)> on_round = {};
};
struct PruneResult {
    Network network;                   // parameters of its own; the network given keeps its
    std::vector<PruneRound> rounds;    // rounds + 1
};
/// Prunes and fine-tunes in turn. Ends early, with what it has, where fit.should_stop says so. Throws Error as the above and
/// Trainer do.
PruneResult prune(Device& device, const Network& network, const data::Dataset& train, const data::Dataset& test, const PruneOptions& options);

#if HEKLA_WITH_IO
namespace io {
/// Bytes that deflate (zlib) makes of these, as an archive would store them: zeros cost next to nothing there.
std::uint64_t deflated_bytes(std::span<const std::byte> bytes);
}  // namespace io
#endif

}  // namespace hekla
