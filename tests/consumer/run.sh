#!/usr/bin/env bash
# tests/consumer/run.sh BUILD [find-package|add-subdirectory]: builds the consumer project with the
# Hekla that lies built in BUILD (installed into a folder of its own) or with Hekla's sources, and
# runs it on the driver that VK_DRIVER_FILES names. Without the second argument: both.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
build=$(cd "${1:?usage: run.sh BUILD [find-package|add-subdirectory]}" && pwd)
work=$build/consumer

# Without optimization, to build fast.
common=(-G Ninja -S "$here" -DCMAKE_BUILD_TYPE=)
if command -v ccache > /dev/null; then
    common+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi

quietly() {
    local log=$work/log.txt
    "$@" > "$log" 2>&1 || { cat "$log"; echo "failed: $*"; return 1; }
}

find_package() {
    rm -rf "$work/installed" "$work/find-package"
    quietly cmake --install "$build" --prefix "$work/installed"
    quietly cmake "${common[@]}" -B "$work/find-package" "-DCMAKE_PREFIX_PATH=$work/installed"
    quietly cmake --build "$work/find-package"
    "$work/find-package/consumer"
}

add_subdirectory() {
    quietly cmake "${common[@]}" -B "$work/add-subdirectory" "-DHEKLA_SOURCE=$source"
    quietly cmake --build "$work/add-subdirectory"
    "$work/add-subdirectory/consumer"
}

mkdir -p "$work"
case ${2:-both} in
    find-package) find_package ;;
    add-subdirectory) add_subdirectory ;;
    both) find_package; add_subdirectory ;;
    *) echo "unknown way to use Hekla: $2" >&2; exit 2 ;;
esac
