#!/usr/bin/python3
"""Writes the golden files that the tests compare Hekla with, computed by PyTorch in float64.

    apt-get install --no-install-recommends python3-torch
    /usr/bin/python3 tools/make_golden.py --out tests/golden

Rerun it only to add cases; the files are part of the repository. It writes

layers.json      one case per layer: inputs, outputs and the gradients for a given output gradient
optimizers.json  ten updates of a small vector by each optimizer
    {"cases": [{"name", "op", "options": {...}, "tensors": {name: {"shape": [...], "values": [...]}}}]}
    Values are flattened row-major in Hekla's layouts: images NHWC, weights of a convolution
    [kh, kw, C/groups, O], dense weights [in, out]. Inputs are multiples of 1/256: exact in float32.

losses.json      the losses of the first steps of whole trainings, and numbers to check that the
                 weights, images and labels, which are derived and not stored, are derived alike
    {"networks": {name: {"batch", "parameter_count", "parameters": [{"shape", "limit"}], "losses",
    "float32_losses"}}, "probe": {...}}

Derived values come from the counter-based generator of engine/reference/random.cpp:
    parameter p, element i:  limit * (2 * random_unit(7, 0, p, i) - 1)     p: layers, weight then bias
    label of sample s:       random_word(13, s, 0, 0) % 10
    byte j of sample s:      floor(.5 * floor(256 * random_unit(11, s, 0, j)) + .5 * proto[label][j])
    proto[l][j]:             floor(256 * random_unit(17, l, 0, j))
Step k trains on samples k * batch ... k * batch + batch - 1; images are NHWC.
"""
import argparse
import json
import math
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

STEPS = 50
WEIGHT_SEED, BYTE_SEED, LABEL_SEED, PROTO_SEED = 7, 11, 13, 17


# ------------------------------------------------------------------ derived numbers
def pcg(v):
    state = v * np.uint32(747796405) + np.uint32(2891336453)
    word = ((state >> ((state >> np.uint32(28)) + np.uint32(4))) ^ state) * np.uint32(277803737)
    return (word >> np.uint32(22)) ^ word


def random_word(seed, counter, stream, index):
    """Words for an array of indices."""
    value = pcg(np.array([seed], dtype=np.uint32))
    value = pcg(np.uint32(counter) + value)
    value = pcg(np.uint32(stream) + value)
    return pcg(np.asarray(index, dtype=np.uint32) + value)


def random_unit(seed, counter, stream, index):
    return (random_word(seed, counter, stream, index) >> np.uint32(8)).astype(np.float64) / 2.0**24


def derived_parameter(stream, shape, limit):
    units = random_unit(WEIGHT_SEED, 0, stream, np.arange(math.prod(shape)))
    return (limit * (2.0 * units - 1.0)).reshape(shape)


def derived_label(sample):
    return int(random_word(LABEL_SEED, sample, 0, [0])[0] % 10)


def derived_bytes(seed, counter, count):
    return np.floor(random_unit(seed, counter, 0, np.arange(count)) * 256.0)


def derived_image(sample, count):
    proto = derived_bytes(PROTO_SEED, derived_label(sample), count)
    return np.floor(0.5 * derived_bytes(BYTE_SEED, sample, count) + 0.5 * proto).astype(np.uint8)


# ------------------------------------------------------------------ layouts
def tensor(values):
    values = np.asarray(values.detach() if torch.is_tensor(values) else values, dtype=np.float64)
    flat = [int(v) if v == int(v) else float(v) for v in values.reshape(-1)]
    return {"shape": list(values.shape), "values": flat}


def nhwc(t):
    return tensor(t.permute(0, 2, 3, 1))


def hwio(t):
    return tensor(t.permute(2, 3, 1, 0))


def pair(v):
    return [v, v] if isinstance(v, int) else list(v)


