"""PyTorch on the CPU: images in memory as float tensors, batches gathered by a shuffled order, the loss never read."""
import os

import torch
from torch import nn

import noise


def network(job):
    height, width, channels = job.size
    layers = []
    for kind, numbers in job.layers:
        if kind == "conv":
            filters, kernel = int(numbers[0]), int(numbers[1])
            layers.append(nn.Conv2d(channels, filters, kernel))
            height, width, channels = height - kernel + 1, width - kernel + 1, filters
        elif kind == "pool":
            layers.append(nn.MaxPool2d(2))
            height, width = height // 2, width // 2
        elif kind == "flatten":
            layers.append(nn.Flatten())
            height, width, channels = 1, 1, height * width * channels
        elif kind == "dense":
            layers.append(nn.Linear(channels, int(numbers[0])))
            channels = int(numbers[0])
        elif kind == "dropout":
            layers.append(nn.Dropout(numbers[0]))
        else:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)


def optimizer_of(job, net):
    if job.optimizer == "adam":
        return torch.optim.Adam(net.parameters(), lr=job.rates[0], eps=job.rates[1])
    return torch.optim.SGD(net.parameters(), lr=job.rates[0], momentum=job.rates[1])


class Batches:
    def __init__(self, job):
        # Planes of channels, as PyTorch's own data sets have them.
        self.images = torch.from_numpy(job.images).permute(0, 3, 1, 2).contiguous()
        self.labels, self.size = torch.from_numpy(job.labels), job.batch
        self.rows = iter(())

    def next(self):
        rows = next(self.rows, None)
        if rows is None or len(rows) < self.size:
            self.rows = iter(torch.randperm(noise.IMAGES).split(self.size))
            rows = next(self.rows)
        return self.images[rows], self.labels[rows]


def training(job, net, batches):
    loss, optimizer = nn.CrossEntropyLoss(), optimizer_of(job, net)

    def run(steps):
        for _ in range(steps):
            images, labels = batches.next()
            optimizer.zero_grad(set_to_none=True)
            loss(net(images), labels).backward()
            optimizer.step()
    return run


def inference(net, batches):
    net.eval()

    def run(steps):
        with torch.inference_mode():
            for _ in range(steps):
                torch.softmax(net(batches.next()[0]), 1)
    return run


def main():
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "2")))
    job = noise.job()
    net, batches = network(job), Batches(job)
    run = training(job, net, batches) if job.train else inference(net, batches)
    noise.report(noise.time_slices(job.seconds, job.batch, run), torch.__version__)


if __name__ == "__main__":
    main()
