#!/usr/bin/env python3
"""Checks the tree: file sizes, names, and that every shader is built and used."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODE_FOLDERS = ("engine", "shaders", "examples", "tests", "tools")
SUFFIXES = {".h", ".cpp", ".inl", ".comp", ".glsl", ".py", ".cmake", ".sh"}
MOST_LINES = 500
VAGUE_NAME = re.compile(r"^\s*(?:class|struct|enum class)\s+(\w*(?:Manager|Context|Session|Helper|Utils)\w*)")
LISTED = pathlib.Path(__file__).parent / "long_files.txt"


def entries(path):
    lines = (line.split("#")[0].strip() for line in path.read_text().splitlines())
    return [line for line in lines if line]


def sources():
    for folder in CODE_FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in SUFFIXES and path.is_file():
                yield path


def check_sizes():
    allowed = set(entries(LISTED))
    for path in sources():
        name, lines = str(path.relative_to(ROOT)), len(path.read_text().splitlines())
        if lines > MOST_LINES and name not in allowed:
            yield f"{name}: {lines} lines, more than {MOST_LINES}: split it"
        if lines <= MOST_LINES and name in allowed:
            yield f"{LISTED.relative_to(ROOT)} lists {name}, which has only {lines} lines"
        allowed.discard(name)
    for name in sorted(allowed):
        yield f"{LISTED.relative_to(ROOT)} lists {name}, which does not exist"


def check_names():
    for path in sources():
        if path.suffix in {".h", ".cpp"}:
            for number, line in enumerate(path.read_text().splitlines(), 1):
                found = VAGUE_NAME.match(line)
                if found:
                    yield f"{path.relative_to(ROOT)}:{number}: {found[1]}: say what it is or does"


def check_shaders():
    shaders = ROOT / "shaders"
    variants = [line.split()[:2] for line in entries(shaders / "variants.txt")]
    built = {source for _, source in variants}
    for path in sorted(shaders.rglob("*.comp")):
        if str(path.relative_to(shaders)) not in built:
            yield f"shaders/{path.name} is in no line of shaders/variants.txt"
    code = "\n".join(path.read_text() for path in (ROOT / "engine").rglob("*.cpp"))
    words = set(re.findall(r"\w+", code))
    for name, _ in variants:
        # Pairs of variants are named once, by a macro that appends _texel.
        if name not in words and name.removesuffix("_texel") not in words:
            yield f"the shader variant {name} is built but no source of engine/ names it"


def main():
    problems = [*check_sizes(), *check_names(), *check_shaders()]
    print("\n".join(problems) if problems else "files: sizes, names and shaders are in order")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
