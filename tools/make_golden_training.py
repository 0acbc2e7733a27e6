#!/usr/bin/python3
"""Writes the golden files of losses, updates and schedules, computed by PyTorch in float64.

    /usr/bin/python3 tools/make_golden_training.py --out tests/golden

The form of the files is that of tools/make_golden.py, whose layouts and numbers are used.

updates.json         ten updates of a matrix and a vector by each optimizer with each thing that may
                     be done to gradients and weights; "w", "b" and the gradients "dw", "db" of all steps
schedules.json       the learning rate of every update of a training
loss_functions.json  losses per row with their gradients for a given output gradient
"""
import argparse
import math
import pathlib

import torch
import torch.nn.functional as F
from torch.optim import lr_scheduler
from torch.optim.swa_utils import AveragedModel

from make_golden import Numbers, case, tensor, write

STEPS = 10


# ------------------------------------------------------------------ updates
class Lion(torch.optim.Optimizer):
    """Chen et al. 2023, algorithm 2; PyTorch has none."""

    def __init__(self, parameters, lr, betas, weight_decay):
        super().__init__(parameters, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                state = self.state[p]
                m = state.setdefault("m", torch.zeros_like(p))
                direction = torch.sign(beta1 * m + (1 - beta1) * p.grad)
                p.sub_(group["lr"] * (direction + group["weight_decay"] * p))
                m.mul_(beta2).add_(p.grad, alpha=1 - beta2)


class Model(torch.nn.Module):
    def __init__(self, w, b):
        super().__init__()
        self.w, self.b = torch.nn.Parameter(w.clone()), torch.nn.Parameter(b.clone())


def constrain(model, options):
    with torch.no_grad():
        if "low" in options:
            for p in model.parameters():
                p.clamp_(options["low"], options["high"])
        if "max_norm" in options:
            model.w.copy_(torch.renorm(model.w, 2, 1, options["max_norm"]))


def update_case(numbers, name, make, op, options, rows=None):
    """rows: live rows of each step; an update after every options["accumulate"] of them and at the end of an epoch (None)."""
    start = (numbers(5, 3, grad=False), numbers(3, grad=False))
    model = Model(*start)
    optimizer = make(model.parameters())
    decay = options.get("average_decay")
    average = AveragedModel(model, avg_fn=lambda a, p, n: decay * a + (1 - decay) * p) if decay else None
    steps = len(rows) if rows else STEPS
    dw, db = numbers(steps, 5, 3, grad=False), numbers(steps, 3, grad=False)
    trace, averages = [], []
    waiting, waiting_rows, batches, done = [torch.zeros(5, 3), torch.zeros(3)], 0, 0, 0
    for step in range(steps):
        count = rows[step] if rows else 1
        waiting = [waiting[0] + count * dw[step], waiting[1] + count * db[step]]
        waiting_rows, batches, done = waiting_rows + count, batches + 1, done + count
        if batches == options.get("accumulate", 1) or (rows and done == options["samples"]):
            model.w.grad, model.b.grad = waiting[0] / waiting_rows, waiting[1] / waiting_rows
            if "clip_norm" in options:
                torch.nn.utils.clip_grad_norm_(model.parameters(), options["clip_norm"])
            if "clip_value" in options:
                torch.nn.utils.clip_grad_value_(model.parameters(), options["clip_value"])
            optimizer.step()
            constrain(model, options)
            if average:
                average.update_parameters(model)
            waiting, waiting_rows, batches = [torch.zeros(5, 3), torch.zeros(3)], 0, 0
        if rows and done == options["samples"]:
            done = 0
        trace.append([model.w.detach().clone(), model.b.detach().clone()])
        if average:
            averages.append([average.module.w.detach().clone(), average.module.b.detach().clone()])
    tensors = {"w": tensor(start[0]), "b": tensor(start[1]), "dw": tensor(dw), "db": tensor(db),
               "w_after": tensor(torch.stack([t[0] for t in trace])), "b_after": tensor(torch.stack([t[1] for t in trace]))}
    if average:
        tensors["w_average"] = tensor(torch.stack([t[0] for t in averages]))
    if rows:
        options = {**options, "rows": rows}
    return case(name, op, options, tensors)


def update_cases():
    numbers = Numbers(3)
    cases = []

    def add(name, op, make, settings, **options):
        rows = options.pop("rows", None)
        cases.append(update_case(numbers, name, make, op, {"settings": settings, **options}, rows))

    def sgd(name, rate, momentum=0.0, nesterov=False, decay=0.0, **options):
        add(name, "sgd", lambda p: torch.optim.SGD(p, lr=rate, momentum=momentum, nesterov=nesterov, weight_decay=decay),
            {"learning_rate": rate, "momentum": momentum, "nesterov": nesterov, "weight_decay": decay}, **options)

    def adam(name, rate=1e-2, decay=0.0, kind=torch.optim.Adam, **options):
        add(name, kind.__name__.lower(), lambda p: kind(p, lr=rate, eps=1e-8, weight_decay=decay),
            {"learning_rate": rate, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": decay}, **options)

    def adagrad(name, initial, decay=0.0, **options):
        add(name, "adagrad", lambda p: torch.optim.Adagrad(p, lr=0.1, eps=1e-7, initial_accumulator_value=initial, weight_decay=decay),
            {"learning_rate": 0.1, "epsilon": 1e-7, "initial": initial, "weight_decay": decay}, **options)

    def rmsprop(name, momentum=0.0, decay=0.0, **options):
        add(name, "rmsprop", lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, eps=1e-7, momentum=momentum, weight_decay=decay),
            {"learning_rate": 0.01, "decay": 0.9, "epsilon": 1e-7, "momentum": momentum, "weight_decay": decay}, **options)

    def lion(name, decay=0.0, **options):
        add(name, "lion", lambda p: Lion(p, 0.01, (0.9, 0.99), decay),
            {"learning_rate": 0.01, "beta1": 0.9, "beta2": 0.99, "weight_decay": decay}, **options)

    sgd("gradient descent", 0.1)
    sgd("nesterov with decay", 0.05, 0.9, True, 0.01)
    adam("adam")
    adam("adamw", 1e-2, 0.1, torch.optim.AdamW)
    adagrad("adagrad", 0.0)
    adagrad("adagrad from 0.1 with decay", 0.1, 0.01)
    rmsprop("rmsprop")
    rmsprop("rmsprop momentum with decay", 0.9, 0.01)
    lion("lion")
    lion("lion with decay", 0.1)
    sgd("clip norm", 0.1, 0.9, clip_norm=1.5)
    sgd("clip norm that is never reached", 0.1, clip_norm=1e3)
    adam("clip norm", clip_norm=0.5)
    sgd("clip value", 0.1, 0.9, clip_value=0.5)
    rmsprop("clip value and norm", 0.0, 0.01, clip_value=0.5, clip_norm=2.0)
    adagrad("clip value", 0.1, clip_value=0.5)
    lion("clip norm", 0.1, clip_norm=1.0)
    sgd("weights in a range", 0.3, low=-0.5, high=0.75)
    adam("max norm", 0.1, max_norm=1.25)
    adam("average", 0.05, average_decay=0.8)
    adam("accumulate", accumulate=2, samples=10, rows=[4, 4, 2] * 2)
    sgd("accumulate with clipped norm, max norm and average", 0.1, 0.9, True, accumulate=3, samples=22, rows=[5, 5, 5, 5, 2] * 2,
        clip_norm=1.0, max_norm=1.5, average_decay=0.5)
    return cases


# ------------------------------------------------------------------ schedules
BASE, PER_EPOCH, EPOCHS = 0.25, 8, 5


def schedule_case(name, text, make, warmup=0):
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=BASE)
    scheduler = make(optimizer)
    rates = []
    for _ in range(PER_EPOCH * EPOCHS):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return case(name, "schedule", {"schedule": text, "warmup": warmup, "rate": BASE, "updates_per_epoch": PER_EPOCH, "epochs": EPOCHS},
                {"rates": tensor(rates)})


def warmed(warmup, after):
    return lambda t: (t + 1) / warmup if t < warmup else after(t - warmup)


def schedule_cases():
    updates = PER_EPOCH * EPOCHS
    return [
        schedule_case("constant", "constant", lambda o: lr_scheduler.LambdaLR(o, lambda t: 1.0)),
        schedule_case("step", "step:2,0.5", lambda o: lr_scheduler.StepLR(o, 2 * PER_EPOCH, 0.5)),
        schedule_case("exponential", "exponential:0.7", lambda o: lr_scheduler.ExponentialLR(o, 0.7 ** (1 / PER_EPOCH))),
        schedule_case("cosine", "cosine:0.01", lambda o: lr_scheduler.CosineAnnealingLR(o, updates, 0.01 * BASE)),
        schedule_case("one-cycle", "one-cycle:0.3,0.04,0.000004",
                      lambda o: OneCycle(o, updates)),
        schedule_case("warm-up", "constant", lambda o: lr_scheduler.LambdaLR(o, warmed(6, lambda t: 1.0)), 6),
        schedule_case("warm-up and cosine", "cosine", lambda o: lr_scheduler.LambdaLR(
            o, warmed(6, lambda t: 0.5 * (1 + math.cos(math.pi * t / (updates - 6))))), 6),
        schedule_case("warm-up and step", "step:1,0.1", lambda o: lr_scheduler.LambdaLR(o, warmed(5, lambda t: 0.1 ** (t // PER_EPOCH))), 5),
    ]


class OneCycle:
    """OneCycleLR refuses the step after its last one, which the loop above makes."""

    def __init__(self, optimizer, updates):
        self.inner = lr_scheduler.OneCycleLR(optimizer, BASE, total_steps=updates, cycle_momentum=False)
        self.left = updates - 1

    def step(self):
        if self.left > 0:
            self.inner.step()
        self.left -= 1


# ------------------------------------------------------------------ losses
def loss_case(numbers, name, op, function, inputs, constants=None, options=None):
    loss = function(**inputs, **(constants or {}))
    dloss = numbers(*loss.shape, grad=False) if loss.dim() else torch.tensor(1.0, dtype=torch.float64)
    loss.backward(dloss)
    tensors = {k: tensor(v) for k, v in inputs.items()}
    tensors.update({k: tensor(v) for k, v in (constants or {}).items()})
    tensors.update({"d" + k: tensor(v.grad) for k, v in inputs.items()})
    return case(name, op, options or {}, {**tensors, "loss": tensor(loss), "dloss": tensor(dloss)})


def loss_cases():
    numbers = Numbers(4)
    labels = numbers.labels(7, 5)
    onehot = F.one_hot(labels, 5).to(torch.float64)
    weights = torch.tensor([0.5, 2.0, 1.0, 0.25, 1.5], dtype=torch.float64)
    soft = F.softmax(numbers(7, 5, grad=False), 1)
    signs = torch.sign(numbers(7, 5, grad=False)) + 0.0
    signs[signs == 0] = 1.0
    row_signs = signs[:, 0].clone()
    mask = torch.tensor([1.0, 0.0, 1.0, 1.0, 0.5, 0.0, 1.0], dtype=torch.float64)

    def x(*shape, scale=1.5):
        return numbers(*(shape or (7, 5)), scale=scale)

    def contrastive(a, b, same):
        d = F.pairwise_distance(a, b)
        return 0.5 * (same * d ** 2 + (1 - same) * F.relu(3.0 - d) ** 2)

    return [
        loss_case(numbers, "label smoothing", "smoothed", lambda x, targets: F.cross_entropy(x, labels, label_smoothing=0.1, reduction="none"),
                  {"x": x()}, {"targets": onehot}, {"smoothing": 0.1}),
        loss_case(numbers, "class weights", "weighted", lambda x, targets, weights: F.cross_entropy(x, labels, weight=weights),
                  {"x": x()}, {"targets": onehot, "weights": weights}, {"smoothing": 0.0}),
        loss_case(numbers, "class weights and smoothing", "weighted",
                  lambda x, targets, weights: F.cross_entropy(x, labels, weight=weights, label_smoothing=0.2),
                  {"x": x()}, {"targets": onehot, "weights": weights}, {"smoothing": 0.2}),
        loss_case(numbers, "sample mask", "masked",
                  lambda x, targets, mask: (F.cross_entropy(x, labels, reduction="none") * mask).sum() / mask.sum(),
                  {"x": x()}, {"targets": onehot, "mask": mask}),
        loss_case(numbers, "binary", "binary", lambda x, targets: F.binary_cross_entropy_with_logits(x, targets, reduction="none").mean(1),
                  {"x": x(scale=20.0)}, {"targets": soft}),
        loss_case(numbers, "binary, one logit a row", "binary",
                  lambda x, targets: F.binary_cross_entropy_with_logits(x, targets, reduction="none"),
                  {"x": x(7)}, {"targets": mask}),
        loss_case(numbers, "mean squared error", "mse", lambda x, y: F.mse_loss(x, y, reduction="none").mean(1), {"x": x(), "y": x()}),
        loss_case(numbers, "mean squared error of images", "mse", lambda x, y: F.mse_loss(x, y, reduction="none").mean((1, 2, 3)),
                  {"x": x(3, 2, 4, 2), "y": x(3, 2, 4, 2)}),
        loss_case(numbers, "mean absolute error", "mae", lambda x, y: F.l1_loss(x, y, reduction="none").mean(1), {"x": x(), "y": x()}),
        loss_case(numbers, "huber", "huber", lambda x, y: F.huber_loss(x, y, reduction="none", delta=0.75).mean(1), {"x": x(), "y": x()},
                  None, {"delta": 0.75}),
        loss_case(numbers, "hinge", "hinge", lambda x, targets: F.relu(1 - targets * x).mean(1), {"x": x()}, {"targets": signs}),
        loss_case(numbers, "multi-class hinge", "multi_hinge", lambda x, targets: F.multi_margin_loss(x, labels, reduction="none"),
                  {"x": x()}, {"targets": onehot}),
        loss_case(numbers, "divergence", "kl", lambda x, targets: F.kl_div(F.log_softmax(x, 1), targets, reduction="none").sum(1),
                  {"x": x()}, {"targets": soft}),
        loss_case(numbers, "divergence from one-hot rows", "kl", lambda x, targets: F.kl_div(F.log_softmax(x, 1), targets, reduction="none").sum(1),
                  {"x": x()}, {"targets": onehot}),
        loss_case(numbers, "cosine similarity", "cosine", lambda a, b: F.cosine_similarity(a, b, 1), {"a": x(), "b": x()}),
        loss_case(numbers, "cosine embedding", "cosine_embedding",
                  lambda a, b, targets: F.cosine_embedding_loss(a, b, targets, margin=0.1, reduction="none"),
                  {"a": x(), "b": x()}, {"targets": row_signs}, {"margin": 0.1}),
        loss_case(numbers, "contrastive", "contrastive", contrastive, {"a": x(), "b": x()}, {"same": (row_signs + 1) / 2}, {"margin": 3.0}),
        loss_case(numbers, "triplet", "triplet", lambda a, b, c: F.triplet_margin_loss(a, b, c, margin=1.5, reduction="none"),
                  {"a": x(), "b": x(), "c": x()}, None, {"margin": 1.5}),
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder of the files")
    out = parser.parse_args().out
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    write(out / "updates.json", {"cases": update_cases()})
    write(out / "schedules.json", {"cases": schedule_cases()})
    write(out / "loss_functions.json", {"cases": loss_cases()})


if __name__ == "__main__":
    main()
