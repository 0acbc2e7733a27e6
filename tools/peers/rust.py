"""What the peers in Rust have in common: a program that is built in the cache folder."""
import shutil

from peers.peer import PROGRAMS, Step


def wants(case, device):
    """On SwiftShader one network: the others take minutes a step."""
    return case.mode in ("train", "infer") if device != "swiftshader" else case.network == "keras-mnist" and case.mode == "train"


def copy_source(name, folder):
    """Cargo writes its lock file beside the source."""
    source = folder / "source"
    source.mkdir(parents=True, exist_ok=True)
    shutil.copytree(PROGRAMS / name, source / name, dirs_exist_ok=True)
    shutil.copy2(PROGRAMS / "common.rs", source / "common.rs")


def setup(name, folder):
    """A build that was broken off goes on where it was."""
    manifest = folder / "source" / name / "Cargo.toml"
    return [lambda: copy_source(name, folder),
            Step(["cargo", "build", "--release", "-q", "-j2", "--manifest-path", manifest], {"CARGO_TARGET_DIR": str(folder / "target")})]


def program(name, folder):
    return folder / "target" / "release" / f"{name}-peer"
