// Rounds of pruning and fine-tuning.

#include <algorithm>
#include <cmath>

#include <hekla/error.h>
#include <hekla/prune.h>

#include "nn/network_copy.h"

namespace hekla {
namespace {

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorCode::invalid_argument, "[prune] " + what); }

void check(const PruneOptions& options) {
    if (!(options.amount >= 0 && options.amount < 1)) fail("the amount must lie in [0, 1) and is " + std::to_string(options.amount));
    if (options.rounds == 0) fail("the number of rounds must be at least 1");
}

/// What is gone after a round of several that take the same share of what is left.
double share_after(const PruneOptions& options, std::uint32_t round) {
    return 1 - std::pow(1 - options.amount, double(round) / options.rounds);
}

/// Accuracy and the better speed of two runs: the first one warms up.
void measure(Trainer& trainer, const data::Dataset& test, PruneRound& round) {
    const Evaluation first = trainer.evaluate(test), second = trainer.evaluate(test);
    round.accuracy = second.accuracy;
    round.images_per_second = std::max(first.images_per_second, second.images_per_second);
}

/// Takes out what this round takes, with nothing on the device that holds the parameters.
void take_out(Network& network, const PruneOptions& options, std::uint32_t round) {
    const double share = share_after(options, round);
    if (options.method != PruneMethod::channels) return prune_weights(network, options.method, share, options.trainer.seed);
    const double left = 1 - share_after(options, round - 1);
    network = prune_channels(network, 1 - (1 - share) / left).network;
}

}  // namespace

PruneResult prune(Device& device, const Network& network, const data::Dataset& train, const data::Dataset& test, const PruneOptions& options) {
    check(options);
    PruneResult result{nn::copy_of(network), {}};
    const auto report = [&](const PruneRound& round) {
        result.rounds.push_back(round);
        if (options.on_round) options.on_round(round);
    };
    PruneRound before;
    {
        Trainer trainer(device, result.network, options.trainer);
        measure(trainer, test, before);
        before.pruned_accuracy = before.accuracy;
        before.size = size_of(result.network);
    }
    report(before);
    bool stopped = false;
    for (std::uint32_t number = 1; number <= options.rounds && !stopped; ++number) {
        take_out(result.network, options, number);
        PruneRound round{.round = number, .share = share_after(options, number)};
        Trainer trainer(device, result.network, options.trainer);
        round.pruned_accuracy = trainer.evaluate(test).accuracy;
        if (options.fit.epochs > 0) stopped = trainer.fit(train, options.fit).stopped;
        measure(trainer, test, round);
        round.size = size_of(result.network);
        report(round);
    }
    return result;
}

}  // namespace hekla
