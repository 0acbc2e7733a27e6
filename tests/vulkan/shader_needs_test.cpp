// Workgroup size and shared memory read from SPIR-V that is written out here; needs no device.

#include "vulkan/shader_needs.h"

#include <gtest/gtest.h>
#include <hekla/error.h>

#include <initializer_list>
#include <vector>

namespace hekla::vulkan {
namespace {

class Words {
  public:
    Words() : words_{0x07230203, 0x00010300, 0, 100, 0} {}
    void add(std::uint32_t op, std::initializer_list<std::uint32_t> operands) {
        words_.push_back(static_cast<std::uint32_t>(operands.size() + 1) << 16 | op);
        words_.insert(words_.end(), operands);
    }
    std::vector<std::uint32_t> words_;
};

// Ids.
enum : std::uint32_t {
    main_ = 1,
    uint_,
    size_type,
    x,
    y,
    one,
    group_size,
    tile,
    length,
    float_,
    array,
    array_pointer,
    shared,
    vec3,
    three,
    vectors,
    vectors_pointer,
    more_shared,
    half_tile
};

/// layout(local_size_x_id = 4, local_size_y_id = 5) in;  layout(constant_id = 7) const uint tile;
/// shared float shared_[(tile / 2) * gl_WorkGroupSize.x];  shared vec3 more_shared[3];
Words example() {
    Words module;
    module.add(71, {x, 1, 4});  // OpDecorate SpecId
    module.add(71, {y, 1, 5});
    module.add(71, {tile, 1, 7});
    module.add(71, {group_size, 11, 25});   // BuiltIn WorkgroupSize
    module.add(16, {main_, 17, 1, 1, 1});   // OpExecutionMode LocalSize
    module.add(21, {uint_, 32, 0});         // OpTypeInt
    module.add(23, {size_type, uint_, 3});  // OpTypeVector
    module.add(50, {uint_, x, 8});          // OpSpecConstant
    module.add(50, {uint_, y, 1});
    module.add(43, {uint_, one, 1});  // OpConstant
    module.add(51, {size_type, group_size, x, y, one});
    module.add(50, {uint_, tile, 4});
    module.add(43, {uint_, three, 3});
    module.add(52, {uint_, half_tile, 194, tile, one});  // OpShiftRightLogical
    module.add(52, {uint_, length, 132, half_tile, x});  // OpIMul
    module.add(22, {float_, 32});
    module.add(28, {array, float_, length});     // OpTypeArray
    module.add(32, {array_pointer, 4, array});   // OpTypePointer Workgroup
    module.add(59, {array_pointer, shared, 4});  // OpVariable Workgroup
    module.add(23, {vec3, float_, 3});
    module.add(28, {vectors, vec3, three});
    module.add(32, {vectors_pointer, 4, vectors});
    module.add(59, {vectors_pointer, more_shared, 4});
    return module;
}

constexpr ShaderConstant constants[] = {{"x", 4, 8}, {"y", 5, 1}, {"tile", 7, 4}};

TEST(ShaderNeeds, FollowTheSpecializationConstants) {
    const Words module = example();
    const ShaderInfo shader{"example", module.words_, {}, constants, 0};
    const std::uint32_t words[] = {16, 4, 10};
    const ShaderNeeds needs = shader_needs(shader, words);
    EXPECT_EQ(needs.group_size[0], 16u);
    EXPECT_EQ(needs.group_size[1], 4u);
    EXPECT_EQ(needs.group_size[2], 1u);
    EXPECT_EQ(needs.shared_bytes, 5u * 16u * 4u + 3u * 16u);
}

TEST(ShaderNeeds, RefuseWordsThatAreNoSpirv) {
    const std::vector<std::uint32_t> words{1, 2, 3};
    EXPECT_THROW(shader_needs({"broken", words, {}, {}, 0}, {}), Error);
    Words module = example();
    module.words_.pop_back();
    const std::uint32_t values[] = {16, 4, 10};
    EXPECT_THROW(shader_needs({"cut", module.words_, {}, constants, 0}, values), Error);
}

}  // namespace
}  // namespace hekla::vulkan
