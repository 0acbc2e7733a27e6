#include <gtest/gtest.h>
#include <hekla/error.h>
#include <hekla/tensor_desc.h>

namespace hekla {
namespace {

TEST(Shape, CountsElements) {
    EXPECT_EQ(Shape{}.elements(), 1u);
    EXPECT_EQ((Shape{8, 32, 32, 3}).elements(), 24576u);
    EXPECT_EQ((Shape{1u << 31, 1u << 31, 2}).elements(), std::uint64_t{1} << 63);
    EXPECT_EQ((Shape{~std::uint64_t{0}, 0}).elements(), 0u);
}

TEST(Shape, RefusesMoreElementsThanCanBeCounted) {
    EXPECT_THROW((Shape{1u << 31, 1u << 31, 3}).elements(), Error);
    EXPECT_THROW((Shape{~std::uint64_t{0}}).elements(), Error);
}

TEST(Shape, PrintsItself) {
    EXPECT_EQ(to_string(Shape{}), "scalar");
    EXPECT_EQ(to_string(Shape{8, 32, 32, 3}), "8x32x32x3");
    EXPECT_EQ(to_string(TensorDesc{{2, 3}, DType::u8}), "u8 2x3");
}

TEST(TensorDesc, CountsBytes) {
    EXPECT_EQ((TensorDesc{{2, 3}, DType::u8}).bytes(), 6u);
    for (DType dtype : {DType::f32, DType::u32, DType::i32})
        EXPECT_EQ((TensorDesc{{2, 3}, dtype}).bytes(), 24u) << name(dtype);
}

}  // namespace
}  // namespace hekla
