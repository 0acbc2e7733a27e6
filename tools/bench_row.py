#!/usr/bin/env python3
"""Prints rows for tools/bench/RESULTS.md from files that `hekla bench report` wrote: bench_row.py REPORT.json..."""
import json
import pathlib
import sys

HEADS = ("device", "driver", "Hekla", "peak, GFLOP/s", "copy, GB/s", "matmul 1024, of the peak", "conv 3x3 forward, of the peak",
         "train keras-mnist 128, images/s", "infer keras-mnist 128, images/s", "kernels tested, quarantined")
FRACTIONS = ("matmul/1024", "conv3x3/64x64x28x16/forward")
SPEEDS = ("train/keras-mnist/128", "infer/keras-mnist/128")


def devices_of(report):
    """A report of one device, or of `--device all`."""
    return report["devices"] if "devices" in report else [report]


def row(device):
    results = {result["name"]: result for result in device["results"]}

    def cell(name, member, text):
        value = results.get(name, {}).get(member)
        return "-" if value is None else text.format(value)

    tests = device["self_tests"]
    return [device["device"], device["driver"], device["hekla"], f"{device['peak_gflops']:.1f}", f"{device['copy_gbps']:.1f}",
            *(cell(name, "fraction_of_peak", "{:.3g}") for name in FRACTIONS),
            *(cell(name, "images_per_second", "{:,.0f}") for name in SPEEDS),
            f"{tests['tested']}, {len(tests['quarantined'])}"]


def line(cells):
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def main(paths):
    if not paths:
        sys.exit(__doc__)
    print(line(HEADS))
    print("|" + "---|" * len(HEADS))
    for path in paths:
        try:
            devices = devices_of(json.loads(pathlib.Path(path).read_text()))
            rows = [row(device) for device in devices]
        except (OSError, ValueError, KeyError, TypeError) as error:
            sys.exit(f"bench_row: {path} is no report of `hekla bench report`: {error!r}")
        print("\n".join(line(cells) for cells in rows))


if __name__ == "__main__":
    main(sys.argv[1:])
