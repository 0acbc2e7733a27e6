// The scale of the loss inside an update: powers of two change no bit of it, whatever the optimizer and what stands around it,
// and an update that overflows does not happen.

#include <gtest/gtest.h>
#include <hekla/ops.h>

#include <cmath>
#include <limits>

#include "kernels/optimizers.h"
#include "kernels/trial.h"
#include "ops/op_records.h"
#include "plan/plan_state.h"
#include "reference/reference.h"
#include "support/shared_device.h"

namespace hekla {
namespace {

using tests::shared_device;
constexpr int overflow = -1, not_a_number = -2;

/// What an update leaves behind.
struct Left {
    std::vector<float> w, b, averages;
    StepState state;
};

/// A matrix and a vector whose gradients are inputs.
class Updated {
  public:
    Updated(const Optimizer& optimizer, const UpdateOptions& options, float loss_scale)
        : w_(std::make_shared<Parameter>("w", Shape{9, 7}, std::vector<float>(63, 0.25f))),
          b_(std::make_shared<Parameter>("b", Shape{7}, std::vector<float>(7, -0.5f))), averages_(options.average_decay != 0) {
        const Tensor w = graph_.parameter(w_), b = graph_.parameter(b_);
        dw_ = graph_.input("dw", w.desc());
        db_ = graph_.input("db", b.desc());
        const Tensor loss = add(reduce_sum(multiply(w, dw_)), reduce_sum(multiply(b, db_)));
        const bool scaled = loss_scale != 0;
        (scaled ? minimize_scaled : minimize)(loss, optimizer, options);
        advance_step(graph_.step_state(), optimizer, {}, scaled ? 3 : 0);
        store_ = std::make_shared<ParameterStore>(shared_device(), std::vector{w_, b_});
        plan_ = std::make_unique<Plan>(compile(shared_device(), graph_, {loss}, store_));
        StepState state;
        state.learning_rate = learning_rate(optimizer);
        state.samples = 1000;
        state.batch = state.live_rows = 8;
        if (scaled) state.loss_scale = loss_scale;
        plan_->state().write_step_state(state);
    }

    Left run(std::initializer_list<int> batches) {
        for (int batch : batches) {
            plan_->set(dw_, std::span<const float>(gradients(63, batch)));
            plan_->set(db_, std::span<const float>(gradients(7, std::abs(batch))));
            plan_->run();
        }
        Left left{w_->values(), b_->values(), {}, plan_->state().read_step_state()};
        if (!averages_) return left;
        left.averages.resize(63);
        const ParameterStore::State& s = store_->state();
        shared_device().vulkan().download({s.averages.get(), s.offsets[s.index_of(w_)], 63 * 4}, std::as_writable_bytes(std::span(left.averages)));
        return left;
    }

  private:
    static std::vector<float> gradients(std::uint32_t count, int batch) {
        std::vector<float> values(count);
        for (std::uint32_t i = 0; i < count; ++i)
            values[i] = static_cast<float>(2 * reference::random_unit(7, static_cast<std::uint32_t>(batch + 8), 0, i) - 1);
        if (batch < 0) values[count / 2] = batch == overflow ? std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
        return values;
    }

