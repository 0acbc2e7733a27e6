// The README's program is a file that is built and runs.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <hekla/nn.h>

#include "sample_data.h"

namespace hekla::test {
namespace {

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// What stands between ```cpp and ``` in the README.
std::string readme_program() {
    const std::string readme = text_of(HEKLA_SOURCE_DIR "/README.md"), fence = "```cpp\n";
    const std::size_t begin = readme.find(fence) + fence.size();
    return readme.substr(begin, readme.find("```", begin) - begin);
}

TEST(Readme, ProgramIsTheExample) {
    EXPECT_EQ(readme_program(), text_of(HEKLA_SOURCE_DIR "/examples/train_fashion.cpp"));
}

TEST(Readme, ProgramRuns) {
    const SampleFolder folder;
    write_sample_mnist(folder, 64, 20);
    const std::string run = "cd '" + folder.string() + "' && HEKLA_DATA_DIR='" + folder.string() + "' '" HEKLA_EXAMPLES_DIR
                            "/train_fashion' > out.txt 2> err.txt";
    ASSERT_EQ(std::system(run.c_str()), 0) << text_of(folder / "err.txt");
    EXPECT_EQ(text_of(folder / "out.txt").rfind("test accuracy ", 0), 0u);
    EXPECT_EQ(Network::load(folder / "fashion.safetensors").parameter_count(), 108618u);
}

}  // namespace
}  // namespace hekla::test
