"""TensorFlow.js on WebGPU under Node. Its WebGPU refuses lavapipe of Mesa 22."""
from peers.peer import PROGRAMS, Peer, Step, words

VERSIONS = {"webgpu": "0.6.2", "@tensorflow/tfjs-core": "4.22.0", "@tensorflow/tfjs-layers": "4.22.0",
            "@tensorflow/tfjs-backend-cpu": "4.22.0", "@tensorflow/tfjs-backend-webgpu": "4.22.0"}


def wants(case, device):
    """A step of 128 images takes seconds on SwiftShader, and larger networks minutes."""
    return case.network == "keras-mnist" and case.mode == "train" if device == "swiftshader" else case.mode in ("train", "infer")


def setup(folder):
    packages = [f"{name}@{version}" for name, version in VERSIONS.items()]
    return [Step(["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", folder, *packages])]


PEER = Peer("tfjs", "TensorFlow.js WebGPU", ("swiftshader", "default"), wants, setup,
            lambda case, seconds, noise, folder: ["node", PROGRAMS / "tfjs.mjs", *words(case, seconds, noise)],
            version=lambda: f"{VERSIONS['@tensorflow/tfjs-core']} (webgpu {VERSIONS['webgpu']})")
