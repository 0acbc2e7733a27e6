// Whole files: written beside and renamed, so that the old one stays whole until the new one is.

#include <hekla/io.h>
#include "../data/sample_files.h"

namespace hekla::io {
namespace {

using test::entries;
using test::message_of;
using test::TemporaryFolder;

TEST(Files, RoundTrip) {
    const TemporaryFolder folder;
    const std::string text("a\0b\n\xff", 5), large(3'000'001, 'x');
    for (const std::string& contents : {std::string(), text, large}) {
        write_file(folder / "f", contents);
        EXPECT_EQ(read_file(folder / "f"), contents);
    }
    EXPECT_EQ(entries(folder), 1u);
}

TEST(Files, AFileIsReplacedWhole) {
    const TemporaryFolder folder;
    write_file(folder / "f", std::string("a longer text"));
    write_file(folder / "f", std::string("short"));
    EXPECT_EQ(read_file(folder / "f"), "short");
    EXPECT_EQ(entries(folder), 1u);
}

TEST(Files, NamesAreUtf8) {
    const TemporaryFolder folder;
    const std::string name = "h\u00e9kla \u706b\u5c71 \U0001f30b";
    write_file(folder / name, std::string("old"));
    write_file(folder / name, std::string("new"));
    EXPECT_EQ(read_file(folder / name), "new");
    const std::filesystem::directory_iterator list(base::path_of(folder.string()));
    EXPECT_EQ(base::utf8_of(list->path().filename()), name);
}

TEST(Files, BadPlacesAreNamed) {
    const TemporaryFolder folder;
    EXPECT_HAS(message_of([&] { write_file(folder / "no/such/f", std::string("x")); }),
               folder / "no/such/f");
    EXPECT_HAS(message_of([&] { write_file(folder.string(), std::string("x")); }),
               "it is a folder");
    EXPECT_HAS(message_of([&] { read_file(folder / "none"); }, ErrorCode::not_found), "none");
    EXPECT_HAS(message_of([&] { read_file(folder.string()); }), "it is a folder");
}

TEST(Files, Sha256) {
    const auto digest = [](const std::string& text) {
        return sha256(std::as_bytes(std::span(text)));
    };
    EXPECT_EQ(digest(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(digest(std::string(1'000'000, 'a')),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    EXPECT_EQ(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace hekla::io
