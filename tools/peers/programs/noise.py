"""What the peers in Python share: the job, the noise images, timed slices, and the line that tools/compare-peers reads."""
import json
import sys
import time

import numpy

IMAGES, CLASSES = 8192, 10


class Job:
    """MODE HxWxC LAYERS OPTIMIZER BATCH SECONDS IMAGES"""

    def __init__(self, words):
        mode, size, layers, optimizer, batch, seconds, path = words
        self.train = mode == "train"
        self.size = tuple(int(n) for n in size.split("x"))
        self.layers = [(word.split(":")[0], [float(n) for n in word.split(":")[1:]]) for word in layers.split(",")]
        self.optimizer, *self.rates = optimizer.split(":")
        self.rates = [float(n) for n in self.rates]
        self.batch, self.seconds = int(batch), float(seconds)
        pixels = numpy.fromfile(path, dtype=numpy.uint8, count=IMAGES * self.size[0] * self.size[1] * self.size[2])
        self.images = pixels.reshape(IMAGES, *self.size).astype(numpy.float32) / 255
        self.labels = numpy.arange(IMAGES) % CLASSES


def time_slices(seconds, batch, run):
    """Images per second of slices of about a quarter of `seconds`, after a warm-up. `run` does so many steps and waits for them."""
    def timed(steps):
        start = time.perf_counter()
        run(steps)
        return time.perf_counter() - start
    run(2)
    steps = 1
    while (passed := timed(steps)) < seconds / 16:
        steps *= 2
    steps = max(1, int(seconds / 4 / passed * steps))
    rates, total = [], 0
    while total < seconds:
        passed = timed(steps)
        rates.append(steps * batch / passed)
        total += passed
    return rates


def report(rates, version, device="CPU"):
    print(json.dumps({"images_per_second": rates, "version": version, "device": device}))


def job():
    return Job(sys.argv[1:])
