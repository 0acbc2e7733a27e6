#pragma once
// How good a model is, in one sentence.

#include <hekla/data.h>
#include <hekla/nn.h>

#include <string>

#include "output.h"

namespace hekla::command {

/// Wilson's interval of a share seen `right` times in `count` (https://www.jstor.org/stable/2276774): with 95 % of all
/// samples it holds the true share.
struct Interval {
    double low = 0, high = 1;
};
Interval interval_95(std::uint64_t right, std::uint64_t count);

/// What always naming the training's most frequent class gets right in the test.
struct Baseline {
    std::string name;
    double accuracy = 0;
};
Baseline baseline(const data::Dataset& train, const data::Dataset& test);

/// "Of 200 test images 86.5 % were named right (95 % interval 81.1 to 90.6 %); always answering 'cat' would get 25.0 %."
std::string verdict_text(const Evaluation& test, const Baseline& baseline);
/// Adds "accuracy_95" and "baseline".
void add_verdict(Json& json, const Evaluation& test, const Baseline& baseline);

}  // namespace hekla::command
