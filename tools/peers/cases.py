"""What is compared: networks as words that every peer understands, batches, and images of noise."""
import dataclasses
import pathlib

IMAGES = 8192


@dataclasses.dataclass(frozen=True)
class Network:
    size: str       # HxWxC
    layers: str     # conv:FILTERS:KERNEL relu pool flatten dense:UNITS dropout:RATE
    optimizer: str  # adam:RATE:EPSILON or sgd:RATE:MOMENTUM


KERAS_ADAM = "adam:0.001:1e-7"
NETWORKS = {
    "keras-mnist": Network("28x28x1", "conv:32:3,relu,pool,flatten,dense:10", KERAS_ADAM),
    "keras-mnist-dropout": Network(
        "28x28x1", "conv:16:3,relu,pool,conv:32:3,relu,pool,flatten,dense:128,relu,dropout:0.5,dense:10", KERAS_ADAM),
    "lenet-cifar10": Network(
        "32x32x3", "conv:6:5,relu,pool,conv:16:5,relu,pool,flatten,dense:120,relu,dense:84,relu,dense:10", "sgd:0.001:0.9"),
    "keras-cifar10": Network(
        "32x32x3", "conv:32:3,relu,pool,conv:64:3,relu,pool,flatten,dense:64,relu,dense:10", KERAS_ADAM),
    "feed-forward": Network("28x28x1", "flatten,dense:128,relu,dense:10", "sgd:0.1:0"),
}
CONVOLUTION_NETWORKS = ("squeezenet", "resnet18")
BATCHES = {"keras-mnist": (32, 128), "keras-mnist-dropout": (32,), "lenet-cifar10": (4,), "keras-cifar10": (128,),
           "feed-forward": (32,)}


@dataclasses.dataclass(frozen=True)
class Case:
    mode: str  # train, infer, or conv: the convolutions of a network for one image
    network: str
    batch: int

    @property
    def name(self):
        return f"{self.mode}/{self.network}" + (f"/{self.batch}" if self.mode != "conv" else "")


def all_cases():
    cases = [Case(mode, network, batch) for mode in ("train", "infer") for network in NETWORKS for batch in BATCHES[network]]
    return cases + [Case("conv", network, 1) for network in CONVOLUTION_NETWORKS]


def noise(count):
    """The bytes of `hekla bench`'s images, one after the other."""
    word, pixels = 1, bytearray(count)
    for i in range(count):
        word = (word * 1664525 + 1013904223) & 0xFFFFFFFF
        pixels[i] = word >> 24
    return bytes(pixels)


def noise_file(folder):
    """Made once: it takes Python some seconds. Smaller images take the first bytes."""
    size = IMAGES * 32 * 32 * 3
    path = pathlib.Path(folder, "noise")
    if not path.exists() or path.stat().st_size != size:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part")
        partial.write_bytes(noise(size))
        partial.replace(path)
    return path
