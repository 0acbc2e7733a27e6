#!/usr/bin/env bash
# A budget that asks for half of what a kernel costs must fail the check, and name the kernel.
set -euo pipefail
cd "$(dirname "$0")/../.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
python3 - tests/budgets/navi21.json "$scratch/budget.json" << 'END'
import json, sys
budget = json.load(open(sys.argv[1]))
row = next(row for row in budget["pipelines"] if row["shader"] == "adam")
row["estimate"] /= 2
json.dump(budget, open(sys.argv[2], "w"))
END
icd=(/usr/share/vulkan/icd.d/radeon_icd*.json)
code=0
RADV_FORCE_FAMILY=NAVI21 VK_DRIVER_FILES=${icd[0]} VK_ICD_FILENAMES=${icd[0]} MESA_SHADER_CACHE_DISABLE=true \
    build/hekla-shader-report --budget "$scratch/budget.json" 2> "$scratch/log" > /dev/null || code=$?
cat "$scratch/log"
if grep -q 'estimates are not compared' "$scratch/log"; then
    [ $code -eq 0 ]  # another driver than the budget's: nothing to compare
else
    [ $code -eq 3 ] && grep -q 'adam .*: estimate' "$scratch/log"
fi
