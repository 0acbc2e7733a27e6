"""ncnn with Vulkan, inference of whole networks; Hekla's side is the sum over their convolutions."""
from peers.peer import PROGRAMS, Peer, python_environment

PEER = Peer("ncnn", "ncnn, Vulkan", ("lavapipe", "default"), lambda case, device: case.mode == "conv",
            lambda folder: python_environment(folder, "ncnn", "numpy"),
            lambda case, seconds, noise, folder: [folder / "venv" / "bin" / "python", PROGRAMS / "ncnn_vulkan.py", case.network, f"{seconds:g}"],
            note=lambda case: "whole network against its convolutions")