    ParameterPtr w_, b_;
    bool averages_;
    Graph graph_;
    Tensor dw_, db_;
    std::shared_ptr<ParameterStore> store_;
    std::unique_ptr<Plan> plan_;
};

const std::vector<Optimizer>& optimizers() {
    static const std::vector<Optimizer> all = {Sgd{},    Sgd{.momentum = 0.9f, .nesterov = true, .weight_decay = 0.01f}, Adam{}, AdamW{}, AdaGrad{},
                                               RmsProp{}, RmsProp{.momentum = 0.9f},                                        Lion{}};
    return all;
}
/// Tight enough to act in every update.
UpdateOptions everything() {
    return {.accumulate = 2, .clip_norm = 0.5f, .clip_value = 0.1f, .weight_range = UpdateOptions::Range{-0.4f, 0.3f}, .max_norm = 0.7f, .average_decay = 0.5f};
}
std::vector<UpdateOptions> options() {
    return {{}, {.clip_norm = 0.5f}, {.clip_value = 0.1f}, {.average_decay = 0.5f}, everything()};
}

void expect_same(const Left& found, const Left& expected) {
    EXPECT_EQ(found.w, expected.w);
    EXPECT_EQ(found.b, expected.b);
    EXPECT_EQ(found.averages, expected.averages);
    EXPECT_EQ(found.state.updates, expected.state.updates);
    EXPECT_EQ(found.state.beta1_correction, expected.state.beta1_correction);
    EXPECT_EQ(found.state.beta2_correction, expected.state.beta2_correction);
    EXPECT_EQ(found.state.accumulated_steps, expected.state.accumulated_steps);
    EXPECT_EQ(found.state.accumulated_rows, expected.state.accumulated_rows);
}

TEST(LossScale, OfAPowerOfTwoChangesNoBitOfAnyUpdate) {
    for (const Optimizer& optimizer : optimizers())
        for (const UpdateOptions& update : options()) {
            SCOPED_TRACE(std::string(name(optimizer)) + ", accumulate " + std::to_string(update.accumulate));
            const Left plain = Updated(optimizer, update, 0).run({1, 2, 3, 4, 5, 6}), scaled = Updated(optimizer, update, 1024).run({1, 2, 3, 4, 5, 6});
            expect_same(scaled, plain);
            EXPECT_NE(scaled.w, std::vector<float>(63, 0.25f));
            EXPECT_EQ(scaled.state.loss_scale, 4096) << "six good steps";
            EXPECT_EQ(plain.state.loss_scale, 1);
        }
}

TEST(LossScale, AnUpdateThatOverflowsDoesNotHappen) {
    for (const Optimizer& optimizer : optimizers())
        for (const UpdateOptions& update : options()) {
            if (update.accumulate > 1) continue;
            SCOPED_TRACE(name(optimizer));
            const Left left = Updated(optimizer, update, 1024).run({overflow, 1, 2, not_a_number, 3, 4});
            expect_same(left, Updated(optimizer, update, 0).run({1, 2, 3, 4}));
            EXPECT_EQ(left.state.step, 6u);
            EXPECT_EQ(left.state.skipped_steps, 2u);
            EXPECT_EQ(left.state.loss_scale, 256);
            EXPECT_EQ(left.state.overflow, 0u);
        }
}

/// Constraints, too: at first the weights are outside of the range and of the norm.
TEST(LossScale, AnOverflowLeavesTheWeightsAsTheyWere) {
    for (const Optimizer& optimizer : optimizers()) {
        const Left left = Updated(optimizer, everything(), 1024).run({overflow, not_a_number});
        EXPECT_EQ(left.w, std::vector<float>(63, 0.25f));
        EXPECT_EQ(left.b, std::vector<float>(7, -0.5f));
        EXPECT_EQ(left.averages, std::vector<float>(63, 0.0f));
        EXPECT_EQ(left.state.updates, 0u);
    }
}

TEST(LossScale, AnOverflowDropsWhatWasAccumulated) {
    for (const Optimizer& optimizer : optimizers()) {
        SCOPED_TRACE(name(optimizer));
        const Left expected = Updated(optimizer, everything(), 0).run({1, 2, 4, 5, 6});
        // As the first of two batches, and as the second.
        expect_same(Updated(optimizer, everything(), 1024).run({1, 2, overflow, 4, 5, 6}), expected);
        expect_same(Updated(optimizer, everything(), 1024).run({1, 2, 3, not_a_number, 4, 5, 6}), expected);
    }
}

/// What is not finite without scaling is no overflow of it.
TEST(LossScale, AtOneNothingIsLeftOut) {
    const Left left = Updated(Sgd{}, {}, 1).run({overflow});
    EXPECT_TRUE(std::isinf(left.w[31])) << left.w[31];
    EXPECT_EQ(left.state.skipped_steps, 0u);
}

template <class P, class... Args>
void try_seeds(Args&&... args) {
    vulkan::Device& device = shared_device().vulkan();
    const P problem(args...);
    for (std::uint32_t seed = 1; seed <= 6; ++seed) {
        const auto result = kernels::try_implementation(device, problem, problem.implementations(device)[0], seed);
        EXPECT_TRUE(result.passed) << problem.name() << ", seed " << seed << ": " << result.reason;
    }
}

/// Whose samples have an overflow by some seeds.
TEST(LossScale, KernelsOfTheStepStateKnowOverflows) {
    for (std::uint32_t growth : {0u, 3u, 7u}) try_seeds<kernels::Advance>(0.9f, 0.999f, reference::ScheduleSettings{}, growth);
    for (std::uint32_t accumulate : {1u, 2u, 3u})
        for (float clip : {0.0f, 0.5f}) try_seeds<kernels::BeginUpdate>(192u, accumulate, clip);
}

}  // namespace
}  // namespace hekla
