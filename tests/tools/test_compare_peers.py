#!/usr/bin/env python3
"""tools/compare-peers without a device and without a peer: figures, tables, failures and set-up, with programs made up here."""
import contextlib
import importlib.machinery
import importlib.util
import io
import json
import os
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))
sys.dont_write_bytecode = True

from peers import cases, compare, figures, hekla, installing, machine, peer, pytorch, registry, run  # noqa: E402

CASE = cases.Case("train", "feed-forward", 32)


def load_command():
    loader = importlib.machinery.SourceFileLoader("compare_peers", str(TOOLS / "compare-peers"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("compare_peers", loader))
    loader.exec_module(module)
    return module


def python(text):
    return [sys.executable, "-c", text]


def fake(name, text, setup=()):
    return peer.Peer(name, name.title(), ("lavapipe",), peer.is_network, lambda folder: list(setup), lambda *_: python(text))


class Figures(unittest.TestCase):
    def test_ratio_is_the_median_over_rounds(self):
        result = figures.summary({"unit": "images/s", "hekla": [100, 300, 200], "peer": [50, 100, 400]})
        self.assertEqual((result["hekla_median"], result["peer_median"], result["ratio"]), (200, 100, 2))
        self.assertEqual((result["ratio_lowest"], result["ratio_highest"]), (0.5, 3))

    def test_less_time_is_faster(self):
        self.assertEqual(figures.summary({"unit": "ms", "hekla": [40.0], "peer": [120.0]})["ratio"], 3)

    def test_table(self):
        good = figures.summary({"case": "train/a/4", "device": "lavapipe", "peer_title": "A", "unit": "images/s", "hekla": [4321.0],
                                "peer": [1234.5], "note": "no momentum"})
        bad = {"case": "train/b/4", "device": "lavapipe", "peer_title": "B", "unit": "images/s", "hekla": [], "peer": [], "failed": "a | b\nc"}
        lines = figures.markdown([good, bad]).splitlines()
        self.assertEqual(lines[2], "| train/a/4 | lavapipe | A | 4,321 | 1,234 | **3.50**; no momentum |")
        self.assertEqual(lines[3], "| train/b/4 | lavapipe | B |  |  | failed: a \\| b c |")
        self.assertTrue(all(line.count(" | ") >= 5 for line in (lines[0], *lines[2:])))

    def test_numbers(self):
        self.assertEqual([figures.number(n) for n in (12345.6, 123.4, 12.34, 0.1234)], ["12,346", "123", "12.3", "0.123"])


class Cases(unittest.TestCase):
    def test_noise_is_that_of_hekla_bench(self):
        # word = word * 1664525 + 1013904223, from 1; the top byte: as tools/bench/step_network.cpp has it.
        first, second = 1664525 + 1013904223, (1664525 + 1013904223) * 1664525 + 1013904223
        self.assertEqual(list(cases.noise(2)), [first >> 24 & 255, second >> 24 & 255])

    def test_networks_and_batches_are_those_of_hekla_bench(self):
        source = (TOOLS / "bench" / "networks.cpp").read_text()
        for case in cases.all_cases():
            if case.mode != "conv":
                self.assertRegex(source, rf'\{{"{case.network}", {case.batch}\}}')

    def test_every_case_has_a_peer(self):
        compared = {case for case, _, _ in compare.groups(cases.all_cases(), registry.PEERS.values(), ["lavapipe", "swiftshader"])}
        self.assertEqual(compared, set(cases.all_cases()))

    def test_versions_are_pinned(self):
        for name in ("burn", "meganeura"):
            self.assertRegex(registry.PEERS[name].version(), r"^\d+\.\d+\.\d+$")


class Hekla(unittest.TestCase):
    def test_medians(self):
        measured = {"results": [{"name": "train/feed-forward/32", "median_ms": 4.0}, {"name": "conv/resnet18/sum", "median_ms": 50.0}]}
        self.assertEqual(hekla.figure_of(CASE, measured), 8000)
        self.assertEqual(hekla.figure_of(cases.Case("conv", "resnet18", 1), measured), 50)

    def test_left_out_is_a_failure_with_its_reason(self):
        with self.assertRaisesRegex(run.Failed, "out of memory"):
            hekla.figure_of(CASE, {"results": [], "left_out": [{"name": CASE.name, "reason": "out of memory"}]})


class Programs(unittest.TestCase):
    def run_text(self, text, timeout=20):
        return run.run(python(text), {"WORD": "given"}, timeout)

    def test_last_json_line_counts(self):
        self.assertEqual(self.run_text("import os; print('{}'); print('{\"a\": \"' + os.environ['WORD'] + '\"}'); print('bye')"), {"a": "given"})
        self.assertEqual(run.last_json('{\n "a": 1\n}\n'), {"a": 1})

    def test_failures_tell_why(self):
        for text, expected in (("raise RuntimeError('no adapter in /usr/share/vulkan/icd.d/x.json')", "^RuntimeError: no adapter in x.json$"),
                               ("print('hello')", "no figures: hello"),
                               ("import os; os.kill(os.getpid(), 9)", "signal 9"),
                               ("import time; time.sleep(60)", "within 1 s")):
            with self.subTest(text), self.assertRaisesRegex(run.Failed, expected):
                self.run_text(text, timeout=1 if "sleep" in text else 20)
        with self.assertRaisesRegex(run.Failed, "not installed"):
            run.run(["/nowhere/program"], {}, 5)

    def test_a_rust_panic_is_told_by_its_message(self):
        self.assertEqual(run.message_of("note\nthread 'main' panicked at src/main.rs:1:2:\nno dropout\nnote: run with error"), "no dropout")


class Rounds(unittest.TestCase):
    def test_interleaved_and_a_failing_peer_is_dropped(self):
        order = []

        def measure_peer(peer_, case, device):
            order.append(peer_.name)
            if peer_.name == "broken":
                raise run.Failed("it broke")
            return 10.0

        def measure_hekla(case, device):
            order.append("hekla")
            return 20.0 * order.count("hekla")

        good, broken = fake("good", ""), fake("broken", "")
        results = compare.compare(CASE, "lavapipe", [good, broken], 3, measure_hekla, measure_peer)
        self.assertEqual(order, ["hekla", "good", "broken", "hekla", "good", "hekla", "good"])
        self.assertEqual((results[0]["hekla"], results[0]["ratio"]), ([20, 40, 60], 4))
        self.assertEqual((results[1]["failed"], results[1]["hekla"]), ("it broke", []))

    def test_without_hekla_there_is_no_figure(self):
        def no_hekla(case, device):
            raise run.Failed("no device")
        result, = compare.compare(CASE, "lavapipe", [fake("good", "")], 3, no_hekla, lambda *_: self.fail("measured"))
        self.assertEqual(result["failed"], "Hekla: no device")


class Whole(unittest.TestCase):
    """The command with Hekla and the peers replaced by programs of one line."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "build").mkdir()
        (self.folder / "build" / "hekla").touch()
        self.command = load_command()
        good = "import json; print(json.dumps({'images_per_second': [90, 100, 5000], 'version': '1.2'}))"
        peers = {"good": fake("good", good), "broken": fake("broken", "import sys; sys.exit('the fake is broken')"),
                 "absent": fake("absent", good, [peer.Step(python("import sys; sys.exit('no such package')"))])}
        report = {"device": "Fake", "driver": "fakes 1", "hekla": "0.1", "results": [{"name": CASE.name, "median_ms": 160.0}]}
        for where, name, value in ((self.command, "PEERS", peers), (hekla, "ROOT", self.folder),
                                   (self.command, "noise_file", lambda folder: "noise"), (machine, "environment_of", lambda device: {}),
                                   (hekla, "command", lambda case, seconds: python(f"print('''{json.dumps(report)}''')"))):
            patch = mock.patch.object(where, name, value)
            patch.start()
            self.addCleanup(patch.stop)
        patch = mock.patch.dict(os.environ, {"XDG_CACHE_HOME": folder.name})
        patch.start()
        self.addCleanup(patch.stop)

    def call(self, *words):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = self.command.main(list(words))
        return status, out.getvalue(), err.getvalue()

    def test_setup_then_compare_then_tables(self):
        status, _, err = self.call("--setup")
        self.assertEqual(status, 1)
        self.assertIn("absent: ", err)
        self.assertEqual(self.call("--setup", "good", "broken")[0], 0)
        path = self.folder / "out.json"
        status, out, _ = self.call("--networks", "feed-forward", "--modes", "train", "--devices", "lavapipe", "--rounds", "2", "--json", str(path))
        self.assertEqual(status, 0)
        self.assertIn("| train/feed-forward/32 | lavapipe | Good | 200 | 100 | **2.00** (2.00 to 2.00) |", out)
        self.assertIn("| Broken |  |  | failed: the fake is broken |", out)
        self.assertRegex(out, r"\| Absent \|  \|  \| failed: set-up: [\w.]+ failed: no such package \|")
        self.assertIn("Peers: Good: 1.2.", out)
        self.assertNotIn(str(self.folder), out)
        results = json.loads(path.read_text())["results"]
        self.assertEqual([result["peer_name"] for result in results], ["good", "broken", "absent"])
        self.assertEqual(self.call("--tables", str(path))[1], out)

    def test_a_peer_that_was_not_set_up_is_told_of(self):
        _, out, _ = self.call("--peers", "good", "--networks", "feed-forward", "--modes", "train", "--devices", "lavapipe")
        self.assertIn("failed: not set up: tools/compare-peers --setup good", out)

    def test_nothing_chosen_is_an_error(self):
        with self.assertRaises(SystemExit):
            self.call("--networks", "resnet18")


class Driver(unittest.TestCase):
    def test_a_named_manifest_wins(self):
        with tempfile.NamedTemporaryFile() as manifest, mock.patch.dict(os.environ, {"HEKLA_LAVAPIPE_ICD": manifest.name}):
            self.assertEqual(machine.environment_of("lavapipe")["VK_DRIVER_FILES"], manifest.name)
        with mock.patch.dict(os.environ, {"HEKLA_SWIFTSHADER_ICD": "/nowhere/icd.json"}):
            self.assertIsNone(machine.environment_of("swiftshader"))

    def test_pytorch_is_told_its_threads(self):
        self.assertEqual(pytorch.PEER.environment, {"OMP_NUM_THREADS": "2"})

    def test_failed_setup_is_kept_until_it_succeeds(self):
        broken, mended = fake("p", "", [peer.Step(python("raise SystemExit('why')"))]), fake("p", "")
        with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, {"XDG_CACHE_HOME": folder}):
            self.assertFalse(installing.install(broken))
            with self.assertRaisesRegex(run.Failed, "set-up: .*why"):
                installing.check(broken)
            self.assertTrue(installing.install(mended))
            self.assertTrue(installing.check(mended).is_dir())


if __name__ == "__main__":
    unittest.main()
