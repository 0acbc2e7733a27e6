// --tensorboard: records whose framing, checksums and messages are read back by rules written down here independently.

#include <gtest/gtest.h>
#include <hekla/io.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <filesystem>
#include <map>
#include <stdexcept>

#include "run_command.h"
#include "sample_data.h"

namespace hekla::test {
namespace {

/// Bit by bit, unlike the command's table.
std::uint32_t crc32c(const std::string& bytes) {
    std::uint32_t crc = 0xffffffffu;
    for (const char c : bytes) {
        crc ^= static_cast<std::uint8_t>(c);
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1u) * 0x82f63b78u);
    }
    return crc ^ 0xffffffffu;
}

std::uint32_t masked(const std::string& bytes) {
    const std::uint32_t crc = crc32c(bytes);
    return std::rotr(crc, 15) + 0xa282ead8u;
}

template <class T>
T number_at(const std::string& bytes, std::size_t at) {
    T value{};
    if (at + sizeof value > bytes.size()) throw std::runtime_error("cut");
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

/// The fields of a message: number to values; varints and fixed numbers as their bits, the rest as bytes.
struct Field {
    std::uint64_t number = 0;
    std::string bytes;
};
std::multimap<unsigned, Field> fields(const std::string& message) {
    std::multimap<unsigned, Field> found;
    std::size_t at = 0;
    const auto varint = [&] {
        std::uint64_t value = 0;
        for (int shift = 0;; shift += 7) {
            const auto byte = static_cast<std::uint8_t>(message.at(at++));
            value |= std::uint64_t{byte & 0x7fu} << shift;
            if (byte < 0x80) return value;
        }
    };
    while (at < message.size()) {
        const std::uint64_t key = varint();
        Field field;
        if ((key & 7) == 0) field.number = varint();
        else if ((key & 7) == 1) field.number = number_at<std::uint64_t>(message, at), at += 8;
        else if ((key & 7) == 5) field.number = number_at<std::uint32_t>(message, at), at += 4;
        else if ((key & 7) == 2) {
            const std::uint64_t size = varint();
            field.bytes = message.substr(at, size);
            at += size;
        } else throw std::runtime_error("an unknown wire type");
        found.emplace(static_cast<unsigned>(key >> 3), field);
    }
    return found;
}

/// Scalars by tag and step, as TensorBoard shows them: SessionLog.START drops what is at its step and later.
struct Events {
    std::map<std::string, std::map<std::uint64_t, float>> scalars;
    int files = 0, starts = 0;

    explicit Events(const std::string& folder) {
        std::vector<std::filesystem::path> paths;
        for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
        std::sort(paths.begin(), paths.end());
        for (const auto& path : paths) {
            EXPECT_TRUE(path.filename().string().starts_with("events.out.tfevents."));
            read(io::read_file(path.string()));
            ++files;
        }
    }
    void read(const std::string& file) {
        bool first = true;
        for (std::size_t at = 0; at < file.size(); first = false) {
            const auto length = number_at<std::uint64_t>(file, at);
            EXPECT_EQ(number_at<std::uint32_t>(file, at + 8), masked(file.substr(at, 8)));
            const std::string data = file.substr(at + 12, length);
            EXPECT_EQ(number_at<std::uint32_t>(file, at + 12 + length), masked(data));
            at += 16 + length;
            event(fields(data), first);
        }
    }
    void event(const std::multimap<unsigned, Field>& event, bool first) {
        EXPECT_GT(std::bit_cast<double>(event.find(1)->second.number), 1e9) << "no time";
        const std::uint64_t step = event.find(2)->second.number;
        const auto version = event.find(3);
        ASSERT_EQ(version != event.end(), first);
        EXPECT_EQ(first ? version->second.bytes : "brain.Event:2", "brain.Event:2");
        if (event.count(7)) {
            EXPECT_EQ(fields(event.find(7)->second.bytes).find(1)->second.number, 1u);
            ++starts;
            for (auto& [tag, values] : scalars) values.erase(values.lower_bound(step), values.end());
        }
        if (!event.count(5)) return;
        for (const auto& [number, value] : fields(event.find(5)->second.bytes)) {
            EXPECT_EQ(number, 1u);
            const auto scalar = fields(value.bytes);
            scalars[scalar.find(1)->second.bytes][step] = std::bit_cast<float>(static_cast<std::uint32_t>(scalar.find(2)->second.number));
        }
    }
};

TEST(Tensorboard, KnownChecksum) { EXPECT_EQ(crc32c("123456789"), 0xe3069283u); }  // RFC 3720's polynomial; its check value

TEST(Tensorboard, HasEveryStepAndEpochAlsoAfterAResume) {
    const SampleFolder folder;
    write_sample_mnist(folder);
    const std::string events = folder / "events", log = folder / "log.csv";
    std::vector<std::string> words = {"train", "--network", "feed-forward", "--data", "mnist", "--data-dir", folder.string(), "--epochs", "2", "--batch", "20",
                                      "--validation-split", "0.1", "--out", folder / "model.safetensors", "--tensorboard", events, "--log", log,
                                      "--checkpoint", folder / "checkpoints"};
    ASSERT_EQ(run(words).status, 0);
    const Events first(events);
    EXPECT_EQ(first.files, 1);
    for (const char* tag : {"step/loss", "step/accuracy"}) EXPECT_EQ(first.scalars.at(tag).size(), 18u) << tag;
    for (const char* tag : {"epoch/loss", "epoch/accuracy", "epoch/validation_loss", "epoch/validation_accuracy", "epoch/learning_rate"}) {
        ASSERT_EQ(first.scalars.at(tag).size(), 2u) << tag;
        EXPECT_TRUE(first.scalars.at(tag).contains(8) && first.scalars.at(tag).contains(17)) << "not at the last step of an epoch";
    }
    EXPECT_FLOAT_EQ(first.scalars.at("epoch/learning_rate").at(8), 0.1f);
    const std::string rows = io::read_file(log), row = rows.substr(rows.find('\n') + 1);
    EXPECT_FLOAT_EQ(first.scalars.at("epoch/loss").at(8), std::stof(row.substr(row.find(',', 2) + 1)));
    // From the end of the first epoch: the second one is told again, and what the first process told of it is dropped.
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder / "checkpoints")) files.push_back(entry.path());
    std::filesystem::remove(*std::max_element(files.begin(), files.end()));
    words.push_back("--resume");
    ASSERT_EQ(run(words).status, 0);
    const Events second(events);
    EXPECT_EQ(second.files, 2);
    EXPECT_EQ(second.starts, 1);
    EXPECT_TRUE(second.scalars.at("step/loss") == first.scalars.at("step/loss"));
    EXPECT_TRUE(second.scalars.at("epoch/loss") == first.scalars.at("epoch/loss"));
}

}  // namespace
}  // namespace hekla::test
