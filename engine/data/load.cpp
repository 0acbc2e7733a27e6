#include <utility>

#include <hekla/data.h>
#include <hekla/error.h>
#include "data/cifar.h"
#include "data/class_names.h"
#include "data/find_files.h"
#include "data/idx.h"

namespace hekla::data {

namespace {

std::vector<std::string> idx_names(const std::string& part, const std::string& rank) {
    const std::string dashed = part + "-" + rank + "-ubyte", dotted = part + "." + rank + "-ubyte";
    return {dashed + ".gz", dashed, dotted + ".gz", dotted};
}

void check_mnist_shape(const Dataset& set, const std::string& path) {
    const Shape expected{28, 28, 1};
    if (set.image_shape == expected) return;
    throw Error(ErrorCode::invalid_file, "[data] " + path + ": the images are " +
                                             to_string(set.image_shape) + ", those of " + set.name +
                                             " are " + to_string(expected));
}

TrainTest load_idx(const std::string& name, const std::string& debian_package,
                   const std::vector<std::string>& classes, const std::string& folder) {
    const WantedFiles wanted{name,
                             {name},
                             {idx_names("train-images", "idx3"), idx_names("train-labels", "idx1"),
                              idx_names("t10k-images", "idx3"), idx_names("t10k-labels", "idx1")},
                             debian_package};
    const auto paths = find_files(wanted, folder).paths;
    const auto half = [&](const std::string& images, const std::string& labels) {
        Dataset set =
            read_idx_dataset(name, ByteSource::open(images), ByteSource::open(labels), classes);
        check_mnist_shape(set, images);
        return set;
    };
    TrainTest both;
    both.train = half(paths[0], paths[1]);
    both.test = half(paths[2], paths[3]);
    return both;
}

Dataset load_cifar_half(const std::string& name, const std::vector<std::string>& classes,
                        const CifarFormat& format, const std::vector<std::string>& paths,
                        const std::vector<std::string>& coarse_names = {},
                        const std::vector<std::vector<std::string>>& parents = {}) {
    Dataset set;
    set.name = name;
    set.image_shape = Shape{32, 32, 3};
    set.classes = classes;
    set.parents = parents;
    for (const auto& path : paths) append_cifar(set, format, ByteSource::open(path), coarse_names);
    set.check();
    return set;
}

/// The names of the file beside the data; absent is fine, malformed is not.
std::vector<std::string> names_in(const std::string& path, const std::vector<std::string>& usual) {
    try {
        return read_class_names(ByteSource::open(path), usual.size());
    } catch (const Error& error) {
        if (error.code() != ErrorCode::not_found) throw;
        return usual;
    }
}

}  // namespace

TrainTest mnist(const std::string& folder) {
    return load_idx("mnist", "", mnist_classes(), folder);
}

TrainTest fashion_mnist(const std::string& folder) {
    return load_idx("fashion-mnist", "dataset-fashion-mnist", fashion_mnist_classes(), folder);
}

TrainTest cifar10(const std::string& folder) {
    WantedFiles wanted{
        "cifar10", {"cifar10", "cifar-10-batches-bin", "cifar10/cifar-10-batches-bin"}, {}, ""};
    for (int batch = 1; batch <= 5; ++batch) {
        wanted.files.push_back({"data_batch_" + std::to_string(batch) + ".bin"});
    }
    wanted.files.push_back({"test_batch.bin"});
    const auto paths = find_files(wanted, folder).paths;
    const auto classes = cifar10_classes();
    TrainTest both;
    both.train =
        load_cifar_half("cifar10", classes, cifar10_format, {paths.begin(), paths.begin() + 5});
    both.test = load_cifar_half("cifar10", classes, cifar10_format, {paths[5]});
    return both;
}

TrainTest cifar100(const std::string& folder) {
    const WantedFiles wanted{"cifar100",
                             {"cifar100", "cifar-100-binary", "cifar100/cifar-100-binary"},
                             {{"train.bin"}, {"test.bin"}},
                             ""};
    const FoundFiles found = find_files(wanted, folder);
    const auto classes = names_in(found.folder + "/fine_label_names.txt", cifar100_classes());
    const auto coarse = names_in(found.folder + "/coarse_label_names.txt", cifar100_superclasses());
    TrainTest both;
    both.train = load_cifar_half("cifar100", classes, cifar100_format, {found.paths[0]}, coarse);
    both.test = load_cifar_half("cifar100", classes, cifar100_format, {found.paths[1]}, coarse, both.train.parents);
    both.train.parents = both.test.parents;  // a class may have records in the test alone
    return both;
}

TrainTest load(const std::string& name, const std::string& folder) {
    if (name == "mnist") return mnist(folder);
    if (name == "fashion-mnist") return fashion_mnist(folder);
    if (name == "cifar10") return cifar10(folder);
    if (name == "cifar100") return cifar100(folder);
    throw Error(ErrorCode::invalid_argument,
                "[data] unknown data set '" + name +
                    "', known are: mnist, fashion-mnist, cifar10, cifar100");
}

}  // namespace hekla::data
