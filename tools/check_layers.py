#!/usr/bin/env python3
"""Checks the engine's layers: a file includes lower ranks, its own folder and public headers only.

Public headers (engine/include/hekla) include public headers and the standard library only, except
hekla/vulkan.h, which may include Vulkan's.
"""
import argparse
import pathlib
import re
import sys

RANKS = {"base": 0, "vulkan": 1, "reference": 1, "graph": 2, "kernels": 2, "ops": 3, "plan": 4,
         "nn": 5, "data": 5, "io": 5, "embed": 5}
# Generated from the shaders; it needs vulkan/shader.h and describes kernels.
GENERATED = {"shaders.h": 2}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found[1] == '"', found[2]


def check_public(path, quoted, name):
    if quoted:
        return "a public header includes with <> only, others' projects have no such folder"
    if name.startswith("hekla/"):
        return None
    if "/" in name and not (path.name == "vulkan.h" and name.startswith("vulkan/")):
        return "a public header includes <hekla/...> and the standard library only"
    return None


def check_private(path, folder, quoted, name):
    if not quoted:
        return None
    if name.endswith(".glsl"):
        return None if (path.parent / name).exists() else "no such file"
    if name in GENERATED:
        rank, target = GENERATED[name], "generated"
    else:
        target = name.split("/")[0]
        if target not in RANKS or "/" not in name:
            return 'includes are written "folder/file.h", from engine/, or <hekla/...>'
        rank = RANKS[target]
    if target == folder or rank < RANKS[folder]:
        return None
    if target == "generated" and rank == RANKS[folder] == 2 and folder == "kernels":
        return None
    return f"{folder} (rank {RANKS[folder]}) must not include {target} (rank {rank})"


def check(engine):
    problems = []
    for path in sorted([*engine.rglob("*.h"), *engine.rglob("*.cpp"), *engine.rglob("*.inl")]):
        folder = path.relative_to(engine).parts[0]
        if folder != "include" and folder not in RANKS:
            problems.append(f"{path}: folder '{folder}' has no rank in tools/check_layers.py")
            continue
        for number, quoted, name in includes(path):
            problem = (check_public(path, quoted, name) if folder == "include"
                       else check_private(path, folder, quoted, name))
            if problem:
                problems.append(f"{path}:{number}: {name}: {problem}")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("engine", nargs="?", type=pathlib.Path,
                        default=pathlib.Path(__file__).resolve().parent.parent / "engine")
    problems = check(parser.parse_args().engine)
    print("\n".join(problems) if problems else "layers: every include is allowed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
