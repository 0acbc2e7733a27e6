// The readers of binary CIFAR-10 and CIFAR-100.

#include "data/cifar.h"

#include <random>

#include "data/class_names.h"
#include "sample_files.h"

namespace hekla::data {
namespace {

using test::Bytes;
using test::message_of;
using test::TemporaryFolder;
using test::write_bytes;

constexpr std::size_t pixels = 1024;

// A record whose red, green and blue planes hold pixel + 0, + 1, + 2.
Bytes record(const Bytes& labels) {
    Bytes bytes = labels;
    for (std::size_t channel = 0; channel < 3; ++channel) {
        for (std::size_t i = 0; i < pixels; ++i) {
            bytes.push_back(static_cast<std::uint8_t>(i + channel));
        }
    }
    return bytes;
}

Bytes records(const std::vector<Bytes>& labels) {
    Bytes bytes;
    for (const Bytes& label : labels) {
        const Bytes one = record(label);
        bytes.insert(bytes.end(), one.begin(), one.end());
    }
    return bytes;
}

Dataset read(const Bytes& bytes, const CifarFormat& format) {
    Dataset set;
    set.image_shape = Shape{32, 32, 3};
    set.classes = format.label_bytes == 1 ? cifar10_classes() : cifar100_classes();
    append_cifar(set, format, ByteSource("batch", bytes));
    set.check();
    return set;
}

TEST(Cifar, PlanesBecomePixels) {
    const Dataset set = read(records({{3}, {9}}), cifar10_format);
    EXPECT_EQ(set.labels, (std::vector<std::uint32_t>{3, 9}));
    for (const std::size_t i : {0u, 1u, 31u, 32u, 1023u}) {
        for (std::size_t channel = 0; channel < 3; ++channel) {
            EXPECT_EQ(set.image(1)[i * 3 + channel], static_cast<std::uint8_t>(i + channel));
        }
    }
}

TEST(Cifar, UsesTheFineLabel) {
    EXPECT_EQ(read(records({{19, 99}, {0, 7}}), cifar100_format).labels,
              (std::vector<std::uint32_t>{99, 7}));
}

TEST(Cifar, TruncationIsAnError) {
    const Bytes file = records({{1}, {2}});
    for (std::size_t n = 0; n < file.size(); ++n) {
        if (n == 3073 || (n > 4 && n % 61 != 0)) continue;  // one whole record is a whole file
        const std::string error =
            message_of([&] { read(Bytes(file.begin(), file.begin() + n), cifar10_format); });
        EXPECT_HAS(error, "batch: truncated: record ");
        EXPECT_HAS(error, "needs 3073 bytes, got " + std::to_string(n % 3073));
    }
}

TEST(Cifar, LabelsOutOfRangeAreErrors) {
    EXPECT_HAS(message_of([] {
                   read(records({{1}, {10}}), cifar10_format);
               }),
               "label of record 1 at byte 3073 is 10");
    EXPECT_HAS(message_of([] {
                   read(records({{20, 1}}), cifar100_format);
               }),
               "coarse label of record 0 at byte 0 is 20");
    EXPECT_HAS(message_of([] {
                   read(records({{1, 100}}), cifar100_format);
               }),
               "label of record 0 at byte 1 is 100");
}

TEST(Cifar, LoadsCifar10FromItsFolders) {
    for (const std::string place : {"", "cifar10/", "cifar-10-batches-bin/"}) {
        const TemporaryFolder folder;
        for (std::uint8_t batch = 1; batch <= 5; ++batch) {
            write_bytes(folder / (place + "data_batch_" + std::to_string(batch) + ".bin"),
                        records({{batch}, {0}}));
        }
        write_bytes(folder / (place + "test_batch.bin"), record({9}));
        const TrainTest both = load("cifar10", folder.string());
        EXPECT_EQ(both.train.labels, (std::vector<std::uint32_t>{1, 0, 2, 0, 3, 0, 4, 0, 5, 0}));
        EXPECT_EQ(both.test.size(), 1u);
        EXPECT_EQ(both.test.classes[9], "truck");
        EXPECT_EQ(both.train.name, "cifar10");
    }
}

TEST(Cifar, LoadsCifar100WithItsNames) {
    const TemporaryFolder folder;
    const std::string place = "cifar100/cifar-100-binary/";
    write_bytes(folder / (place + "train.bin"), records({{1, 2}, {3, 99}}));
    write_bytes(folder / (place + "test.bin"), record({0, 0}));
    EXPECT_EQ(cifar100(folder.string()).train.classes[99], "worm");
    Bytes names;
    for (int i = 0; i < 100; ++i) {
        for (const char c : "name" + std::to_string(i) + "\r\n") names.push_back(c);
    }
    write_bytes(folder / (place + "fine_label_names.txt"), names);
    EXPECT_EQ(cifar100(folder.string()).test.classes[42], "name42");
    names.resize(names.size() - 20);
    write_bytes(folder / (place + "fine_label_names.txt"), names);
    EXPECT_HAS(message_of([&] { cifar100(folder.string()); }), "class names, expected 100");
}

TEST(Cifar, Cifar100HasATree) {
    const TemporaryFolder folder;
    write_bytes(folder / "train.bin", records({{1, 2}, {3, 99}, {1, 7}}));
    write_bytes(folder / "test.bin", records({{1, 2}, {5, 4}}));
    const TrainTest sets = cifar100(folder.string());
    EXPECT_EQ(sets.train.parents, sets.test.parents);
    EXPECT_EQ(sets.train.parents[2], std::vector<std::string>{"fish"});
    EXPECT_EQ(sets.train.parents[4], std::vector<std::string>{"household_electrical_devices"}) << "of the test alone";
    EXPECT_TRUE(sets.train.parents[50].empty());
    write_bytes(folder / "coarse_label_names.txt", {'a'});
    EXPECT_HAS(message_of([&] { cifar100(folder.string()); }), "has 1 class names, expected 20");
}

TEST(Cifar, Cifar100RefusesAClassInTwoSuperclasses) {
    const TemporaryFolder folder;
    write_bytes(folder / "train.bin", records({{1, 2}}));
    write_bytes(folder / "test.bin", records({{2, 2}}));
    EXPECT_HAS(message_of([&] { cifar100(folder.string()); }), "puts its class into 'flowers', a record before put it into 'fish'");
}

TEST(Cifar, ShortFuzz) {
    std::mt19937_64 random(7);
    const Bytes file = records({{1, 2}, {3, 4}});
    int errors = 0;
    for (int round = 0; round < 20000; ++round) {
        Bytes bytes = file;
        bytes[random() % bytes.size()] ^= static_cast<std::uint8_t>(random());
        bytes[random() % 2] ^= static_cast<std::uint8_t>(random() % 3 == 0 ? random() : 0);
        if (random() % 2) bytes.resize(random() % (bytes.size() + 1));
        try {
            EXPECT_LE(read(bytes, cifar100_format).size(), 2u);
        } catch (const Error&) {
            ++errors;
        }
    }
    EXPECT_GT(errors, 5000);
}

}  // namespace
}  // namespace hekla::data
