#!/usr/bin/env python3
"""Runs the command `hekla`, built for another system, by an emulator: what needs no device.

command_test.py HEKLA [EMULATOR...]
"""
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

DATA = pathlib.Path("/usr/share/datasets/fashion-mnist")
COMMAND = []


def hekla(*arguments, **environment):
    # No Vulkan loader: under Wine its own would lead to the host's.
    # Wine takes the names of files to be in the locale's encoding.
    environment = {"WINEDLLOVERRIDES": "vulkan-1=", "LC_ALL": "C.UTF-8", **environment}
    return subprocess.run([*COMMAND, *arguments], env={**os.environ, **environment}, timeout=300,
                          capture_output=True, text=True, encoding="utf-8", check=False)


def write_model(path):
    header = json.dumps({"w": {"dtype": "F32", "shape": [2, 2], "data_offsets": [0, 16]}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + struct.pack("<4f", -1, 0, 1, 2))


class CommandTest(unittest.TestCase):
    def succeeds(self, *arguments):
        run = hekla(*arguments)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def fails(self, *arguments):
        run = hekla(*arguments)
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        self.assertTrue(run.stderr.startswith("hekla: error: "), run.stderr)
        return run.stderr

    def test_version_and_help(self):
        self.assertRegex(self.succeeds("--version"), r"^hekla \d+\.\d+\.\d+\s*$")
        self.assertIn("Exit status: 0 success", self.succeeds("--help"))
        self.assertIn("--epochs", self.succeeds("train", "--help"))

    def test_wrong_use(self):
        self.assertEqual(hekla("nonsense").returncode, 2)

    def test_no_vulkan_is_an_error_and_no_crash(self):
        for arguments in (["devices"], ["devices", "--json"]):
            message = self.fails(*arguments)
            self.assertIn("[vulkan] no Vulkan loader (", message)
            self.assertEqual(len(message.splitlines()), 1, message)

    def test_inspects_a_model(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "mod\u00e8le \u706b.safetensors"
            write_model(path)
            result = json.loads(self.succeeds("inspect", str(path), "--json"))
            self.assertEqual(pathlib.PurePosixPath(result["model"]).name, path.name)
            tensor = result["tensors"][0]
            self.assertEqual((tensor["name"], tensor["shape"]), ("w", [2, 2]))
            self.assertEqual((tensor["min"], tensor["max"], tensor["mean"]), (-1, 2, 0.5))
            path.write_bytes(path.read_bytes()[:-1])
            self.assertIn(path.name, self.fails("inspect", str(path)))

    @unittest.skipUnless(DATA.exists(), "Debian's dataset-fashion-mnist is not installed")
    def test_inspects_a_data_set(self):
        text = self.succeeds("inspect", "fashion-mnist", "--data-dir", str(DATA))
        self.assertIn("Ankle boot", text)
        self.assertIn("60000", text.replace(",", ""))


if __name__ == "__main__":
    COMMAND = [*sys.argv[2:], sys.argv[1]]
    unittest.main(argv=[sys.argv[0]])
