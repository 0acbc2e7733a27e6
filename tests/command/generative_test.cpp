// The generative examples, with few pictures and steps: losses that fall, sheets that show something, the same bits again.

#include <gtest/gtest.h>
#include <hekla/io.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sample_data.h"

namespace hekla::test {
namespace {

/// One run of an example in a folder of its own, and what it printed.
struct ExampleRun {
    ExampleRun(const std::string& program, const std::string& arguments) {
        write_sample_mnist(folder, 256, 40);
        const std::string out = folder / "out";
        std::filesystem::create_directory(out);
        const std::string command = "'" HEKLA_EXAMPLES_DIR "/" + program + "' --data-dir '" + folder.string() + "' --out '" + out + "' " + arguments + " > '" +
                                    (folder / "out.txt") + "' 2> '" + (folder / "err.txt") + "'";
        status = std::system(command.c_str());
        text = text_of(folder / "out.txt");
        error = text_of(folder / "err.txt");
    }
    static std::string text_of(const std::string& path) {
        std::ostringstream text;
        text << std::ifstream(path).rdbuf();
        return text.str();
    }
    /// The numbers after `name`, one per line that has it.
    std::vector<double> numbers(const std::string& name) const {
        std::vector<double> found;
        for (std::size_t at = text.find(name + " "); at != text.npos; at = text.find(name + " ", at + 1))
            found.push_back(std::strtod(text.c_str() + at + name.size() + 1, nullptr));
        return found;
    }
    std::string file(const std::string& name) const { return io::read_file(folder / ("out/" + name)); }
    /// Of the pixels in a sheet's first picture.
    double deviation(const std::string& sheet) const {
        const io::Image image = io::read_image(folder / ("out/" + sheet));
        double sum = 0, squares = 0;
        for (std::uint32_t y = 0; y < 28; ++y)
            for (std::uint32_t x = 0; x < 28; ++x) {
                const double value = image.pixels[(std::size_t{y} * image.width + x) * image.channels] / 255.0;
                sum += value;
                squares += value * value;
            }
        return std::sqrt(squares / 784 - sum / 784 * (sum / 784));
    }

    SampleFolder folder;
    int status = -1;
    std::string text, error;
};

TEST(GenerativeExamples, GanTrainsTwoNetworksInTurn) {
    const std::string arguments = "--images 192 --epochs 6 --seed 3";
    const ExampleRun run("gan", arguments);
    ASSERT_EQ(run.status, 0) << run.error;
    const std::vector<double> discriminator = run.numbers("discriminator"), generator = run.numbers("generator");
    ASSERT_EQ(discriminator.size(), 6u) << run.text;
    // It learns to tell the two kinds apart, and then is being fooled: neither loss runs away.
    EXPECT_LT(*std::min_element(discriminator.begin(), discriminator.end()), 0.9 * discriminator[0]) << run.text;
    for (double loss : generator) EXPECT_TRUE(loss > 0 && loss < 10) << run.text;
    EXPECT_GT(run.deviation("gan-6.png"), 0.02);
    EXPECT_NE(run.file("gan-1.png"), run.file("gan-6.png"));
    const ExampleRun again("gan", arguments);
    EXPECT_EQ(again.file("gan-generator.safetensors"), run.file("gan-generator.safetensors")) << "the same seed gives the same bits";
    EXPECT_EQ(again.file("gan-6.png"), run.file("gan-6.png"));
}

TEST(GenerativeExamples, VaeLearnsToGiveBackAndToDraw) {
    const ExampleRun run("vae", "--images 192 --epochs 12 --seed 3");
    ASSERT_EQ(run.status, 0) << run.error;
    const std::vector<double> loss = run.numbers("loss"), reconstruction = run.numbers("reconstruction"), divergence = run.numbers("divergence");
    ASSERT_EQ(loss.size(), 12u) << run.text;
    EXPECT_LT(loss.back(), 0.6 * loss.front()) << run.text;
    EXPECT_NEAR(loss.back(), reconstruction.back() + divergence.back(), 1e-3 * loss.back());
    EXPECT_GT(divergence.back(), 0);
    EXPECT_GT(run.deviation("vae-12.png"), 0.05);
}

TEST(GenerativeExamples, AutoencoderFillsSquaresBetterThanTheMeanPicture) {
    const ExampleRun run("fill_squares", "--images 192 --epochs 12 --seed 3");
    ASSERT_EQ(run.status, 0) << run.error;
    const std::vector<double> loss = run.numbers("loss"), error = run.numbers("inside the squares"), mean = run.numbers("of the mean picture");
    ASSERT_EQ(error.size(), 12u) << run.text;
    EXPECT_LT(loss.back(), 0.7 * loss.front()) << run.text;
    EXPECT_LT(error.back(), 0.8 * mean.back()) << run.text;
    EXPECT_GT(run.deviation("fill-squares-12.png"), 0.05);
}

TEST(GenerativeExamples, SayHowTheyAreUsed) {
    const ExampleRun run("gan", "--epochs many");
    EXPECT_NE(run.status, 0);
    EXPECT_EQ(run.error.rfind("usage: ", 0), 0u) << run.error;
    const ExampleRun nowhere("vae", "--images 64 --epochs 1 --out /nowhere/at/all");
    EXPECT_NE(nowhere.status, 0);
    EXPECT_NE(nowhere.error.find("/nowhere/at/all"), std::string::npos) << nowhere.error;
}

}  // namespace
}  // namespace hekla::test
