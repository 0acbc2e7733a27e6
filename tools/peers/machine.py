"""What a comparison ran on: no name of a host, a user or a file."""
import os
import pathlib
import re


def cpu():
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{found[1] if found else 'unknown CPU'}, {count} threads"


def swiftshader_folder():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return pathlib.Path(base, "hekla", "swiftshader")  # where tools/test puts it


def driver_file(device):
    """The driver's manifest; None if the driver is not here. An environment variable of tools/test names another."""
    named = os.environ.get(f"HEKLA_{device.upper()}_ICD")
    if device == "lavapipe":
        found = sorted(pathlib.Path("/usr/share/vulkan/icd.d").glob("lvp_icd*.json"))
    else:
        found = [swiftshader_folder() / "vk_swiftshader_icd.json"]
    paths = [pathlib.Path(named)] if named else found
    return next((path for path in paths if path.exists()), None)


def environment_of(device):
    """Variables that choose the driver; None if it is not here. "default" leaves the choice to the system."""
    if device == "default":
        return {}
    path = driver_file(device)
    return None if path is None else {"VK_DRIVER_FILES": str(path), "VK_ICD_FILENAMES": str(path)}


def driver_note(device):
    """What the driver does not say of itself."""
    version = swiftshader_folder() / "version"
    if device != "swiftshader" or not version.exists():
        return None
    return f"of chromium-common {version.read_text().strip()}"
