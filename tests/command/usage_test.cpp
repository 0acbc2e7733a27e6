// The command line: help, wrong use, bad files. Nothing here trains.

#include <gtest/gtest.h>

#include <cstdlib>

#include "run_command.h"
#include "sample_data.h"

namespace hekla::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// An Error: status 1, one line on standard error, nothing on standard output.
void expect_error(const CommandResult& result, const std::string& part) {
    EXPECT_EQ(result.status, 1) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(contains(result.err, "hekla: error: ")) << result.err;
    EXPECT_TRUE(contains(result.err, part)) << result.err;
}

void expect_usage_error(const CommandResult& result, const std::string& part) {
    EXPECT_EQ(result.status, 2) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(contains(result.err, "hekla: error: ")) << result.err;
    EXPECT_TRUE(contains(result.err, part)) << result.err;
}

TEST(Usage, HelpOfEverySubcommand) {
    const CommandResult all = run({"--help"});
    EXPECT_EQ(all.status, 0);
    for (const char* name : {"devices", "train", "evaluate", "predict", "inspect", "bench", "tune", "explain", "prune", "search"}) {
        EXPECT_TRUE(contains(all.out, name)) << all.out;
        const CommandResult one = run({name, "--help"});
        EXPECT_EQ(one.status, 0) << name;
        EXPECT_EQ(one.err, "") << name;
        for (const char* part : {"--device", "--json", "Exit status"}) {
            EXPECT_TRUE(contains(one.out, part)) << name << ": no " << part << "\n" << one.out;
        }
        EXPECT_FALSE(contains(one.out, "--validation ")) << name << ": an option for developers";
    }
}

TEST(Usage, Version) {
    const CommandResult result = run({"--version"});
    EXPECT_EQ(result.status, 0);
    EXPECT_TRUE(result.out.starts_with("hekla ")) << result.out;
}

TEST(Usage, WrongUseIsStatusTwo) {
    expect_usage_error(run({}), "subcommand is required");
    expect_usage_error(run({"fly"}), "fly");
    expect_usage_error(run({"train"}), "--network");
    expect_usage_error(run({"predict", "--model", "m.safetensors"}), "images");
    expect_usage_error(run({"evaluate"}), "--model");
    expect_usage_error(run({"devices", "--colour"}), "--colour");
}

TEST(Usage, SettingsThatDoNotFitAreNamed) {
    const auto train = [](std::vector<std::string> more) {
        more.insert(more.begin(), {"train", "--network", "keras-mnist"});
        return run(more);
    };
    expect_error(train({"--schedule", "magic"}), "there are constant, step");
    expect_error(train({"--schedule", "step:ten"}), "'ten' is not a number");
    expect_error(train({"--momentum", "0.9"}), "adam has none");
    expect_error(train({"--nesterov"}), "not to adam");
    expect_error(train({"--optimizer", "sgd", "--momentum", "0", "--loss", "mse", "--label-smoothing", "0.1"}), "mse has not");
    expect_error(train({"--weight-range", "1,0"}), "the lower one first");
    expect_error(train({"--reduce-on-plateau", "2,1.5"}), "between 0 and 1");
    expect_error(train({"--reduce-on-plateau", "soon"}), "'soon' is not a number");
}

TEST(Usage, WrongNumbersAreStatusTwo) {
    const auto train = [](const std::string& option, const std::string& value) {
        return run({"train", "--network", "keras-mnist", option, value});
    };
    for (const char* value : {"0", "-1", "1.5", "many", "nan", "99999999999999999999"}) {
        expect_usage_error(train("--epochs", value), "epochs");
        expect_usage_error(train("--batch", value), "batch");
        expect_usage_error(train("--limit", value), "limit");
    }
    for (const char* value : {"0", "-1", "nan", "inf", "fast"}) {
        expect_usage_error(train("--rate", value), "rate");
    }
    for (const char* value : {"1", "-0.1", "nan"}) {
        expect_usage_error(train("--validation-split", value), "validation-split");
        expect_usage_error(train("--dropout", value), "dropout");
    }
    expect_usage_error(train("--optimizer", "magic"), "optimizer");
    expect_usage_error(train("--loss", "magic"), "loss");
    for (const char* value : {"0", "-1", "nan", "much"}) {
        for (const char* option : {"--clip-norm", "--clip-value", "--max-norm", "--accumulate", "--warmup", "--early-stopping"})
            expect_usage_error(train(option, value), option);
    }
    for (const char* value : {"1", "-0.5", "nan"}) {
        for (const char* option : {"--momentum", "--ema", "--label-smoothing"}) expect_usage_error(train(option, value), option);
    }
    expect_usage_error(train("--shuffle", "maybe"), "shuffle");
    expect_usage_error(train("--submit-ms", "-3"), "submit-ms");
    for (const char* value : {"-1", "0.5", "99999999999999999999"}) {
        expect_usage_error(train("--seed", value), "seed");
    }
}

TEST(Errors, UnknownNetworkNamesTheKnownOnes) {
    expect_error(run({"train", "--network", "keras-mnits"}), "keras-mnist-dropout");
}

TEST(Errors, UnknownAugmentationIsNamed) {
    expect_error(run({"train", "--network", "keras-mnist", "--augment", "flip,blur:2"}), "'blur:2'");
    expect_usage_error(run({"train", "--network", "keras-mnist", "--test-time", "flop"}), "flop");
}

TEST(Errors, UnknownDataNamesTheKnownOnes) {
    expect_error(run({"train", "--network", "keras-mnist", "--data", "minst"}), "fashion-mnist");
}

