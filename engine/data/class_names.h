#pragma once
// What the labels of the well-known data sets mean.

#include <string>
#include <vector>

namespace hekla::data {

std::vector<std::string> mnist_classes();
std::vector<std::string> fashion_mnist_classes();
std::vector<std::string> cifar10_classes();
std::vector<std::string> cifar100_classes();  // the 100 fine classes, in label order

std::vector<std::string> cifar100_superclasses();  // the 20 coarse classes, in label order

}  // namespace hekla::data
