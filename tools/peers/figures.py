"""Medians, ratios, and the Markdown table of a comparison."""
import statistics


def median_rate(rates):
    """Images per second of one measurement: the median of its slices."""
    return statistics.median(rates)


def summary(result):
    """Adds medians and the ratio to {"hekla": [...], "peer": [...]}, of which the rounds stand in the same order. The ratio says
    how many times faster Hekla is, and is the median over the rounds: the machine changes between rounds more than within one."""
    if "failed" in result or not result["peer"]:
        return result
    lower_is_better = result["unit"] == "ms"
    pairs = list(zip(result["hekla"], result["peer"]))
    ratios = [peer / hekla if lower_is_better else hekla / peer for hekla, peer in pairs]
    return {**result, "hekla_median": statistics.median(result["hekla"]), "peer_median": statistics.median(result["peer"]),
            "ratio": statistics.median(ratios), "ratio_lowest": min(ratios), "ratio_highest": max(ratios)}


def number(value):
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def one_line(text):
    """A message as a table's cell takes it."""
    text = " ".join(text.split()).replace("|", "\\|")
    return text if len(text) <= 160 else text[:157] + "..."


def row(result):
    first = [result["case"], result["device"], result["peer_title"]]
    if "failed" in result:
        return [*first, "", "", "failed: " + one_line(result["failed"])]
    unit = " ms" if result["unit"] == "ms" else ""
    spread = f" ({result['ratio_lowest']:.2f} to {result['ratio_highest']:.2f})" if len(result["hekla"]) > 1 else ""
    note = f"; {result['note']}" if result.get("note") else ""
    return [*first, number(result["hekla_median"]) + unit, number(result["peer_median"]) + unit,
            f"**{result['ratio']:.2f}**{spread}{note}"]


def markdown(results):
    """One row per case, device and peer."""
    heads = ["case", "Hekla on", "peer", "Hekla, images/s", "peer, images/s", "times faster (rounds)"]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(row(result)) + " |" for result in results]
    return "\n".join(lines)
