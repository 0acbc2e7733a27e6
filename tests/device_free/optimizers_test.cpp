// Optimizers and schedules by name, and settings that make no sense.

#include <gtest/gtest.h>
#include <hekla/error.h>
#include <hekla/ops.h>

#include <cmath>

#include "nn/schedule.h"

namespace hekla {
namespace {

void refuses(const Optimizer& chosen, const UpdateOptions& options, const std::string& part) {
    const auto parameter = std::make_shared<Parameter>("p", Shape{2}, std::vector<float>(2));
    Graph graph;
    const Tensor loss = reduce_sum(square(graph.parameter(parameter)));
    try {
        minimize(loss, chosen, options);
        ADD_FAILURE() << "accepted: " << part;
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
        EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
}

TEST(Optimizers, AreKnownByName) {
    for (const char* known : {"sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "lion"})
        EXPECT_STREQ(name(optimizer(known)), known);
    EXPECT_STREQ(name(optimizer("gradient-descent")), "sgd");
    EXPECT_EQ(learning_rate(optimizer("lion")), 1e-4f);
    EXPECT_THROW(optimizer("adagad"), Error);
}

TEST(Optimizers, SettingsThatMakeNoSenseAreRefused) {
    const float nan = std::nanf("");
    refuses(Sgd{.learning_rate = -1}, {}, "learning rate");
    refuses(Sgd{.learning_rate = nan}, {}, "learning rate");
    refuses(Sgd{.momentum = 1}, {}, "momentum");
    refuses(Sgd{.nesterov = true}, {}, "Nesterov");
    refuses(Adam{.beta1 = 1}, {}, "beta1");
    refuses(AdamW{.beta2 = -0.5f}, {}, "beta2");
    refuses(AdamW{.weight_decay = nan}, {}, "weight decay");
    refuses(RmsProp{.decay = 1.5f}, {}, "decay of squares");
    refuses(AdaGrad{.initial = -1}, {}, "initial sum");
    refuses(Lion{.beta1 = nan}, {}, "beta1");
    refuses(Sgd{}, {.accumulate = 0}, "batches per update");
    refuses(Sgd{}, {.clip_norm = -1}, "gradients' norm");
    refuses(Sgd{}, {.clip_value = nan}, "limit of the gradients");
    refuses(Sgd{}, {.weight_range = UpdateOptions::Range{1, 1}}, "above its lower end");
    refuses(Sgd{}, {.max_norm = INFINITY}, "weights' norm");
    refuses(Sgd{}, {.average_decay = 1}, "weights' average");
}

TEST(Schedules, ReadWhatTheyWrite) {
    for (const char* text : {"constant", "step:10,0.1", "step:2.5,0.5", "exponential:0.95", "cosine:0", "cosine:0.01", "one-cycle:0.3,0.04,4e-06"})
        EXPECT_EQ(to_string(parse_schedule(text)), text);
    EXPECT_EQ(to_string(parse_schedule("step")), "step:10,0.1");
    EXPECT_EQ(to_string(parse_schedule("one-cycle:0.2")), "one-cycle:0.2,0.04,4e-06");
    Schedule warm = parse_schedule("cosine");
    warm.warmup = 100;
    EXPECT_EQ(to_string(warm), "cosine:0, warm-up 100");
}

TEST(Schedules, NonsenseIsRefused) {
    for (const char* text : {"", "cosin", "constant:1", "step:0", "step:-2", "step:ten", "step:10,", "step:10,0.1,3", "step:10,0", "step:10,2",
                             "exponential:0", "cosine:-1", "cosine:2", "cosine:nan", "one-cycle:0", "one-cycle:1", "one-cycle:0.3,0"})
        EXPECT_THROW(parse_schedule(text), Error) << text;
    EXPECT_THROW(nn::in_updates({.warmup = 20}, 10, 2), Error);
    EXPECT_NO_THROW(nn::in_updates({.warmup = 19}, 10, 2));
}

TEST(Schedules, TinyTrainingsAreFinite) {
    for (const char* text : {"step:10,0.1", "exponential", "cosine", "one-cycle"})
        for (std::uint32_t t = 0; t < 5; ++t) {
            const double factor = reference::schedule_factor(nn::in_updates(parse_schedule(text), 1, 1), t);
            EXPECT_TRUE(factor >= 0 && factor <= 1) << text << ", " << t;
        }
}

}  // namespace
}  // namespace hekla
