// A folder of pictures by class as data sets.

#include <algorithm>
#include <map>

#include <hekla/error.h>

#include "base/host_memory.h"
#include "base/parallel.h"
#include "base/system.h"
#include "data/folder_tree.h"
#include "data/picture_files.h"

namespace hekla::data {

namespace {

/// Pictures of one size are taken as they are up to this side: a network for photos is chosen by whoever trains it.
constexpr std::uint32_t largest_own_side = 256;
constexpr std::size_t most_named = 10;

struct Sample {
    std::string path;
    std::uint32_t label = 0;
    PictureHeader header = {};
};

[[noreturn]] void fail(const std::string& place, const std::string& reason, ErrorCode code = ErrorCode::invalid_file) {
    throw Error(code, "[data] " + place + ": " + reason);
}

std::string joined(const std::vector<std::string>& path) {
    std::string name;
    for (const std::string& part : path) name += (name.empty() ? "" : "/") + part;
    return name;
}

class Loader {
  public:
    Loader(const std::string& root, const FolderOptions& options) : root_(root), options_(options), tree_(read_folder_tree(root)) {}

    FolderSets load() {
        sets_.notes = tree_.notes;
        name_classes();
        std::vector<Sample> train = samples(tree_.train), validation = samples(tree_.validation), test = samples(tree_.test);
        for (auto* part : {&train, &validation, &test}) read_headers(*part);
        drop_unreadable({&train, &validation, &test});
        choose_form({&train, &validation, &test});
        held_bytes_ = (train.size() + validation.size() + test.size()) * pixels_bytes();
        sets_.train = decoded(train);
        sets_.validation = decoded(validation);
        sets_.test = decoded(test);
        report_unreadable();
        check_classes_are_there();
        return std::move(sets_);
    }

  private:
    /// Labels are indexes of the training's class folders, or of the names given.
    void name_classes() {
        if (!options_.classes.empty()) {
            classes_ = options_.classes;
        } else {
            for (const ClassFolder& folder : tree_.train.classes) {
                if (folder.files.empty()) empty_class(tree_.train, folder);
                else classes_.push_back(joined(folder.path));
            }
        }
        for (std::uint32_t c = 0; c < classes_.size(); ++c) labels_[classes_[c]] = c;
        parents_.resize(classes_.size());
        bool is_tree = false;
        for (const ClassFolder& folder : tree_.train.classes) {
            const auto label = labels_.find(joined(folder.path));
            if (label == labels_.end()) continue;
            parents_[label->second].assign(folder.path.begin(), folder.path.end() - 1);
            is_tree = is_tree || folder.path.size() > 1;
        }
        if (!is_tree) parents_.clear();
    }

    void empty_class(const FolderPart& part, const ClassFolder& folder) {
        const std::string what = "the class folder '" + joined(folder.path) + "' is empty: it has no picture";
        if (!options_.skip_unreadable) fail(part.folder, what + "; fill or remove it, or leave it out with --corrupt skip");
        sets_.notes.push_back(part.folder + ": " + what + " and is no class");
    }

    std::vector<Sample> samples(const FolderPart& part) {
        std::vector<Sample> list;
        for (const ClassFolder& folder : part.classes) {
            const auto label = labels_.find(joined(folder.path));
            if (label == labels_.end() && folder.files.empty()) continue;
            if (label == labels_.end())
                fail(part.folder, "the class '" + joined(folder.path) + "' is none of the " + std::to_string(classes_.size()) +
                                      (options_.classes.empty() ? " that the training has" : " that the model knows"));
            for (const std::string& file : folder.files) list.push_back({file, label->second});
        }
        return list;
    }

    void read_headers(std::vector<Sample>& part) {
        base::parallel_for(part.size(), options_.threads, [&](std::uint64_t i) { part[i].header = read_picture_header(part[i].path); });
    }

    void drop_unreadable(std::initializer_list<std::vector<Sample>*> parts) {
        for (std::vector<Sample>* part : parts) {
            for (const Sample& sample : *part)
                if (!sample.header.unreadable.empty()) sets_.skipped.push_back({sample.path, sample.header.unreadable});
            std::erase_if(*part, [](const Sample& sample) { return !sample.header.unreadable.empty(); });
        }
        if (!options_.skip_unreadable) report_unreadable();
    }

    /// All of them in one message: whoever has to mend a folder wants to do it once.
    void report_unreadable() const {
        if (sets_.skipped.empty() || options_.skip_unreadable) return;
        std::string list;
        for (std::size_t i = 0; i < std::min(most_named, sets_.skipped.size()); ++i) list += "\n  " + sets_.skipped[i].path + ": " + sets_.skipped[i].reason;
        if (sets_.skipped.size() > most_named) list += "\n  and " + std::to_string(sets_.skipped.size() - most_named) + " more";
        fail(root_, std::to_string(sets_.skipped.size()) + (sets_.skipped.size() == 1 ? " file" : " files") +
                        " cannot be used; mend or remove, or leave out with --corrupt skip:" + list);
    }