class Numbers:
    """Inputs: multiples of 1/256, about normal, from a fixed seed."""

    def __init__(self, seed):
        self.generator = np.random.RandomState(seed)

    def __call__(self, *shape, scale=1.0, grad=True):
        values = np.round(self.generator.standard_normal(shape) * scale * 256.0) / 256.0
        return torch.tensor(values, dtype=torch.float64, requires_grad=grad)

    def labels(self, rows, columns):
        return torch.tensor(self.generator.randint(0, columns, size=rows))


def case(name, op, options, tensors):
    return {"name": name, "op": op, "options": options, "tensors": tensors}


# ------------------------------------------------------------------ layers
def conv_case(numbers, name, x, weight, stride=1, padding=0, dilation=1, groups=1, bias=True):
    """x: N, H, W, C; weight: kh, kw, O"""
    n, h, w, c = x
    kh, kw, o = weight
    image = numbers(n, c, h, w)
    kernel = numbers(o, c // groups, kh, kw, scale=0.5)
    b = numbers(o, scale=0.5) if bias else None
    y = F.conv2d(image, kernel, b, pair(stride), pair(padding), pair(dilation), groups)
    dy = numbers(*y.shape, grad=False)
    y.backward(dy)
    tensors = {"x": nhwc(image), "weight": hwio(kernel), "y": nhwc(y), "dy": nhwc(dy),
               "dx": nhwc(image.grad), "dweight": hwio(kernel.grad)}
    if bias:
        tensors.update(bias=tensor(b), dbias=tensor(b.grad))
    options = {"stride": pair(stride), "padding": pair(padding), "dilation": pair(dilation),
               "groups": groups}
    return case("conv2d " + name, "conv2d", options, tensors)


def conv_cases(numbers):
    return [
        conv_case(numbers, "3x3", (2, 7, 5, 3), (3, 3, 5)),
        conv_case(numbers, "5x5 no bias", (1, 11, 7, 2), (5, 5, 3), bias=False),
        conv_case(numbers, "3x3 same", (2, 7, 5, 3), (3, 3, 5), padding=1),
        conv_case(numbers, "3x3 stride 2", (2, 7, 11, 3), (3, 3, 5), stride=2, padding=1),
        conv_case(numbers, "stride 3 2 pad 2 1", (1, 13, 7, 3), (5, 3, 3), (3, 2), (2, 1)),
        conv_case(numbers, "dilation 2", (1, 11, 7, 3), (3, 3, 5), padding=2, dilation=2),
        conv_case(numbers, "dilation 3 2 stride 2", (1, 13, 11, 2), (3, 3, 3), 2, (1, 2), (3, 2)),
        conv_case(numbers, "1x1", (2, 5, 3, 7), (1, 1, 5)),
        conv_case(numbers, "1x1 stride 2", (2, 5, 7, 3), (1, 1, 5), stride=2),
        conv_case(numbers, "groups 2", (1, 7, 5, 6), (3, 3, 10), padding=1, groups=2),
        conv_case(numbers, "depthwise", (2, 7, 5, 5), (3, 3, 5), padding=1, groups=5),
        conv_case(numbers, "depthwise multiplier 2 stride 2 dilation 2", (1, 11, 7, 3), (3, 3, 6),
                  2, 2, 2, 3),
        conv_case(numbers, "one element", (1, 1, 1, 1), (1, 1, 1)),
        conv_case(numbers, "17 channels 19 filters", (1, 5, 3, 17), (3, 3, 19), padding=1),
    ]


def pool_case(numbers, mode, shape, kernel, stride, padding, ceil_mode, count_include_pad=False):
    n, h, w, c = shape
    x = numbers(n, c, h, w)
    kernel, stride, padding = pair(kernel), pair(stride), pair(padding)
    if mode == "max":
        y = F.max_pool2d(x, kernel, stride, padding, ceil_mode=ceil_mode)
    else:
        y = F.avg_pool2d(x, kernel, stride, padding, ceil_mode, count_include_pad)
    dy = numbers(*y.shape, grad=False)
    y.backward(dy)
    options = {"mode": mode, "kernel": kernel, "stride": stride, "padding": padding,
               "ceil_mode": ceil_mode, "count_include_pad": count_include_pad}
    name = "%s_pool2d %s stride %s pad %s" % (mode, kernel, stride, padding)
    name += " ceil" * ceil_mode + " counting pads" * count_include_pad
    return case(name, mode + "_pool2d", options,
                {"x": nhwc(x), "y": nhwc(y), "dy": nhwc(dy), "dx": nhwc(x.grad)})


def pool_cases(numbers):
    windows = [(2, 2, 0), (3, 2, 1), (3, 1, 1), ((2, 3), (3, 2), (1, 0)), ((5, 3), (2, 3), (2, 1))]
    cases = []
    for kernel, stride, padding in windows:
        for ceil_mode in (False, True):
            settings = ((2, 11, 7, 3), kernel, stride, padding, ceil_mode)
            cases.append(pool_case(numbers, "max", *settings))
            cases.append(pool_case(numbers, "average", *settings, False))
            cases.append(pool_case(numbers, "average", *settings, True))
    return cases


def linear_case(numbers, rows, inputs, outputs, bias=True):
    x, weight = numbers(rows, inputs), numbers(outputs, inputs, scale=0.5)
    b = numbers(outputs, scale=0.5) if bias else None
    y = F.linear(x, weight, b)
    dy = numbers(rows, outputs, grad=False)
    y.backward(dy)
    tensors = {"x": tensor(x), "weight": tensor(weight.T), "y": tensor(y), "dy": tensor(dy),
               "dx": tensor(x.grad), "dweight": tensor(weight.grad.T)}
    if bias:
        tensors.update(bias=tensor(b), dbias=tensor(b.grad))
    return case("linear %dx%dx%d" % (rows, inputs, outputs), "linear", {}, tensors)


def unary_case(numbers, op, function, options, shape, scale=2.0):
    x = numbers(*shape, scale=scale)
    y = function(x)
    dy = numbers(*shape, grad=False)
    y.backward(dy)
    name = "%s %s" % (op, "x".join(map(str, shape)))
    return case(name, op, options,
                {"x": tensor(x), "y": tensor(y), "dy": tensor(dy), "dx": tensor(x.grad)})


def unary_cases(numbers):
    activations = [
        ("relu", F.relu, {}), ("leaky_relu", lambda x: F.leaky_relu(x, 0.1), {"a": 0.1}),
        ("elu", F.elu, {"a": 1.0}), ("sigmoid", torch.sigmoid, {}), ("tanh", torch.tanh, {}),
        ("gelu", F.gelu, {}), ("silu", F.silu, {}), ("softplus", F.softplus, {})]
    cases = [unary_case(numbers, op, f, options, (7, 13)) for op, f, options in activations]
    for shape in ((1, 1), (5, 10), (3, 37), (2, 257)):
        cases.append(unary_case(numbers, "softmax", lambda x: F.softmax(x, 1), {}, shape, 3.0))
        cases.append(unary_case(numbers, "log_softmax", lambda x: F.log_softmax(x, 1), {}, shape, 3.0))
    return cases


def cross_entropy_cases(numbers):
    cases = []
    for rows, columns in ((1, 2), (7, 10), (5, 67)):
        for op in ("cross_entropy", "cross_entropy_onehot"):
            logits = numbers(rows, columns, scale=3.0)
            labels = numbers.labels(rows, columns)
            onehot = F.one_hot(labels, columns).to(torch.float64)
            loss = F.cross_entropy(logits, labels if op == "cross_entropy" else onehot,
                                   reduction="none")
            dloss = numbers(rows, grad=False)
            loss.backward(dloss)
            targets = {"labels": tensor(labels)} if op == "cross_entropy" else \
                {"targets": tensor(onehot)}
            cases.append(case("%s %dx%d" % (op, rows, columns), op, {}, {
                "logits": tensor(logits), **targets, "loss": tensor(loss), "dloss": tensor(dloss),
                "dlogits": tensor(logits.grad)}))
    return cases


def layer_cases():
    numbers = Numbers(1)
    cases = conv_cases(numbers) + pool_cases(numbers)
    cases += [linear_case(numbers, *s) for s in ((1, 1, 1), (5, 7, 3), (13, 31, 17), (3, 5, 11, False))]
    return cases + unary_cases(numbers) + cross_entropy_cases(numbers)


# ------------------------------------------------------------------ optimizers
def optimizer_case(name, op, make, options, start, gradients):
    parameter = torch.nn.Parameter(torch.tensor(start))
    optimizer = make([parameter])
    trace = []
    for gradient in gradients:
        parameter.grad = torch.tensor(gradient)
        optimizer.step()
        trace.append(parameter.detach().numpy().copy())
    return case(name, op, options, {"parameter": tensor(start), "gradients": tensor(gradients),
                                    "parameters": tensor(np.array(trace))})


def optimizer_cases():
    numbers = Numbers(2)
    start = numbers(13, grad=False).numpy()
    gradients = numbers(10, 13, grad=False).numpy()
    cases = []

    def sgd(name, rate, momentum=0.0, nesterov=False, decay=0.0):
        cases.append(optimizer_case(
            name, "sgd", lambda p: torch.optim.SGD(p, lr=rate, momentum=momentum,
                                                   nesterov=nesterov, weight_decay=decay),
            {"learning_rate": rate, "momentum": momentum, "nesterov": nesterov,
             "weight_decay": decay}, start, gradients))

    def adam(name, rate, epsilon, decay=0.0):
        cases.append(optimizer_case(
            name, "adam", lambda p: torch.optim.Adam(p, lr=rate, eps=epsilon, weight_decay=decay),
            {"learning_rate": rate, "beta1": 0.9, "beta2": 0.999, "epsilon": epsilon,
             "weight_decay": decay}, start, gradients))

    sgd("sgd", 0.1)
    sgd("sgd momentum", 0.05, 0.9)
    sgd("sgd nesterov", 0.05, 0.9, True)
    sgd("sgd weight decay", 0.1, 0.0, False, 0.01)
    sgd("sgd nesterov weight decay", 0.05, 0.9, True, 0.01)
    adam("adam epsilon 1e-8", 1e-3, 1e-8)
    adam("adam epsilon 1e-7", 1e-3, 1e-7)
    adam("adam weight decay", 1e-2, 1e-8, 0.01)
    return cases


# ------------------------------------------------------------------ trainings
def glorot(shape):
    receptive = math.prod(shape[:-2])
    return math.sqrt(6.0 / (receptive * shape[-2] + receptive * shape[-1]))


def fan_in(shape):
    return 1.0 / math.sqrt(math.prod(shape[:-1]))


# layers: ("conv", kernel, C, O) with relu and a 2x2 max pool behind it; ("dense", in, out) with a
# relu behind all but the last
NETWORKS = {
    "keras-mnist": {
        "image": (28, 28, 1), "batch": 32, "count": 54410, "lenet": False,
        "layers": [("conv", 3, 1, 32), ("dense", 5408, 10)]},
    "keras-mnist-dropout": {  # with a dropout rate of 0
        "image": (28, 28, 1), "batch": 32, "count": 108618, "lenet": False,
        "layers": [("conv", 3, 1, 16), ("conv", 3, 16, 32), ("dense", 800, 128),
                   ("dense", 128, 10)]},
    "lenet-cifar10": {
        "image": (32, 32, 3), "batch": 4, "count": 62006, "lenet": True,
        "layers": [("conv", 5, 3, 6), ("conv", 5, 6, 16), ("dense", 400, 120), ("dense", 120, 84),
                   ("dense", 84, 10)]},
    "keras-cifar10": {
        "image": (32, 32, 3), "batch": 128, "count": 167562, "lenet": False,
        "layers": [("conv", 3, 3, 32), ("conv", 3, 32, 64), ("dense", 2304, 64),
                   ("dense", 64, 10)]},
}


def parameter_list(network):
    """Shape and limit of each parameter in Hekla's layout."""
    result = []
    for kind, *sizes in network["layers"]:
        shape = [sizes[0], sizes[0], sizes[1], sizes[2]] if kind == "conv" else sizes
        limit = fan_in(shape) if network["lenet"] else glorot(shape)
        result.append({"shape": shape, "limit": limit})
        result.append({"shape": [shape[-1]], "limit": limit if network["lenet"] else 0.0})
    return result


def initial_parameters(network, dtype):
    """The parameters as PyTorch lays them out."""
    parameters = []
    for stream, entry in enumerate(parameter_list(network)):
        value = torch.tensor(derived_parameter(stream, entry["shape"], entry["limit"]), dtype=dtype)
        if value.dim() == 4:
            value = value.permute(3, 2, 0, 1)
        if value.dim() == 2:
            value = value.T
        parameters.append(torch.nn.Parameter(value.contiguous()))
    return parameters


def forward(network, parameters, x):
    layers = network["layers"]
    for i, (kind, *_) in enumerate(layers):
        weight, bias = parameters[2 * i], parameters[2 * i + 1]
        if kind == "conv":
            x = F.max_pool2d(F.relu(F.conv2d(x, weight, bias)), 2)
            continue
        if x.dim() == 4:  # flattened as NHWC, so that the dense weights correspond
            x = x.permute(0, 2, 3, 1).flatten(1)
        x = F.linear(x, weight, bias)
        if i + 1 < len(layers):
            x = F.relu(x)
    return x


def batch_of(network, step, dtype):
    h, w, c = network["image"]
    samples = range(step * network["batch"], (step + 1) * network["batch"])
    images = np.stack([derived_image(s, h * w * c).reshape(h, w, c) for s in samples])
    x = torch.tensor(images).to(dtype) / 255.0
    if network["lenet"]:
        x = (x - 0.5) / 0.5
    return x.permute(0, 3, 1, 2).contiguous(), torch.tensor([derived_label(s) for s in samples])


def train(network, dtype):
    parameters = initial_parameters(network, dtype)
    assert sum(p.numel() for p in parameters) == network["count"]
    if network["lenet"]:
        optimizer = torch.optim.SGD(parameters, lr=0.001, momentum=0.9)
    else:
        optimizer = torch.optim.Adam(parameters, lr=0.001, eps=1e-7)
    losses = []
    for step in range(STEPS):
        x, labels = batch_of(network, step, dtype)
        optimizer.zero_grad()
        loss = F.cross_entropy(forward(network, parameters, x), labels)
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    return losses


def largest_difference(losses, other):
    return max(abs(a - b) / abs(a) for a, b in zip(losses, other))


def training_losses():
    result = {}
    for name, network in NETWORKS.items():
        exact, single = train(network, torch.float64), train(network, torch.float32)
        print("%-20s first %.6f last %.6f  float32 differs by %.1e (20 steps) %.1e (50 steps)" % (
            name, exact[0], exact[-1], largest_difference(exact[:20], single[:20]),
            largest_difference(exact, single)))
        result[name] = {"batch": network["batch"], "image": list(network["image"]),
                        "parameter_count": network["count"], "parameters": parameter_list(network),
                        "losses": exact, "float32_losses": single}
    return result


def probe():
    return {
        "words": [int(random_word(s, c, t, [i])[0])
                  for s, c, t, i in ((0, 0, 0, 0), (1, 2, 3, 4), (2**32 - 1, 5, 2**32 - 7, 12345))],
        "weights": {name: [derived_parameter(p, [4], entry["limit"]).tolist()
                           for p, entry in enumerate(parameter_list(network))]
                    for name, network in NETWORKS.items()},
        "images": [{"sample": s, "bytes": derived_image(s, 8).tolist()} for s in (0, 1, 1599, 6399)],
        "labels": [derived_label(s) for s in range(32)],
    }


def write(path, content):
    path.write_text(json.dumps(content, separators=(",", ":")) + "\n")
    print("%s: %d bytes" % (path, path.stat().st_size))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder of the files")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(2)
    np.seterr(over="ignore")
    write(out / "layers.json", {"cases": layer_cases()})
    write(out / "optimizers.json", {"cases": optimizer_cases()})
    write(out / "losses.json", {"networks": training_losses(), "probe": probe()})


if __name__ == "__main__":
    main()
