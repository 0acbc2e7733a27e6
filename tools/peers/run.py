"""Starts a measuring program and reads the JSON that it ends with."""
import json
import os
import re
import subprocess


class Failed(Exception):
    """A program that did not give its figures; the message says why, without names of files."""


def without_paths(text):
    return re.sub(r"(?<![\w/])/(?:[\w.+@-]+/)+", "", text)


def message_of(output):
    """The line of a failure that says most: the first that looks like an error, or else the last."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    panics = [i for i, line in enumerate(lines) if "panicked at" in line and i + 1 < len(lines)]
    if panics:  # Rust tells why in the next line
        return without_paths(lines[panics[0] + 1])
    errors = [line for line in lines if re.search(r"\b\w*(error|exception|fatal)\b", line, re.IGNORECASE)]
    return without_paths(errors[-1] if errors else lines[-1] if lines else "it said nothing")


def last_json(output):
    """The last line that is a JSON object, or the whole output; None if neither is."""
    for text in [*reversed(output.splitlines()), output]:
        try:
            value = json.loads(text)
        except ValueError:
            continue
        if isinstance(value, dict):
            return value
    return None


def run(command, environment, timeout, folder=None):
    """The JSON object that `command` prints. Throws Failed."""
    try:
        done = subprocess.run([str(word) for word in command], env={**os.environ, **environment}, cwd=folder, timeout=timeout,
                              stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", errors="replace", check=False)
    except FileNotFoundError:
        raise Failed("it is not installed: tools/compare-peers --setup") from None
    except subprocess.TimeoutExpired:
        raise Failed(f"no figure within {timeout:g} s") from None
    if done.returncode < 0:
        raise Failed(f"it was ended by signal {-done.returncode}: {message_of(done.stderr or done.stdout)}")
    if done.returncode:
        raise Failed(message_of(done.stderr or done.stdout))
    figures = last_json(done.stdout)
    if figures is None:
        raise Failed("it printed no figures: " + message_of(done.stdout or done.stderr))
    return figures