    void choose_form(std::initializer_list<std::vector<Sample>*> parts) {
        const Sample* first = nullptr;
        std::uint64_t deep = 0;
        const Sample* a_deep_one = nullptr;
        bool colour = false;
        for (const std::vector<Sample>* part : parts)
            for (const Sample& sample : *part) {
                if (!first) first = &sample;
                check_size(*first, sample);
                colour = colour || sample.header.info.channels > 1;
                if (!sample.header.info.sixteen_bits) continue;
                a_deep_one = a_deep_one ? a_deep_one : &sample;
                ++deep;
            }
        if (!first) fail(root_, "has no picture that can be read");
        form_ = {options_.height, options_.width, options_.channels ? options_.channels : colour ? 3u : 1u, options_.fit};
        if (form_.height == 0) form_.height = first->header.info.height;
        if (form_.width == 0) form_.width = first->header.info.width;
        if (deep)
            sets_.notes.push_back(a_deep_one->path + ": has 16 bits per channel, of which the upper 8 are used" +
                                  (deep > 1 ? " (" + std::to_string(deep) + " such pictures)" : ""));
    }

    static std::string size_text(const Sample& sample) {
        return "'" + sample.path + "' is " + std::to_string(sample.header.info.width) + " x " + std::to_string(sample.header.info.height) + " pixels";
    }

    /// Without a size to scale to, all must have one.
    void check_size(const Sample& first, const Sample& sample) const {
        if (options_.height != 0) return;
        const io::ImageInfo &a = first.header.info, &b = sample.header.info;
        if (a.height != b.height || a.width != b.width)
            fail(root_, "the pictures have unequal sizes: " + size_text(first) + ", " + size_text(sample) +
                            "; name the size that all are scaled to, for example --image-size 64");
        if (std::max(a.height, a.width) > largest_own_side)
            fail(root_, size_text(first) + ", more than the " + std::to_string(largest_own_side) +
                            " a side that are taken as they are; name the size that all are scaled to, for example --image-size 64");
    }

    std::uint64_t pixels_bytes() const { return std::uint64_t{form_.height} * form_.width * form_.channels; }

    /// The part's pictures, or where to read them if they are more than may be held.
    Dataset decoded(std::vector<Sample>& part) {
        const std::uint64_t memory = options_.memory ? options_.memory : available_host_bytes() / 2;
        const bool held = held_bytes_ <= memory;
        std::vector<std::uint8_t> pixels(held ? part.size() * pixels_bytes() : 0);
        base::parallel_for(part.size(), options_.threads, [&](std::uint64_t i) {
            try {
                const std::vector<std::uint8_t> image = read_picture(part[i].path, form_);
                if (held) std::ranges::copy(image, pixels.begin() + static_cast<std::ptrdiff_t>(i * image.size()));
            } catch (const Error& error) {
                part[i].header.unreadable = reason_of(error, part[i].path);
            } catch (const std::bad_alloc&) {
                part[i].header.unreadable = "there is no memory to decode it";
            }
        });
        return set_of(part, std::move(pixels), held);
    }

    Dataset set_of(const std::vector<Sample>& part, std::vector<std::uint8_t> pixels, bool held) {
        Dataset set{base::utf8_of(base::path_of(root_).lexically_normal()), Shape{form_.height, form_.width, form_.channels}, {}, {}, classes_, parents_};
        std::vector<std::string> paths;
        std::uint64_t kept = 0;
        for (std::uint64_t i = 0; i < part.size(); ++i) {
            if (!part[i].header.unreadable.empty()) {
                sets_.skipped.push_back({part[i].path, part[i].header.unreadable});
                continue;
            }
            set.labels.push_back(part[i].label);
            if (!held) paths.push_back(part[i].path);
            else if (kept != i) std::copy_n(pixels.begin() + static_cast<std::ptrdiff_t>(i * pixels_bytes()), pixels_bytes(), pixels.begin() + static_cast<std::ptrdiff_t>(kept * pixels_bytes()));
            ++kept;
        }
        pixels.resize(held ? kept * pixels_bytes() : 0);
        set.images = std::move(pixels);
        if (!held) set.source = std::make_shared<PictureSource>(std::move(paths), form_);
        return set;
    }

    /// What was skipped may have been all of a class.
    void check_classes_are_there() {
        if (sets_.train.size() == 0) fail(tree_.train.folder, "has no picture that can be read");
        if (!options_.classes.empty()) return;
        std::vector<bool> there(classes_.size());
        for (const std::uint32_t label : sets_.train.labels) there[label] = true;
        for (std::size_t c = 0; c < classes_.size(); ++c)
            if (!there[c]) fail(tree_.train.folder, "no picture of the class '" + classes_[c] + "' can be read; mend or remove the folder");
    }

    const std::string root_;
    const FolderOptions& options_;
    FolderTree tree_;
    FolderSets sets_;
    std::vector<std::string> classes_;
    std::vector<std::vector<std::string>> parents_;
    std::map<std::string, std::uint32_t> labels_;
    ImageForm form_;
    std::uint64_t held_bytes_ = 0;
};

}  // namespace

FolderSets folder(const std::string& path, const FolderOptions& options) {
    if ((options.height == 0) != (options.width == 0) || options.channels == 2 || options.channels > 3)
        throw Error(ErrorCode::invalid_argument, "[data] pictures are scaled to a height and a width, with 1 or 3 channels");
    return Loader(path, options).load();
}

}  // namespace hekla::data
