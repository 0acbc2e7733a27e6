#pragma once
// Which files a folder of pictures by class has, without looking into them.

#include <string>
#include <vector>

namespace hekla::data {

struct ClassFolder {
    std::vector<std::string> path;    // names from the part's folder down: groups, then the class
    std::vector<std::string> files;   // pictures by their extension, sorted
};
struct FolderPart {
    std::string folder;               // as given and opened
    std::vector<ClassFolder> classes; // sorted by path
};
struct FolderTree {
    FolderPart train, validation, test;  // a part without a folder has an empty name and no classes
    std::vector<std::string> notes;      // on files that are passed over
};

/// Where only one of validation and test is there, it is the test.
/// Throws Error (not_found / invalid_file): no such folder, no class folders, pictures beside class folders, folders in a circle,
/// one that cannot be read.
FolderTree read_folder_tree(const std::string& root);

}  // namespace hekla::data
