"""ncnn with Vulkan: whole SqueezeNet 1.1 or ResNet-18 of random weights, one image. NETWORK SECONDS"""
import json
import os
import sys
import tempfile
import time

import ncnn
import numpy


class Net:
    """Text and weights of a network, in ncnn's own format, layer by layer."""

    def __init__(self, size):
        self.lines, self.blobs, self.weights = [], 0, []
        self.random = numpy.random.default_rng(0)
        self.size = size
        self.image = self.layer("Input", [], f"0={size} 1={size} 2=3")

    def layer(self, kind, inputs, options="", outputs=1):
        names = [f"b{self.blobs + i}" for i in range(outputs)]
        self.blobs += outputs
        words = [f"{kind:<16}", f"l{len(self.lines)}", str(len(inputs)), str(outputs), *inputs, *names, options]
        self.lines.append(" ".join(words))
        return names[0] if outputs == 1 else names

    def weighted(self, kind, x, inputs, units, options, taps=1):
        values = self.random.normal(0, (2 / (inputs * taps)) ** 0.5, units * inputs * taps).astype(numpy.float32)
        # A zero word says that plain 32-bit numbers follow; the bias has none.
        self.weights += [b"\0\0\0\0", values.tobytes(), numpy.zeros(units, numpy.float32).tobytes()]
        return self.layer(kind, [x], options)

    def conv(self, x, channels, filters, kernel, stride=1, pad=0, relu=True):
        options = f"0={filters} 1={kernel} 3={stride} 4={pad} 5=1 6={filters * channels * kernel ** 2} 9={int(relu)}"
        return self.weighted("Convolution", x, channels, filters, options, kernel ** 2)

    def split(self, x, copies=2):
        return self.layer("Split", [x], outputs=copies)

    def write(self, folder):
        paths = os.path.join(folder, "net.param"), os.path.join(folder, "net.bin")
        with open(paths[0], "w") as file:
            file.write("\n".join(["7767517", f"{len(self.lines)} {self.blobs}", *self.lines]) + "\n")
        with open(paths[1], "wb") as file:
            file.write(b"".join(self.weights))
        return paths


def squeezenet():
    net = Net(227)
    x = net.conv(net.image, 3, 64, 3, 2)
    channels = 64
    for index, (squeezed, expanded) in enumerate([(16, 64)] * 2 + [(32, 128)] * 2 + [(48, 192)] * 2 + [(64, 256)] * 2):
        if index in (0, 2, 4):
            x = net.layer("Pooling", [x], "0=0 1=3 2=2")
        x, copy = net.split(net.conv(x, channels, squeezed, 1))
        x = net.layer("Concat", [net.conv(x, squeezed, expanded, 1), net.conv(copy, squeezed, expanded, 3, 1, 1)])
        channels = 2 * expanded
    x = net.conv(x, channels, 1000, 1)
    return net, net.layer("Softmax", [net.layer("Pooling", [x], "0=1 4=1")])


def resnet18():
    net = Net(224)
    x = net.layer("Pooling", [net.conv(net.image, 3, 64, 7, 2, 3)], "0=0 1=3 2=2 3=1 5=1")
    channels = 64
    for filters in (64, 128, 256, 512):
        for _ in range(2):
            stride = 2 if filters != channels else 1
            x, shortcut = net.split(x)
            if stride == 2:
                shortcut = net.conv(shortcut, channels, filters, 1, 2, relu=False)
            x = net.conv(net.conv(x, channels, filters, 3, stride, 1), filters, filters, 3, 1, 1, relu=False)
            x = net.layer("ReLU", [net.layer("BinaryOp", [x, shortcut], "0=0")])
            channels = filters
    x = net.layer("Pooling", [x], "0=1 4=1")
    return net, net.layer("Softmax", [net.weighted("InnerProduct", x, 512, 1000, "0=1000 1=1 2=512000")])


def main():
    name, seconds = sys.argv[1], float(sys.argv[2])
    if ncnn.get_gpu_count() == 0:
        sys.exit("ncnn found no Vulkan device")
    description, output = {"squeezenet": squeezenet, "resnet18": resnet18}[name]()
    net = ncnn.Net()
    net.opt.use_vulkan_compute = True
    net.opt.num_threads = 2
    # 32-bit numbers throughout, as in Hekla.
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    with tempfile.TemporaryDirectory() as folder:
        text, weights = description.write(folder)
        if net.load_param(text) or net.load_model(weights):
            sys.exit("ncnn refused the network")
    size = description.size
    image = ncnn.Mat(numpy.random.default_rng(1).random((3, size, size), dtype=numpy.float32))
    times = []
    for run in range(10000):
        start = time.perf_counter()
        extractor = net.create_extractor()
        extractor.input("b0", image)
        status, result = extractor.extract(output)
        values = numpy.array(result)
        if run >= 2:  # the first ones compile
            times.append(time.perf_counter() - start)
        if status or values.size != 1000 or abs(values.sum() - 1) > 1e-3:
            sys.exit(f"ncnn's result is wrong: status {status}, {values.size} numbers of sum {values.sum()}")
        if sum(times) >= seconds:
            break
    print(json.dumps({"milliseconds": [1e3 * t for t in times], "version": ncnn.__version__,
                      "device": ncnn.get_gpu_info(0).device_name()}))


if __name__ == "__main__":
    main()
