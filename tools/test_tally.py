#!/usr/bin/env python3
"""Counts what tools/test ran: GoogleTest's XML files and the list of scripts in a folder.

With --stage: the line of one stage, and the output of what failed. Without: the closing line over
all; exit status 1 if anything failed, or was skipped without being listed in tests/skipped.txt.
"""
import argparse
import pathlib
import re
import sys
import xml.etree.ElementTree

OTHER_BUILD = re.compile(r"^(asan|debug)-")
LISTED = pathlib.Path(__file__).resolve().parent.parent / "tests" / "skipped.txt"


class Stage:
    def __init__(self, name):
        self.name, self.passed, self.failed, self.skipped = name, 0, [], []

    def add_cases(self, path):
        for case in xml.etree.ElementTree.parse(path).iter("testcase"):
            name = f"{case.get('classname')}.{case.get('name')}"
            skipped = case.find("skipped")
            if case.find("failure") is not None:
                self.failed.append((name, "\n".join(f.get("message", "") for f in case.iter("failure"))))
            elif skipped is not None:
                lines = skipped.get("message", "").splitlines()
                # The first line is the place in the source.
                self.skipped.append((name, " ".join(lines[1:] or lines).strip()))
            elif case.get("status") == "run":
                self.passed += 1

    def add_shard(self, status):
        base = status.with_suffix("")
        code, report = status.read_text().strip(), base.with_name(base.name + ".xml")
        before = len(self.failed)
        if report.exists():
            try:
                self.add_cases(report)
            except xml.etree.ElementTree.ParseError as error:
                self.failed.append((f"{base.name}", f"unreadable {report}: {error}"))
        if code != "0" and len(self.failed) == before:
            log = base.with_name(base.name + ".log")
            lines = log.read_text(errors="replace").splitlines()
            reason = "ran out of time" if code == "124" else f"ended with exit status {code}"
            self.failed.append((base.name, "\n".join([f"the program {reason}:", *lines[-30:]])))


def read_stages(folder):
    stages = {}
    for status in sorted(folder.glob("*.status")):
        name = status.name.split(".")[0]
        stages.setdefault(name, Stage(name)).add_shard(status)
    return stages


def read_scripts(folder):
    path = folder / "scripts"
    return [line.split(" ", 1) for line in path.read_text().splitlines()] if path.exists() else []


def report_stage(stage):
    for name, message in stage.failed:
        print(f"-- {stage.name}: {name} failed:\n{message[:3000]}")
    for name, reason in stage.skipped:
        print(f"-- {stage.name}: {name} skipped: {reason or 'NO REASON GIVEN'}")
    print(f"{stage.name}: {stage.passed} passed, {len(stage.failed)} failed, {len(stage.skipped)} skipped")


def listed_skips():
    lines = LISTED.read_text().splitlines() if LISTED.exists() else []
    entries = (re.sub(r"#.*", "", line).strip() for line in lines)
    return {entry for entry in entries if entry}


def report_all(stages, scripts):
    failed = [f"{stage.name}: {name}" for stage in stages for name, _ in stage.failed]
    failed += [name for state, name in scripts if state == "failed"]
    passed = sum(stage.passed for stage in stages)
    passed += sum(1 for state, _ in scripts if state == "passed")
    allowed, skipped = listed_skips(), 0
    for stage in stages:
        for name, reason in stage.skipped:
            skipped += 1
            entry = f"{stage.name}: {name}"
            if OTHER_BUILD.sub("", entry) not in allowed:
                failed.append(f"{entry} was skipped and is not listed in tests/skipped.txt")
            elif not reason:
                failed.append(f"{entry} was skipped without a reason")
    for entry in failed:
        print(f"FAILED {entry}")
    print(f"{passed} passed, {len(failed)} failed, {skipped} skipped")
    return 1 if failed or passed == 0 else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stage", help="only this one")
    parser.add_argument("folder", type=pathlib.Path)
    arguments = parser.parse_args()
    stages = read_stages(arguments.folder)
    if arguments.stage:
        report_stage(stages.get(arguments.stage, Stage(arguments.stage)))
        return 0
    return report_all(list(stages.values()), read_scripts(arguments.folder))


if __name__ == "__main__":
    sys.exit(main())
