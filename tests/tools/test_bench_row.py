#!/usr/bin/env python3
"""tools/bench_row.py: rows of reports of one device and of all."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "bench_row.py"
DEVICE = {"device": "A|B", "driver": "d 1", "hekla": "0.1.0", "peak_gflops": 12.34, "copy_gbps": 5.0,
          "self_tests": {"tested": 40, "quarantined": ["one"]},
          "results": [{"name": "matmul/1024", "fraction_of_peak": 0.25}, {"name": "train/keras-mnist/128", "images_per_second": 1234.5}]}


class BenchRow(unittest.TestCase):
    def print_rows(self, report):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "report.json")
            path.write_text(report if isinstance(report, str) else json.dumps(report))
            return subprocess.run([sys.executable, str(TOOL), str(path)], capture_output=True, encoding="utf-8", check=False)

    def test_what_was_left_out_is_a_dash(self):
        lines = self.print_rows(DEVICE).stdout.splitlines()
        self.assertEqual(lines[2], "| A\\|B | d 1 | 0.1.0 | 12.3 | 5.0 | 0.25 | - | 1,234 | - | 40, 1 |")
        self.assertEqual(lines[0].count("|"), lines[1].count("|"))

    def test_a_row_for_each_device(self):
        self.assertEqual(len(self.print_rows({"devices": [DEVICE, DEVICE]}).stdout.splitlines()), 4)

    def test_another_file_is_refused(self):
        for text in ("{}", "no JSON", "[]"):
            done = self.print_rows(text)
            self.assertEqual(done.returncode, 1)
            self.assertIn("is no report", done.stderr)


if __name__ == "__main__":
    unittest.main()
