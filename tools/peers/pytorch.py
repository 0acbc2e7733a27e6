"""PyTorch's CPU kernels, of Debian's package."""
import os

from peers.peer import PROGRAMS, Peer, Step, is_network, words

PACKAGES = ("python3-torch", "libopenblas0-pthread")  # without the second its products are a slow reference BLAS
PYTHON = "/usr/bin/python3"


def setup(folder):
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    return [Step([*root, "apt-get", "install", "-y", "-q", "--no-install-recommends", *PACKAGES], {"DEBIAN_FRONTEND": "noninteractive"}),
            Step([PYTHON, "-c", "import torch"])]


PEER = Peer("pytorch", "PyTorch CPU, 2 threads", ("lavapipe", "default"), is_network, setup,
            lambda case, seconds, noise, folder: [PYTHON, PROGRAMS / "pytorch.py", *words(case, seconds, noise)],
            {"OMP_NUM_THREADS": "2"})
