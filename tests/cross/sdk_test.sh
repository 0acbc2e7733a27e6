#!/usr/bin/env bash
# tests/cross/sdk_test.sh WORK: makes a folder laid out like the Vulkan SDK in WORK, hides the system's
# tools and headers from CMake, and builds the shaders through VULKAN_SDK alone.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
mkdir -p "${1:?usage: sdk_test.sh WORK}"
work=$(cd "$1" && pwd)
tools=(glslangValidator spirv-opt spirv-val spirv-cross)

# make_sdk FOLDER BIN INCLUDE: each tool notes that it was called.
make_sdk() {
    local folder=$1 tool
    mkdir -p "$folder/$2" "$folder/$3"
    for tool in "${tools[@]}"; do
        printf '#!/bin/sh\necho %s >> "%s/called"\nexec %s "$@"\n' \
            "$tool" "$folder" "$(command -v "$tool")" > "$folder/$2/$tool"
        chmod +x "$folder/$2/$tool"
    done
    cp -r /usr/include/vulkan /usr/include/vk_video "$folder/$3"
}

# Looks nowhere but where it is told: what is needed beside the SDK is named.
configure() {
    cmake -S "$source" -B "$work/$1" -G Ninja -DCMAKE_BUILD_TYPE= \
        -DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF -DCMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH=OFF \
        "-DCMAKE_CXX_COMPILER=${CXX:-$(command -v c++)}" \
        "-DCMAKE_MAKE_PROGRAM=$(command -v ninja)" "-DPython3_EXECUTABLE=$(command -v python3)" \
        -DHEKLA_IO=OFF -DHEKLA_COMMAND=OFF -DHEKLA_EXAMPLES=OFF -DHEKLA_TESTS=OFF -DHEKLA_TOOLS=OFF
}

expect() {
    local variable=$1 value=$2 cache=$work/$3/CMakeCache.txt
    grep -q "^$variable:[A-Z]*=$value\$" "$cache" && return
    echo "expected $variable=$value, but:"
    grep "^$variable:" "$cache"
    return 1
}

# try NAME SDK BIN INCLUDE
try() {
    make_sdk "$2" "$3" "$4"
    VULKAN_SDK=$2 configure "$1"
    expect HEKLA_GLSLANG "$2/$3/glslangValidator" "$1"
    expect HEKLA_SPIRV_OPT "$2/$3/spirv-opt" "$1"
    expect HEKLA_SPIRV_VAL "$2/$3/spirv-val" "$1"
    expect HEKLA_SPIRV_CROSS "$2/$3/spirv-cross" "$1"
    expect HEKLA_VULKAN_INCLUDE "$2/$4" "$1"
}

rm -rf "$work"/*
if VULKAN_SDK='' configure hidden > "$work/hidden.log" 2>&1; then
    echo "without an SDK CMake found the system's tools: this test would show nothing"
    exit 1
fi
grep -q HEKLA_GLSLANG "$work/hidden.log"

try unix "$work/Vulkan SDK/x86_64" bin include     # Linux and macOS, in a folder with a space
try windows "$work/VulkanSDK/1.3" Bin Include      # Windows
cmake --build "$work/unix" --target hekla_shaders
for tool in "${tools[@]}"; do
    echo "$tool: called $(grep -c "^$tool\$" "$work/Vulkan SDK/x86_64/called") times"
done
variants=$(sed 's/#.*//' "$source/shaders/variants.txt" | grep -c '[a-z]')
built=$(grep -c '^glslangValidator$' "$work/Vulkan SDK/x86_64/called")
[ "$variants" -eq "$built" ] || { echo "$variants variants, but $built compiled by the SDK"; exit 1; }
echo "$built shaders built by the tools of VULKAN_SDK alone, in both layouts of its folder"
