"""Hekla's own side of a comparison, by `hekla bench --brief`."""
import pathlib

import peers.run
from peers.cases import Case

ROOT = pathlib.Path(__file__).resolve().parents[2]


def command(case: Case, seconds):
    # Whole networks take four times --seconds.
    per_item = seconds / 4 if case.mode != "conv" else max(0.05, seconds / 20)
    words = [ROOT / "build" / "hekla", "bench", case.mode, "--brief", "--json", "--network", case.network, "--seconds", f"{per_item:g}",
             "--longest", "600"]
    return words + (["--batch", case.batch] if case.mode != "conv" else [])


def figure_of(case: Case, measured):
    """Images per second, or milliseconds of all convolutions: the median of its rounds, as of the peers."""
    wanted = f"conv/{case.network}/sum" if case.mode == "conv" else case.name
    for result in measured.get("results", []):
        if result["name"] == wanted:
            return result["median_ms"] if case.mode == "conv" else 1e3 * case.batch / result["median_ms"]
    reasons = [f"{item['name']}: {item['reason']}" for item in measured.get("left_out", [])]
    raise peers.run.Failed("hekla bench left it out: " + "; ".join(reasons))


def measure(case: Case, seconds, environment, timeout):
    """The figure, and what Hekla says of the device."""
    measured = peers.run.run(command(case, seconds), environment, timeout)
    return figure_of(case, measured), {key: measured.get(key) for key in ("device", "driver", "api", "hekla")}
