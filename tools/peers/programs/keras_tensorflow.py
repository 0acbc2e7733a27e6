"""Keras on TensorFlow's CPU kernels, as the articles' programs have it: model.fit and model.predict over arrays in memory."""
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import tensorflow  # noqa: E402
from keras import layers  # noqa: E402

import noise  # noqa: E402


def layer_of(kind, numbers):
    if kind == "conv":
        return layers.Conv2D(int(numbers[0]), int(numbers[1]))
    if kind == "pool":
        return layers.MaxPooling2D(2)
    if kind == "flatten":
        return layers.Flatten()
    if kind == "dense":
        return layers.Dense(int(numbers[0]))
    return layers.Dropout(numbers[0]) if kind == "dropout" else layers.ReLU()


def model_of(job):
    net = keras.Sequential([keras.Input(job.size), *(layer_of(*layer) for layer in job.layers), layers.Softmax()])
    optimizer = (keras.optimizers.Adam(job.rates[0], epsilon=job.rates[1]) if job.optimizer == "adam"
                 else keras.optimizers.SGD(job.rates[0], momentum=job.rates[1]))
    net.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return net


class EpochTimes(keras.callbacks.Callback):
    """Speeds of the epochs; ends the training once they took `seconds`."""

    def __init__(self, images, seconds):
        super().__init__()
        self.images, self.seconds, self.rates, self.total = images, seconds, [], 0

    def on_epoch_begin(self, epoch, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        passed = time.perf_counter() - self.start
        self.rates.append(self.images / passed)
        self.total += passed
        self.model.stop_training = self.total >= self.seconds


def main():
    tensorflow.config.threading.set_intra_op_parallelism_threads(2)
    tensorflow.config.threading.set_inter_op_parallelism_threads(2)
    job = noise.job()
    net = model_of(job)
    if job.train:
        net.fit(job.images[:1024], job.labels[:1024], batch_size=job.batch, verbose=0)
        times = EpochTimes(noise.IMAGES, job.seconds)
        net.fit(job.images, job.labels, batch_size=job.batch, epochs=1000, verbose=0, callbacks=[times])
        rates = times.rates
    else:
        def run(epochs):
            for _ in range(epochs):
                net.predict(job.images, batch_size=job.batch, verbose=0)
        rates = noise.time_slices(job.seconds, noise.IMAGES, run)
    noise.report(rates, f"{keras.__version__} on TensorFlow {tensorflow.__version__}")


if __name__ == "__main__":
    main()
