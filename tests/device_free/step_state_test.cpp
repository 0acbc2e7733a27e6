// engine/base/step_state.h and shaders/step_state.glsl describe the same bytes.

#include "base/step_state.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace hekla {
namespace {

struct Member {
    std::string type, name;
    bool operator==(const Member&) const = default;
};

std::vector<Member> shader_members() {
    std::ifstream file(std::string(HEKLA_SOURCE_DIR) + "/shaders/step_state.glsl");
    EXPECT_TRUE(file.good());
    std::vector<Member> members;
    const std::regex member(R"(^\s*(uint|float|int)\s+(\w+);\s*\\?\s*$)");
    std::smatch match;
    for (std::string line; std::getline(file, line);)
        if (std::regex_match(line, match, member)) members.push_back({match[1], match[2]});
    return members;
}

TEST(StepState, IsLaidOutAsInTheShaders) {
    const std::vector<Member> shader = shader_members();
    ASSERT_EQ(shader.size() * 4, sizeof(StepState));
    std::vector<Member> host(sizeof(StepState) / 4);
#define MEMBER(type, member) host.at(offsetof(StepState, member) / 4) = {type, #member}
    MEMBER("uint", step);
    MEMBER("uint", cursor);
    MEMBER("uint", live_rows);
    MEMBER("uint", halted);
    MEMBER("uint", seed);
    MEMBER("uint", random_counter);
    MEMBER("uint", samples);
    MEMBER("uint", batch);
    MEMBER("float", learning_rate);
    MEMBER("float", beta1_correction);
    MEMBER("float", beta2_correction);
    MEMBER("uint", epoch_step);
    MEMBER("float", base_learning_rate);
    MEMBER("float", gradient_scale);
    MEMBER("uint", updates);
    MEMBER("uint", schedule_start);
    MEMBER("uint", accumulated_steps);
    MEMBER("uint", accumulated_rows);
    MEMBER("float", loss_scale);
    MEMBER("uint", good_steps);
    MEMBER("uint", skipped_steps);
    MEMBER("uint", overflow);
#undef MEMBER
    for (std::size_t i = 0; i < 2; ++i)
        host.at(offsetof(StepState, reserved) / 4 + i) = {"uint", "reserved" + std::to_string(i)};
    for (std::size_t i = 0; i < host.size(); ++i) EXPECT_EQ(shader[i], host[i]) << "word " << i << ": " << shader[i].name;
}

TEST(StepState, BeginsBeforeTheFirstUpdate) {
    const StepState state;
    EXPECT_EQ(state.step, 0u);
    EXPECT_EQ(state.halted, 0u);
    EXPECT_EQ(state.loss_scale, 1.0f);
    EXPECT_EQ(state.beta1_correction, 0.0f);
    EXPECT_EQ(state.beta2_correction, 0.0f);
}

TEST(StepState, TheRingHoldsMoreThanTwoSubmits) {
    // Steps per submit are at most a quarter of the ring, and two submits are in flight.
    EXPECT_GE(ring_entries, 512u);
    EXPECT_EQ(ring_entries & (ring_entries - 1), 0u) << "step numbers wrap at 2^32";
}

}  // namespace
}  // namespace hekla
