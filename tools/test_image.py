#!/usr/bin/env python3
"""Writes an image of Fashion-MNIST's test set as a PNG: test_image.py OUT.png [INDEX]."""
import gzip
import os
import pathlib
import struct
import sys
import zlib

NAME = "t10k-images-idx3-ubyte"


def find():
    folders = [pathlib.Path("/usr/share/datasets/fashion-mnist")]
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folders.append(pathlib.Path(cache, "hekla", "fashion-mnist"))
    if os.environ.get("HEKLA_DATA_DIR"):
        named = pathlib.Path(os.environ["HEKLA_DATA_DIR"])
        folders = [named / "fashion-mnist", named, *folders]
    for folder in folders:
        for path in (folder / f"{NAME}.gz", folder / NAME):
            if path.exists():
                return path
    sys.exit(f"test_image: no {NAME} in {', '.join(map(str, folders))}")


def png(pixels, height, width):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = b"".join(b"\0" + pixels[y * width:(y + 1) * width] for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    index = int(sys.argv[2]) if len(sys.argv) == 3 else 0
    path = find()
    with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
        _, count, height, width = struct.unpack(">4I", file.read(16))
        if not 0 <= index < count:
            sys.exit(f"test_image: index {index} of {count}")
        file.seek(16 + index * height * width)
        pathlib.Path(sys.argv[1]).write_bytes(png(file.read(height * width), height, width))


if __name__ == "__main__":
    main()
