"""Meganeura, which has neither dropout nor momentum, and an approximate gradient of max pooling."""
from peers import rust
from peers.cases import NETWORKS
from peers.peer import PROGRAMS, Peer, pinned, words


def note(case):
    if case.mode != "train":
        return ""
    network = NETWORKS[case.network]
    notes = ["its pooling's gradient is not the maximum's"] if "pool" in network.layers else []
    if network.optimizer.startswith("sgd") and not network.optimizer.endswith(":0"):
        notes.append("it has no momentum")
    return "; ".join(notes)


PEER = Peer("meganeura", "Meganeura", ("lavapipe", "swiftshader", "default"), rust.wants, lambda folder: rust.setup("meganeura", folder),
            lambda case, seconds, noise, folder: [rust.program("meganeura", folder), *words(case, seconds, noise)], note=note,
            version=lambda: pinned(PROGRAMS / "meganeura" / "Cargo.toml", "meganeura ="))
