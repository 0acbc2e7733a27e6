// Choices of kernels as text: what is read back, and that nothing damaged is.

#include <gmock/gmock.h>
#include <hekla/choices.h>

#include <fstream>
#include <iterator>
#include <limits>

#include "kernels/race.h"
#include "kernels/shipped_choices.h"
#include "kernels/tuned_choices.h"
#include "support/expect_error.h"

namespace hekla::kernels {
namespace {

using testing::HasSubstr;
using tests::error_of;

const KernelChoices list = {{"matmul 1x2x3 by 4", "matmul dot 1x1 texel"}, {"add 1x1x1x8", "binary same shape"}};

TEST(Choices, TextIsReadBack) {
    const std::string text = choices_text(list);
    EXPECT_EQ(text, "hekla-choices 1\nadd 1x1x1x8\tbinary same shape\nmatmul 1x2x3 by 4\tmatmul dot 1x1 texel\nend 2\n");
    EXPECT_EQ(parse_choices(text, "f"), list);
    EXPECT_EQ(parse_choices(choices_text({}), "f"), KernelChoices());
    std::string windows = text;
    for (std::size_t at = 0; (at = windows.find('\n', at)) != std::string::npos; at += 2) windows.insert(at, "\r");
    EXPECT_EQ(parse_choices(windows, "f"), list) << "an editor changed the ends of the lines";
}

TEST(Choices, ErrorsNameFileAndLine) {
    const auto message = [](const std::string& text) { return error_of(ErrorCode::invalid_file, [&] { parse_choices(text, "my.choices"); }); };
    EXPECT_THAT(message(""), HasSubstr("my.choices, line 1"));
    EXPECT_THAT(message("{}\n"), HasSubstr("line 1"));
    EXPECT_THAT(message("hekla-choices 1\nno tab\nend 1\n"), HasSubstr("line 2"));
    EXPECT_THAT(message("hekla-choices 1\na\tb\na\tc\nend 2\n"), HasSubstr("'a' is there twice"));
    EXPECT_THAT(message("hekla-choices 1\na\tb\nend 2\n"), HasSubstr("another number"));
    EXPECT_THAT(message("hekla-choices 1\na\tb\nend 1\nmore\n"), HasSubstr("follows"));
    const std::string text = choices_text(list);
    for (std::size_t bytes = 0; bytes + 1 < text.size(); ++bytes) message(text.substr(0, bytes));
}

const TunedHeading heading = {"0.1.0", "a device"};
const TunedChoices tuned = {{"matmul 1x2x3 by 4", {"matmul dot 1x1 texel", true, 1500, 2500}}, {"add 8", {"add texel", false, 10, 10}}};

TEST(TunedChoices, TextIsReadBack) {
    const ParsedTuned parsed = parse_tuned(tuned_text(heading, tuned), heading);
    EXPECT_EQ(parsed.ignored, "");
    EXPECT_EQ(parsed.choices, tuned);
}

TEST(TunedChoices, EveryCutAndEveryWrongBitIsFound) {
    const std::string text = tuned_text(heading, tuned);
    for (std::size_t bytes = 0; bytes < text.size(); ++bytes) {
        const ParsedTuned parsed = parse_tuned(text.substr(0, bytes), heading);
        EXPECT_NE(parsed.ignored, "") << bytes;
        EXPECT_TRUE(parsed.choices.empty()) << bytes;
    }
    for (std::size_t at = 0; at < text.size(); ++at)
        for (const int bit : {0, 3, 7}) {
            std::string wrong = text;
            wrong[at] = static_cast<char>(wrong[at] ^ (1 << bit));
            EXPECT_NE(parse_tuned(wrong, heading).ignored, "") << at << ", bit " << bit;
        }
    EXPECT_THAT(parse_tuned(text + "x", heading).ignored, HasSubstr("damaged"));
}

TEST(TunedChoices, OtherEngineOrDevice) {
    const std::string text = tuned_text(heading, tuned);
    const std::string engine = parse_tuned(text, {"0.2.0", "a device"}).ignored;
    EXPECT_THAT(engine, HasSubstr("0.1.0"));
    EXPECT_THAT(engine, HasSubstr("0.2.0"));
    EXPECT_THAT(parse_tuned(text, {"0.1.0", "another"}).ignored, HasSubstr("another device or driver"));
}

TEST(TunedChoices, SizeIsBoundedAndTheNewestStay) {
    TunedChoices many;
    for (int i = 0; i < 20000; ++i) many["problem " + std::to_string(i) + std::string(60, 'x')] = {"some implementation", true, 1, 2};
    const TunedChoices newest = {{"zzz", {"the newest", false, 1, 1}}};
    const std::string text = tuned_text(heading, many, newest);
    EXPECT_LE(text.size(), max_tuned_bytes);
    const ParsedTuned parsed = parse_tuned(text, heading);
    EXPECT_EQ(parsed.ignored, "");
    EXPECT_GT(parsed.choices.size(), 5000u);
    EXPECT_LT(parsed.choices.size(), many.size());
    EXPECT_TRUE(parsed.choices.contains("zzz"));
    EXPECT_THAT(parse_tuned(text + std::string(max_tuned_bytes, ' '), heading).ignored, HasSubstr("larger than"));
}

TEST(TunedChoices, NamesThatWouldBreakTheLinesAreLeftOut) {
    const TunedChoices odd = {{"a\tb", {"c", true, 1, 1}}, {"d\ne", {"f", true, 1, 1}}, {"good", {"g", true, 1, 1}}};
    const ParsedTuned parsed = parse_tuned(tuned_text(heading, odd), heading);
    EXPECT_EQ(parsed.ignored, "");
    EXPECT_EQ(parsed.choices.size(), 1u);
}

TEST(ShippedChoices, TextIsReadBack) {
    const ShippedTable table = {{"00010005-0000-8", list}, {"1ae0-c0de-4", {{"p", "i"}}}};
    EXPECT_EQ(parse_shipped(shipped_text(table), "f"), table);
    EXPECT_THAT(error_of(ErrorCode::invalid_file, [] { parse_shipped("device x\na\tb\na\tc\n", "t.txt"); }), HasSubstr("t.txt, line 3"));
    EXPECT_THAT(error_of(ErrorCode::invalid_file, [] { parse_shipped("a\tb\n", "t.txt"); }), HasSubstr("line 1"));
}

TEST(ShippedChoices, TheBuiltInTableIsTheFile) {
    const std::string path = HEKLA_SOURCE_DIR "/engine/kernels/choices/shipped.txt";
    std::ifstream file(path);
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    ASSERT_FALSE(text.empty());
    const ShippedTable table = parse_shipped(text, path);
    EXPECT_EQ(shipped_text(table), text) << "not as tools/tune-shipped writes it";
    for (const auto& [model, choices] : table) EXPECT_EQ(shipped_choices(model), choices) << model;
    EXPECT_TRUE(shipped_choices("no such device").empty());
}

TEST(Race, TheOrderDecidesAmongEquals) {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    EXPECT_EQ(winner(std::vector<double>{1.0}), 0u);
    EXPECT_EQ(winner(std::vector<double>{1.0, 0.98}), 0u) << "2 % are noise";
    EXPECT_EQ(winner(std::vector<double>{1.0, 0.96}), 1u);
    EXPECT_EQ(winner(std::vector<double>{1.0, 0.51, 0.50}), 1u) << "of two that displace the first the earlier one";
    EXPECT_EQ(winner(std::vector<double>{1.0, infinite, 0.5}), 2u);
    EXPECT_EQ(winner(std::vector<double>{infinite, infinite}), 0u);
    EXPECT_EQ(winner(std::vector<double>{}), 0u);
}

}  // namespace
}  // namespace hekla::kernels
