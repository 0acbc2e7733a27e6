"""What tools/compare-peers knows of an engine that it compares with."""
import dataclasses
import os
import pathlib
import re
from typing import Callable, Optional

from peers.cases import NETWORKS, Case

PROGRAMS = pathlib.Path(__file__).resolve().parent / "programs"


@dataclasses.dataclass(frozen=True)
class Step:
    """A command of the set-up."""
    command: list
    environment: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Peer:
    name: str
    title: str
    devices: tuple                              # of Hekla's, on which it is compared; a peer on Vulkan runs on the same
    wants: Callable[[Case, str], bool]          # whether a case is compared on a device
    setup: Callable[[pathlib.Path], list]       # Steps, or (functions of nothing), that install it into its folder
    command: Callable[..., list]                # of (case, seconds, noise file, folder)
    environment: dict = dataclasses.field(default_factory=dict)
    note: Callable[[Case], str] = lambda case: ""
    version: Callable[[], Optional[str]] = lambda: None  # where its program doesn't tell


def cache_folder():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return pathlib.Path(base, "hekla", "peers")


def words(case, seconds, noise):
    """The arguments of a program that trains or runs a network."""
    network = NETWORKS[case.network]
    return [case.mode, network.size, network.layers, network.optimizer, str(case.batch), f"{seconds:g}", str(noise)]


def is_network(case, device):
    return case.mode in ("train", "infer")


def python_environment(folder, *packages):
    """Steps to a virtual environment with packages of PyPI."""
    return [Step(["python3", "-m", "venv", folder / "venv"]),
            Step([folder / "venv" / "bin" / "pip", "install", "-q", "--disable-pip-version-check", *packages])]


def pinned(path, package):
    """The exact version that a Cargo.toml or a list of packages asks for."""
    found = re.search(rf'{package}\W.*?=([\d.]+[\w.-]*)"', path.read_text())
    return found[1] if found else None
