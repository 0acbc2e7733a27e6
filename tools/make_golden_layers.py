#!/usr/bin/python3
"""Writes tests/golden/network_layers.json: layers of networks beside PyTorch in float64.

    apt-get install --no-install-recommends python3-torch
    /usr/bin/python3 tools/make_golden_layers.py --out tests/golden

Each case is one layer as a network file has it, with the values of its parameters, inputs (with the
batch), output, the gradients for a given output gradient, and what running averages are afterwards:

    {"cases": [{"name", "layer": {...}, "training": true,
                "inputs": [tensor], "parameters": {name: tensor}, "y": tensor, "dy": tensor,
                "input_gradients": [tensor or null], "parameter_gradients": {name: tensor},
                "after": {name: tensor}}]}
Layouts are Hekla's (make_golden.py); inputs are multiples of 1/256, results have nine digits.
"""
import argparse
import pathlib

import torch
import torch.nn.functional as F

from make_golden import Numbers, pair, write


def tensor(values):
    flat = [float("%.9g" % v) for v in values.detach().double().reshape(-1).tolist()]
    return {"shape": list(values.shape), "values": [int(v) if v == int(v) else v for v in flat]}


def nhwc(t):
    return t.permute(0, 2, 3, 1)


def nchw(t):
    return t.permute(0, 3, 1, 2)


def oihw(weight):
    """[kh, kw, in, out] as PyTorch has it."""
    return weight.permute(3, 2, 0, 1)


class Cases:
    def __init__(self):
        self.numbers, self.list = Numbers(5), []

    def add(self, name, layer, inputs, parameters, function, training=True, after=None):
        """function(inputs, parameters) in Hekla's layouts; all that need a gradient are leaves."""
        y = function(*inputs, **parameters)
        dy = self.numbers(*y.shape, grad=False)
        y.backward(dy)
        learnt = {key: p for key, p in parameters.items() if p.requires_grad}
        self.list.append({
            "name": name, "layer": layer, "training": training,
            "inputs": [tensor(x) for x in inputs],
            "parameters": {key: tensor(p) for key, p in parameters.items()},
            "y": tensor(y), "dy": tensor(dy),
            "input_gradients": [tensor(x.grad) if x.requires_grad else None for x in inputs],
            "parameter_gradients": {key: tensor(p.grad) for key, p in learnt.items()},
            "after": {key: tensor(value) for key, value in (after or {}).items()}})


def add_norms(cases):
    n = cases.numbers

    def affine(channels):
        return {"scale": n(channels), "shift": n(channels)}

    for shape in ((4, 3, 5, 6), (7, 8)):
        for training in (True, False):
            channels = shape[-1]
            mean, variance = n(channels, grad=False), n(channels, grad=False).abs() + 0.5
            after = {"running_mean": mean.clone(), "running_variance": variance.clone()}

            def norm(x, scale, shift, running_mean, running_variance):
                x = nchw(x) if x.dim() == 4 else x
                y = F.batch_norm(x, after["running_mean"], after["running_variance"], scale, shift,
                                 training, 0.25, 1e-3)
                return nhwc(y) if y.dim() == 4 else y

            cases.add("batch_norm %s %s" % (shape, training),
                      {"type": "batch_norm", "momentum": 0.25, "epsilon": 1e-3}, [n(*shape)],
                      dict(affine(channels), running_mean=mean, running_variance=variance), norm,
                      training, after)
    cases.add("layer_norm", {"type": "layer_norm"}, [n(3, 5, 8)], affine(8),
              lambda x, scale, shift: F.layer_norm(x, (8,), scale, shift))
    cases.add("group_norm", {"type": "group_norm", "groups": 2}, [n(2, 4, 5, 6)], affine(6),
              lambda x, scale, shift: nhwc(F.group_norm(nchw(x), 2, scale, shift)))
    cases.add("instance_norm", {"type": "instance_norm"}, [n(2, 4, 5, 4)], affine(4),
              lambda x, scale, shift: nhwc(F.instance_norm(nchw(x), None, None, scale, shift)))


