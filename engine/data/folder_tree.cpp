#include "data/folder_tree.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include <hekla/error.h>
#include "base/system.h"

namespace hekla::data {

namespace fs = std::filesystem;
using base::path_of, base::utf8_of;

namespace {

constexpr std::size_t deepest = 8;

[[noreturn]] void fail(const fs::path& place, const std::string& reason, ErrorCode code = ErrorCode::invalid_file) {
    throw Error(code, "[data] " + utf8_of(place) + ": " + reason);
}

/// What lies in a folder, sorted by name; hidden files and folders (.DS_Store, .git) are nobody's pictures.
struct Listing {
    std::vector<fs::path> folders, pictures, others;
};

std::string lower_extension(const fs::path& path) {
    std::string text = utf8_of(path.extension());
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

/// Also of formats that are not read: whoever has one of these in a class meant it to be learnt.
bool is_picture(const fs::path& path) {
    constexpr std::array extensions = {".jpg",  ".jpeg", ".jpe", ".jfif", ".png",  ".apng", ".bmp", ".dib", ".tga",
                                       ".gif", ".webp", ".tif",  ".tiff", ".heic", ".heif", ".avif", ".jp2", ".jxl"};
    const std::string extension = lower_extension(path);
    return std::ranges::any_of(extensions, [&](const char* known) { return extension == known; });
}

Listing list(const fs::path& folder) {
    Listing listing;
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    if (error) fail(folder, "cannot be read: " + error.message());
    for (const fs::directory_iterator end; entries != end; entries.increment(error)) {
        const fs::path& path = entries->path();
        if (utf8_of(path.filename()).starts_with(".") || utf8_of(path.filename()) == "__MACOSX") continue;
        std::error_code ignored;  // a broken link is a picture that cannot be read
        if (fs::is_directory(path, ignored)) listing.folders.push_back(path);
        else (is_picture(path) ? listing.pictures : listing.others).push_back(path);
    }
    if (error) fail(folder, "cannot be read: " + error.message());
    // By the bytes of the name, so that every system gives a class the same label.
    const auto by_name = [](const fs::path& a, const fs::path& b) { return utf8_of(a.filename()) < utf8_of(b.filename()); };
    for (auto* paths : {&listing.folders, &listing.pictures, &listing.others}) std::ranges::sort(*paths, by_name);
    return listing;
}

bool is_named_set(const Listing& listing) {
    return std::ranges::any_of(listing.others, [](const fs::path& path) {
        const std::string name = utf8_of(path.filename());
        return name.find("idx3-ubyte") != std::string::npos || name == "test_batch.bin" || name == "test.bin";
    });
}

class Reader {
  public:
    explicit Reader(std::vector<std::string>& notes) : notes_(notes) {}

    FolderPart part(const fs::path& folder) {
        FolderPart part{utf8_of(folder), {}};
        const Listing listing = list(folder);
        if (!listing.pictures.empty() && listing.folders.empty())
            fail(folder, "holds pictures but no folders of classes; put the pictures of each class in a folder of its own, such as " +
                             utf8_of(folder / "cat" / listing.pictures[0].filename()));
        if (listing.folders.empty() && is_named_set(listing))
            fail(folder, "holds the files of a known data set; name the set with --data and this folder with --data-dir");
        if (listing.folders.empty()) fail(folder, "has no class folders: pictures belong into FOLDER/CLASS/, one folder for each class");
        check_not_both(folder, listing);
        around_ = {canonical(folder)};
        for (const fs::path& inner : listing.folders) add_class(part, inner, {});
        note_others(folder, listing);
        return part;
    }

  private:
    static fs::path canonical(const fs::path& folder) {
        std::error_code error;
        fs::path path = fs::canonical(folder, error);
        if (error) fail(folder, "cannot be read: " + error.message());
        return path;
    }

    static void check_not_both(const fs::path& folder, const Listing& listing) {
        if (listing.pictures.empty() || listing.folders.empty()) return;
        fail(folder, "holds both pictures (" + utf8_of(listing.pictures[0].filename()) + ") and folders (" + utf8_of(listing.folders[0].filename()) +
                         "): it is either a class or a group of classes; move the pictures into a class folder of their own");
    }

    void add_class(FolderPart& part, const fs::path& folder, std::vector<std::string> path) {
        const fs::path place = canonical(folder);
        if (std::ranges::find(around_, place) != around_.end()) fail(folder, "is a link to a folder that it lies in");
        path.push_back(utf8_of(folder.filename()));
        if (path.size() > deepest) fail(folder, "lies more than " + std::to_string(deepest) + " folders deep");
        const Listing listing = list(folder);
        check_not_both(folder, listing);
        note_others(folder, listing);
        around_.push_back(place);
        for (const fs::path& inner : listing.folders) add_class(part, inner, path);
        around_.pop_back();
        if (!listing.folders.empty()) return;
        ClassFolder found{std::move(path), {}};
        for (const fs::path& picture : listing.pictures) found.files.push_back(utf8_of(picture));
        part.classes.push_back(std::move(found));
    }

    void note_others(const fs::path& folder, const Listing& listing) {
        if (listing.others.empty()) return;
        notes_.push_back(utf8_of(folder) + ": " + std::to_string(listing.others.size()) + " files that are no pictures were passed over (" +
                         utf8_of(listing.others[0].filename()) + ")");
    }

    std::vector<std::string>& notes_;
    std::vector<fs::path> around_;  // folders that the one at hand lies in
};

/// The folder's part of that name, or nothing.
fs::path part_folder(const Listing& listing, std::initializer_list<const char*> names) {
    for (const char* name : names)
        for (const fs::path& folder : listing.folders)
            if (utf8_of(folder.filename()) == name) return folder;
    return {};
}

/// A folder named "train" may also be a class (car, plane, train): a part has class folders and no pictures.
bool is_part(const fs::path& folder) {
    if (folder.empty()) return false;
    const Listing listing = list(folder);
    return listing.pictures.empty() && !listing.folders.empty();
}

}  // namespace

FolderTree read_folder_tree(const std::string& root) {
    const fs::path folder = path_of(root);
    std::error_code error;
    if (!fs::exists(folder, error)) fail(folder, "there is no such folder", ErrorCode::not_found);
    if (!fs::is_directory(folder, error)) fail(folder, "is a file, not a folder of pictures by class");
    FolderTree tree;
    Reader reader(tree.notes);
    const Listing listing = list(folder);
    const fs::path train = part_folder(listing, {"train", "training"}), test = part_folder(listing, {"test", "testing"}),
                   validation = part_folder(listing, {"validation", "val", "valid"});
    if (!is_part(train)) {
        tree.train = reader.part(folder);
        return tree;
    }
    for (const fs::path& inner : listing.folders)
        if (inner != train && inner != test && inner != validation)
            fail(inner, "lies beside '" + utf8_of(train.filename()) + "' and is neither a test nor a validation folder; if '" + utf8_of(train.filename()) +
                            "' is a class, move its pictures out of folders of its own");
    tree.train = reader.part(train);
    if (!test.empty()) tree.test = reader.part(test);
    if (!validation.empty()) (test.empty() ? tree.test : tree.validation) = reader.part(validation);
    return tree;
}

}  // namespace hekla::data
