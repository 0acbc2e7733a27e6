"""The rounds of a comparison: in each, Hekla first and then the peers, so that all meet the machine in the same mood."""
from peers.figures import summary
from peers.run import Failed


def groups(cases, peers, devices):
    """(case, device, peers) of what is compared."""
    for device in devices:
        for case in cases:
            chosen = [peer for peer in peers if device in peer.devices and peer.wants(case, device)]
            if chosen:
                yield case, device, chosen


def blank(case, device, peer):
    result = {"case": case.name, "device": device, "peer_name": peer.name, "peer_title": peer.title,
              "unit": "ms" if case.mode == "conv" else "images/s", "hekla": [], "peer": []}
    if peer.note(case):
        result["note"] = peer.note(case)
    return result


def compare(case, device, peers, rounds, measure_hekla, measure_peer, tell=lambda text: None):
    """One result per peer. `measure_hekla(case, device)` and `measure_peer(peer, case, device)` give a number or throw Failed; a
    peer that failed once is not tried again."""
    results = {peer.name: blank(case, device, peer) for peer in peers}

    def fail(name, message):
        results[name]["failed"] = message
        tell(f"{case.name} on {device}: {name}: {message}")

    for _ in range(rounds):
        running = [peer for peer in peers if "failed" not in results[peer.name]]
        if not running:
            break
        try:
            hekla = measure_hekla(case, device)
        except Failed as error:
            for peer in running:
                fail(peer.name, f"Hekla: {error}")
            break
        tell(f"{case.name} on {device}: hekla {hekla:.1f}")
        for peer in running:
            try:
                value = measure_peer(peer, case, device)
            except Failed as error:
                fail(peer.name, str(error))
                continue
            results[peer.name]["hekla"].append(hekla)
            results[peer.name]["peer"].append(value)
            tell(f"{case.name} on {device}: {peer.name} {value:.1f}")
    return [summary(result) for result in results.values()]
