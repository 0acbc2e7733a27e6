#!/usr/bin/env python3
"""budget_table.py FOLDER: writes FOLDER/README.md, the table of FOLDER/*.json (tools/vendor-shaders write)."""
import json
import pathlib
import sys

ORDER = ["vega10", "navi10", "navi21", "gfx1100", "skl", "tgl", "adl", "dg2", "a630", "a660"]
HEAD = """# What the vendors' compilers make of the default kernels

Written by `tools/vendor-shaders write` from the budgets beside it; `tools/vendor-shaders check` holds them as a test. The
pipelines are those that the heuristics choose for the training steps of the networks in `tools/shader-report/networks.cpp`.
Nothing here was executed: a share says how busy a loop is with what it is for, not how fast a GPU is.

"""
NOTES = """
**Share**: multiply-adds among the instructions of the hottest loop. Waits, no-ops and synchronization count as
instructions. On Adreno a multiply and an add count both, for this release of Turnip (Mesa 22.3) never writes a `mad.f32`,
not even for `fma()`.

## What limits the products and convolutions
- **Loads and their addresses.** A tile of 8 x 4 results takes 12 loads for 128 multiply-adds; each load needs one or two
  instructions for its address, on Intel also one or two `sync` before its `send`. Larger tiles would raise the share, but the
  next (8 x 8) does not fit the 128 registers of Intel's invocation, and spills on gfx1100.
- **Padding**: the pixels of a row that may lie outside are set to zero, four moves each: 9 of 100 instructions.
- **One channel** (`conv2d_rows` without `channels4`, first layers only): a row's loads serve one channel instead of four. **1x1 kernels**: no taps to share a row among.
- **`direct` kernels** (groups, strided gradients) are one multiply-add per two loads: right everywhere, fast nowhere. Grouped and strided kernels of their own are missing.
"""


def short(constants):
    words = [word for word in constants.split() if not word.startswith(("group_size=", "has_bias=", "activation="))]
    return " ".join(word for word in words if word not in ("dilation_w=1", "a_transposed=0", "padded=0"))


def number(value, form):
    return "" if value is None else format(value, form)


def main():
    folder = pathlib.Path(sys.argv[1])
    budgets = {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}
    gpus = [gpu for gpu in ORDER if gpu in budgets]
    text = HEAD + "| GPU | driver | default pipelines | of them spilling |\n|---|---|---|---|\n"
    shares = {}
    for gpu in gpus:
        rows = budgets[gpu]["pipelines"]
        spilling = sum(1 for row in rows if row.get("spills"))
        text += f"| `{gpu}`: {budgets[gpu]['device']} | {budgets[gpu]['driver']} | {len(rows)} | {spilling} |\n"
        for row in rows:
            if row.get("multiply_adds") is None or not row["shader"].startswith(("matmul", "conv2d")):
                continue
            key = (row["shader"].removesuffix("_texel"), short(row["constants"]))
            best = shares.setdefault(key, {})
            best[gpu] = max(best.get(gpu, 0), row["multiply_adds"])
    text += "\n| kernel (storage or texel buffers, as the device prefers) | " + " | ".join(gpus) + " |\n"
    text += "|---|" + "---|" * len(gpus) + "\n"
    for (shader, constants), found in sorted(shares.items()):
        cells = [number(found.get(gpu), ".2f") for gpu in gpus]
        text += f"| `{shader}` {constants} | " + " | ".join(cells) + " |\n"
    (folder / "README.md").write_text(text + NOTES)


if __name__ == "__main__":
    main()
