"""Burn with its wgpu back end, kernel fusion and autotuning."""
from peers import rust
from peers.peer import PROGRAMS, Peer, pinned, words

PEER = Peer("burn", "Burn, wgpu", ("lavapipe", "swiftshader", "default"), rust.wants, lambda folder: rust.setup("burn", folder),
            lambda case, seconds, noise, folder: [rust.program("burn", folder), *words(case, seconds, noise)],
            version=lambda: pinned(PROGRAMS / "burn" / "Cargo.toml", "burn ="))