TEST(Errors, MissingData) {
    const SampleFolder folder;
    const CommandResult result = run({"train", "--network", "keras-mnist", "--data-dir",
                                      folder.string(), "--out", folder / "m.safetensors"});
    expect_error(result, folder.string());
    EXPECT_EQ(folder.listing(), "");
}

TEST(Errors, TruncatedDataLeavesNoFile) {
    const SampleFolder folder;
    write_sample_mnist(folder);
    write_text(folder / "train-images-idx3-ubyte", std::string("\0\0\x08\x03\0\0\0\xc8", 8));
    const std::string before = folder.listing();
    expect_error(run({"train", "--network", "keras-mnist", "--data-dir", folder.string(), "--out",
                      folder / "m.safetensors", "--report", folder / "r.html", "--log",
                      folder / "l.jsonl"}),
                 "train-images");
    EXPECT_EQ(folder.listing(), before);
}

TEST(Errors, OutputIsCheckedBeforeAnythingElse) {
    const SampleFolder folder;
    for (const char* option : {"--out", "--report", "--log"}) {
        expect_error(run({"train", "--network", "keras-mnist", option, folder / "none/file"}),
                     "none");
        expect_error(run({"train", "--network", "keras-mnist", option, folder.string()}), "folder");
    }
    EXPECT_EQ(folder.listing(), "");
}

TEST(Errors, NetworkFile) {
    const SampleFolder folder;
    const std::string path = folder / "net.json";
    expect_error(run({"train", "--network", path, "--data", "mnist"}), "net.json");
    write_text(path, "{\"layers\": [");
    expect_error(run({"train", "--network", path, "--data", "mnist"}), "net.json");
    expect_error(run({"train", "--network", path}), "--data");
}

TEST(Errors, DropoutNeedsADropoutLayer) {
    expect_error(run({"train", "--network", "keras-mnist", "--dropout", "0.1"}), "dropout");
}

TEST(Errors, ModelFiles) {
    const SampleFolder folder;
    const std::string path = folder / "m.safetensors";
    write_sample_png(folder / "digit.png", 3);
    for (const std::string& content : {std::string(), std::string("garbage, not a model at all"),
                                       std::string("\x10\0\0\0\0\0\0\0{\"a\":", 13),
                                       std::string("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10)}) {
        write_text(path, content);
        expect_error(run({"evaluate", "--model", path}), "m.safetensors");
        expect_error(run({"inspect", path}), "m.safetensors");
        expect_error(run({"inspect", path, "--json"}), "m.safetensors");
        expect_error(run({"predict", "--model", path, folder / "digit.png"}), "m.safetensors");
    }
    expect_error(run({"evaluate", "--model", folder / "none"}), "none");
}

TEST(Devices, ListsAsTextAndJson) {
    const CommandResult text = run({"devices"});
    ASSERT_EQ(text.status, 0) << text.err;
    EXPECT_TRUE(contains(text.out, "index  name")) << text.out;
    const auto json = run({"devices", "--json"}).json();
    ASSERT_FALSE(json["devices"].empty());
    for (const auto& device : json["devices"]) {
        EXPECT_TRUE(contains(text.out, device["name"])) << device;
        EXPECT_TRUE(device["usable"].get<bool>() || device.contains("reason")) << device;
        const std::string index = std::to_string(device["index"].get<int>());
        const auto one = run({"devices", "--json", "--device", index}).json();
        ASSERT_EQ(one["devices"].size(), 1u);
        EXPECT_EQ(one["devices"][0], device);
    }
    const auto& best = json["devices"][0];
    EXPECT_EQ(json["best"], best["index"]);
    EXPECT_EQ(contains(text.out, "computes on the CPU"), best["kind"] == "cpu") << text.out;
}

TEST(Devices, UnknownDevice) {
    expect_error(run({"devices", "--device", "no such device"}), "no such device");
}

/// HEKLA_CAPS for a test's time.
class Caps {
  public:
    explicit Caps(const std::string& value) {
        if (const char* old = std::getenv("HEKLA_CAPS")) old_ = old;
        set(value);
    }
    ~Caps() { set(old_); }

  private:
    static void set(const std::string& value) {
        value.empty() ? unsetenv("HEKLA_CAPS") : setenv("HEKLA_CAPS", value.c_str(), 1);
    }
    std::string old_;
};

TEST(Devices, CapsCanBeReadBack) {
    const SampleFolder folder;
    const CommandResult own = run({"devices", "--caps"});
    ASSERT_EQ(own.status, 0) << own.err;
    EXPECT_GE(own.json()["max_invocations"], 128);
    EXPECT_EQ(own.json()["device"], run({"devices", "--json"}).json()["devices"][0]["name"]);
    const std::string path = folder / "caps.json";
    write_text(path, own.out);
    const Caps caps(path);
    const CommandResult same = run({"devices", "--caps"});
    EXPECT_EQ(same.out, own.out);
    EXPECT_FALSE(contains(same.err, "HEKLA_CAPS")) << same.err;
    write_text(path, "{\"max_invocations\": 130, \"max_groups\": 4294967295}");
    const CommandResult lower = run({"devices", "--caps"});
    EXPECT_EQ(lower.json()["max_invocations"], 130);
    EXPECT_EQ(lower.json()["max_groups"], own.json()["max_groups"]);
    EXPECT_TRUE(contains(lower.err, "asks for max_groups 4294967295")) << lower.err;
    write_text(path, "{\"max_invocation\": 130}");
    expect_error(run({"devices", "--caps"}), "max_invocations");
}

TEST(Devices, CapsOfTheMinimum) {
    const Caps caps("minimum");
    const CommandResult result = run({"devices", "--caps"});
    EXPECT_EQ(result.json()["max_invocations"], 128);
    EXPECT_EQ(result.json()["shader_float16"], false);
}

}  // namespace
}  // namespace hekla::test
