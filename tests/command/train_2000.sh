#!/usr/bin/env bash
# Trains on 2,000 images with validation on: train_2000.sh COMMAND [ARGUMENT...]
# Fails on any validation message, and if nothing was learnt.
set -euo pipefail

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
"$@" train --network keras-mnist --data fashion-mnist --limit 2000 --epochs 1 --seed 0 --validation \
    --json --out "$scratch/model.safetensors" | tee "$scratch/result.json"
python3 - "$scratch/result.json" <<'CHECK'
import json
import sys

result = json.load(open(sys.argv[1]))
accuracy = result["test_accuracy"]
print(f"test accuracy {accuracy}")
sys.exit(accuracy < 0.6)
CHECK
