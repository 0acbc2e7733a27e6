// Loops and multiply-adds in machine code as the drivers print it.

#include <gtest/gtest.h>

#include "shader-report/assembly.h"

namespace hekla::shader_report {
namespace {

TEST(Assembly, FindsTheLoopOfAmdCode) {
    const std::string text =
        "BB0:\n"
        "\tv_fmac_f32_e32 v1, v2, v3                                   ; 56224934\n"  // outside
        "BB2:\n"
        "\tv_cmpx_ge_u32_e32 v3, v30                                   ; 7dac3d03\n"
        "\ts_cbranch_scc0 BB11                                         ; bf840081\n"
        "BB10:\n"
        "\tbuffer_load_dwordx4 v[36:39], v30, s[8:11], 0 offen         ; e0381000 8002241e\n"
        "\tv_fmac_f32_e32 v17, v52, v36                                ; 56224934\n"
        "\tv_fma_f32 v16, v53, v36, v16                                ; 56204935\n"
        "\ts_branch BB2                                                ; bf82ff7a\n"
        "BB11:\n"
        "\ts_endpgm                                                    ; bf810000\n";
    const auto loop = hottest_loop(text, Assembler::aco);
    ASSERT_TRUE(loop);
    EXPECT_EQ(loop->instructions, 6u);
    EXPECT_EQ(loop->multiply_adds, 2u);
    EXPECT_NEAR(loop->share(), 2.0 / 6, 1e-12);
}

TEST(Assembly, ADualInstructionCountsItsLanes) {
    const std::string text =
        "BB1:\n"
        "\tv_dual_fmac_f32 v1, v2, v3 :: v_dual_fmac_f32 v4, v5, v6    ; c8000000 00000000\n"
        "\tv_dual_mov_b32 v1, v2 :: v_dual_fmac_f32 v4, v5, v6         ; c8000000 00000000\n"
        "\ts_cbranch_scc1 BB1                                          ; bf850000\n";
    const auto loop = hottest_loop(text, Assembler::aco);
    ASSERT_TRUE(loop);
    EXPECT_EQ(loop->instructions, 5u);
    EXPECT_EQ(loop->multiply_adds, 3u);
}

TEST(Assembly, FindsTheLoopOfIntelCode) {
    const std::string text =
        "   START B3 (0 cycles)\n"
        "mad(16)         g1<1>F          g42<8,8,1>F     g2<8,8,1>F      g10<1,1,1>F { align1 1H };\n"
        "\n"
        "LABEL2:\n"
        "cmp.ge.f0.0(16) null<1>UD       g90<8,8,1>UD    g88<8,8,1>UD    { align1 1H I@2 };\n"
        "(+f0.0) break(16) JIP:  LABEL1        UIP:  LABEL1              { align1 1H };\n"
        "sync nop(1)                     null<0,1,0>UB                   { align1 WE_all 1N A@1 };\n"
        "send(16)        g2UD            g102UD          nullUD          0x6480f502                0x02000000\n"
        "                            ugm MsgDesc: ( load_cmask, a32, d32, xyzw ) { align1 1H $11 }\n"
        "mad(16)         g102<1>F        g50<8,8,1>F     g2<8,8,1>F      g10<1,1,1>F { align1 1H };\n"
        "mad(16)         g104<1>D        g102<8,8,1>D    g4<8,8,1>D      g18<1,1,1>D { align1 1H };\n"  // of integers
        "\n"
        "LABEL1:\n"
        "while(16)       JIP:  LABEL2                                    { align1 1H };\n";
    const auto loop = hottest_loop(text, Assembler::gen);
    ASSERT_TRUE(loop);
    EXPECT_EQ(loop->instructions, 7u);
    EXPECT_EQ(loop->multiply_adds, 1u);
}

TEST(Assembly, RepeatsAndWaitsOfAdrenoCodeCount) {
    const std::string text =
        "l207:\n"
        "(jp)(nop3) shr.b r19.w, r13.w, 2\n"
        "(rpt2)nop\n"
        "br p0.x, #l464\n"
        "(sy)(rpt1)mad.f32 r0.x, r1.x, r2.x, r3.x\n"
        "mul.f r2.w, r0.x, r8.w\n"
        "madsh.m16 r14.y, r13.x, r5.w, r14.y\n"  // of integers
        "jump #l207\n"
        "l464:\n"
        "end\n";
    const auto loop = hottest_loop(text, Assembler::ir3);
    ASSERT_TRUE(loop);
    EXPECT_EQ(loop->instructions, 4u + 3u + 1u + 2u + 1u + 1u + 1u);
    EXPECT_EQ(loop->multiply_adds, 3u);
}

TEST(Assembly, TheInnerLoopIsTheHottest) {
    const std::string text =
        "BB1:\n"
        "\tv_fmac_f32_e32 v1, v2, v3 ; 0\n"
        "\tv_fmac_f32_e32 v1, v2, v3 ; 0\n"
        "\tv_fmac_f32_e32 v1, v2, v3 ; 0\n"
        "BB2:\n"
        "\tv_fmac_f32_e32 v1, v2, v3 ; 0\n"
        "\ts_cbranch_scc1 BB2 ; 0\n"
        "\ts_cbranch_scc1 BB1 ; 0\n"
        "BB3:\n"
        "\tv_mov_b32_e32 v1, v2 ; 0\n"
        "\ts_cbranch_scc1 BB3 ; 0\n";
    const auto loop = hottest_loop(text, Assembler::aco);
    ASSERT_TRUE(loop);
    EXPECT_EQ(loop->instructions, 2u);
    EXPECT_EQ(loop->multiply_adds, 1u);
}

TEST(Assembly, CodeWithoutALoopOrWithoutMultiplyAddsHasNone) {
    EXPECT_FALSE(hottest_loop("", Assembler::aco));
    EXPECT_FALSE(hottest_loop("BB0:\n\tv_fmac_f32_e32 v1, v2, v3 ; 0\n", Assembler::aco));
    EXPECT_FALSE(hottest_loop("BB0:\n\tv_mov_b32_e32 v1, v2 ; 0\n\ts_branch BB0 ; 0\n", Assembler::aco));
    EXPECT_FALSE(hottest_loop("l1:\n(rpt\n(\njump #l1\n", Assembler::ir3));
}

}  // namespace
}  // namespace hekla::shader_report
