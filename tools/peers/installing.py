"""Sets peers up in the cache folder, outside the source tree."""
import os
import subprocess

from peers.peer import Step, cache_folder
from peers.run import Failed, message_of


def marks(peer):
    folder = cache_folder() / peer.name
    return folder, folder / "ready", folder / "setup-failed"


def carry_out(step):
    if not isinstance(step, Step):
        return step()
    program = os.path.basename(str(step.command[0]))
    try:
        done = subprocess.run([str(word) for word in step.command], env={**os.environ, **step.environment}, stdin=subprocess.DEVNULL,
                              capture_output=True, encoding="utf-8", errors="replace", check=False)
    except FileNotFoundError:
        raise Failed(f"there is no program {program}") from None
    if done.returncode:
        raise Failed(f"{program} failed: {message_of(done.stderr or done.stdout)}")
    return None


def install(peer):
    """Whether it is ready now. A failure is kept for the table."""
    folder, ready, failed = marks(peer)
    folder.mkdir(parents=True, exist_ok=True)
    for mark in (ready, failed):
        mark.unlink(missing_ok=True)
    try:
        for step in peer.setup(folder):
            carry_out(step)
    except (Failed, OSError) as error:
        failed.write_text(f"{error}\n")
        return False
    ready.touch()
    return True


def check(peer):
    """Its folder. Throws Failed if it can't be measured."""
    folder, ready, failed = marks(peer)
    if failed.exists():
        raise Failed("set-up: " + failed.read_text().strip())
    if not ready.exists():
        raise Failed(f"not set up: tools/compare-peers --setup {peer.name}")
    return folder