def add_convolutions(cases):
    n = cases.numbers
    for channels, stride in ((8, 2), (5, 1)):
        cases.add("depthwise_conv2d %d" % channels,
                  {"type": "depthwise_conv2d", "stride": stride, "padding": [1, 1, 1, 1]},
                  [n(2, 6, 7, channels)],
                  {"weight": n(3, 3, 1, channels), "bias": n(channels)},
                  lambda x, weight, bias: nhwc(F.conv2d(nchw(x), oihw(weight), bias, stride, 1,
                                                        groups=channels)))
    cases.add("separable_conv2d", {"type": "separable_conv2d", "filters": 6}, [n(1, 6, 6, 4)],
              {"depthwise": n(3, 3, 1, 4), "pointwise": n(1, 1, 4, 6), "bias": n(6)},
              lambda x, depthwise, pointwise, bias: nhwc(F.conv2d(
                  F.conv2d(nchw(x), oihw(depthwise), groups=4), oihw(pointwise), bias)))
    for kernel, stride, padding, extra in ((3, 2, 1, 1), ((4, 2), (2, 1), 0, 0)):
        layer = {"type": "conv2d_transpose", "filters": 3, "kernel": kernel, "stride": stride,
                 "padding": [padding] * 4}
        if extra:
            layer["output_padding"] = extra
        kh, kw = pair(kernel)
        cases.add("conv2d_transpose %s" % (kernel,), layer, [n(2, 4, 3, 4)],
                  {"weight": n(kh, kw, 3, 4), "bias": n(3)},
                  lambda x, weight, bias: nhwc(F.conv_transpose2d(
                      nchw(x), oihw(weight), bias, stride, padding, extra)))
    for mode, factor in (("nearest", (2, 3)), ("bilinear", (2, 2)), ("bilinear", (3, 1))):
        options = {"align_corners": False} if mode == "bilinear" else {}
        cases.add("upsample2d %s %s" % (mode, factor),
                  {"type": "upsample2d", "factor": list(factor), "bilinear": mode == "bilinear"},
                  [n(2, 3, 4, 3)], {},
                  lambda x: nhwc(F.interpolate(nchw(x), scale_factor=factor, mode=mode, **options)))


def add_recurrent(cases):
    n, features, units = cases.numbers, 4, 3
    kinds = {"simple_rnn": (torch.rnn_tanh_cell, 1), "lstm": (torch.lstm_cell, 4), "gru": (torch.gru_cell, 3)}
    for kind, (cell, gates) in kinds.items():
        for sequences in (False, True):
            zeros = torch.zeros(gates * units).double()

            def run(x, weight, recurrent, bias, recurrent_bias=zeros):
                state, states = torch.zeros(2, units).double(), []
                if kind == "lstm":
                    state = (state, state)
                for t in range(x.shape[1]):
                    state = cell(x[:, t], state, weight.T, recurrent.T, bias, recurrent_bias)
                    states.append(state[0] if kind == "lstm" else state)
                return torch.stack(states, 1) if sequences else states[-1]

            parameters = {"weight": n(features, gates * units), "recurrent": n(units, gates * units),
                          "bias": n(gates * units)}
            if kind == "gru":
                parameters["recurrent_bias"] = n(gates * units)
            cases.add("%s %s" % (kind, sequences),
                      {"type": kind, "units": units, "sequences": sequences}, [n(2, 5, features)],
                      parameters, run)


def add_attention(cases):
    n, width, heads = cases.numbers, 8, 2
    names = ["query", "key", "value", "output"]
    for steps in ((5,), (3, 5, 5)):
        parameters = {}
        for name in names:
            parameters.update({name + "_weight": n(width, width, scale=0.5), name + "_bias": n(width)})

        def attend(*inputs, **p):
            q, k, v = inputs if len(inputs) == 3 else inputs * 3
            y, _ = F.multi_head_attention_forward(
                q.transpose(0, 1), k.transpose(0, 1), v.transpose(0, 1), width, heads,
                torch.cat([p[name + "_weight"].T for name in names[:3]]),
                torch.cat([p[name + "_bias"] for name in names[:3]]), None, None, False, 0.0,
                p["output_weight"].T, p["output_bias"])
            return y.transpose(0, 1)

        cases.add("multi_head_attention %d" % len(steps),
                  {"type": "multi_head_attention", "heads": heads},
                  [n(2, s, width) for s in steps], parameters, attend)
    cases.add("embedding", {"type": "embedding", "rows": 7, "width": 5},
              [torch.tensor([[0, 3, 6, 3, 2, 3], [6, 6, 1, 0, 0, 3]])], {"weight": n(7, 5)},
              lambda x, weight: F.embedding(x, weight))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder of the file")
    cases = Cases()
    for add in (add_norms, add_convolutions, add_recurrent, add_attention):
        add(cases)
    write(parser.parse_args().out / "network_layers.json", {"cases": cases.list})


if __name__ == "__main__":
    main()
