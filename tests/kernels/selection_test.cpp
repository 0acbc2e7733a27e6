// A wrong kernel is found out, named and replaced.

#include "kernels/selection.h"

#include <gmock/gmock.h>
#include <hekla/error.h>

#include "kernels/pointwise.h"
#include "kernels/trial.h"
#include "reference/pointwise.h"
#include "support/shared_device.h"
#include "vulkan/device.h"

namespace hekla::tests {
namespace {

using kernels::Implementation;
using kernels::Problem;
using testing::HasSubstr;

/// A selection of its own: what the tests put into quarantine must not stay with the device.
class SelectionTest : public testing::Test {
  protected:
    vulkan::Device& device = shared_device().vulkan();
    kernels::Selection selection{device};
};

kernels::Unary unary(const char* row, std::uint64_t elements = 1000) {
    return kernels::Unary(reference::unary_index(row), elements, 0);
}

/// Implementations of the problem with the kernels of another row, under a name of their own.
std::vector<Implementation> as_candidates(const Problem& other, const vulkan::Device& device, const std::string& name) {
    std::vector<Implementation> list = other.implementations(device);
    list.resize(1);
    list[0].name = name;
    return list;
}

TEST_F(SelectionTest, TakesTheFirstThatPasses) {
    const kernels::Unary relu = unary("relu");
    EXPECT_EQ(selection.select(relu).name, relu.implementations(device)[0].name);
    EXPECT_TRUE(selection.quarantined().empty());
}

TEST_F(SelectionTest, AWrongKernelIsQuarantinedAndReplaced) {
    std::vector<std::string> told;
    selection.on_quarantine([&](const std::string& message) { told.push_back(message); });
    selection.offer([&](const Problem& problem) {
        const std::uint64_t elements = problem.operands()[0].elements;
        return as_candidates(unary("negate", elements), device, "fast but wrong");
    });
    const kernels::Unary relu = unary("relu");
    const Implementation chosen = selection.select(relu);
    EXPECT_EQ(chosen.name, relu.implementations(device)[0].name);
    EXPECT_TRUE(kernels::try_implementation(device, relu, chosen).passed);
    ASSERT_EQ(selection.quarantined().size(), 1u);
    EXPECT_THAT(selection.quarantined()[0], HasSubstr("fast but wrong"));
    EXPECT_THAT(selection.quarantined()[0], HasSubstr("operand 1 element"));
    EXPECT_EQ(told, selection.quarantined());
    selection.select(relu);
    EXPECT_EQ(told.size(), 1u) << "tested twice";
}

TEST_F(SelectionTest, ARightOfferIsPreferred) {
    selection.offer([&](const Problem& problem) {
        return as_candidates(unary("relu", problem.operands()[0].elements), device, "tuned");
    });
    EXPECT_EQ(selection.select(unary("relu")).name, "tuned");
    EXPECT_TRUE(selection.quarantined().empty());
}

TEST_F(SelectionTest, AllThatPassAreThoseThatAreRight) {
    selection.offer([&](const Problem& problem) {
        return as_candidates(unary("negate", problem.operands()[0].elements), device, "fast but wrong");
    });
    const kernels::Unary relu = unary("relu");
    std::vector<std::string> expected, found;
    for (const Implementation& own : relu.implementations(device)) expected.push_back(own.name);
    for (const Implementation& passed : selection.select_all(relu)) found.push_back(passed.name);
    EXPECT_EQ(found, expected);
    EXPECT_EQ(selection.quarantined().size(), 1u);
    EXPECT_EQ(selection.tested(), expected.size() + 1);
}

TEST_F(SelectionTest, AKernelThatLeavesPartsUnwrittenIsFoundOut) {
    selection.offer([&](const Problem& problem) {
        // Of fewer elements than the problem has: the rest keeps its poison.
        return as_candidates(unary("relu", problem.operands()[0].elements / 2), device, "half");
    });
    EXPECT_NE(selection.select(unary("relu")).name, "half");
    ASSERT_EQ(selection.quarantined().size(), 1u);
    EXPECT_THAT(selection.quarantined()[0], HasSubstr("half"));
}

TEST_F(SelectionTest, AKernelThatWritesOutOfBoundsIsFoundOut) {
    const kernels::Fill right(37, 0.5f);
    Implementation wide = kernels::Fill(37 + 16, 0.5f).implementations(device)[0];
    const kernels::TrialResult result = kernels::try_implementation(device, right, wide);
    // Where the device bounds writes to the bound range, the guard stays whole.
    if (!result.passed) {
        EXPECT_THAT(result.reason, HasSubstr("overwritten"));
    }
    EXPECT_TRUE(kernels::try_implementation(device, right, right.implementations(device)[0]).passed);
}

/// A problem whose implementations all belong to another one.
class Impossible : public kernels::Unary {
  public:
    Impossible() : Unary(reference::unary_index("square"), 100, 0) {}
    std::vector<Implementation> implementations(const vulkan::Device& device) const override {
        std::vector<Implementation> list = as_candidates(unary("negate", 100), device, "wrong one");
        list.push_back(as_candidates(unary("exp", 100), device, "wrong two")[0]);
        return list;
    }
    std::unique_ptr<Problem> small() const override { return std::make_unique<Impossible>(); }
};

TEST_F(SelectionTest, AnErrorNamesAllThatFailed) {
    try {
        selection.select(Impossible());
        FAIL() << "no Error";
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::unsupported);
        for (const char* part : {"implementation of square", "wrong one", "wrong two"})
            EXPECT_THAT(error.what(), HasSubstr(part));
    }
    EXPECT_EQ(selection.quarantined().size(), 2u);
}

TEST_F(SelectionTest, BelongsToTheDevice) {
    EXPECT_EQ(&kernels::Selection::of(device), &kernels::Selection::of(device));
}

}  // namespace
}  // namespace hekla::tests
