#!/usr/bin/env python3
"""Writes shaders.h and shaders_N.cpp from compiled shaders and their reflection.

For each variant NAME the folder WORK holds NAME.spv (as compiled: what is reflected, so that
constants and bindings that the optimizer drops are still listed), NAME.json (spirv-cross --reflect
of it) and NAME.opt.spv (optimized: what is embedded).
"""
import argparse
import json
import math
import pathlib
import struct
import sys

OP_NAME, OP_DECORATE = 5, 71
OP_SPEC_CONSTANT_TRUE, OP_SPEC_CONSTANT_FALSE, OP_SPEC_CONSTANT = 48, 49, 50
DECORATION_SPEC_ID, DECORATION_BINDING = 1, 33
CPP_TYPES = {"uint": "std::uint32_t", "int": "std::int32_t", "float": "float", "bool": "std::uint32_t"}
TEXEL_TYPES = {"samplerBuffer", "isamplerBuffer", "usamplerBuffer",
               "textureBuffer", "itextureBuffer", "utextureBuffer"}
SAMPLED_TYPES, STORAGE_IMAGE_TYPES = {"texture2DArray"}, {"image2DArray"}
UNSUPPORTED = ("separate_samplers", "subpass_inputs", "acceleration_structures")


class ShaderError(Exception):
    pass


def read_words(path):
    data = path.read_bytes()
    words = struct.unpack(f"<{len(data) // 4}I", data)
    if not words or words[0] != 0x07230203:
        raise ShaderError(f"{path} is not a SPIR-V file")
    return words


def instructions(words):
    at = 5
    while at < len(words):
        count = words[at] >> 16
        yield words[at] & 0xFFFF, words[at + 1:at + count]
        at += count


def text(words):
    return struct.pack(f"<{len(words)}I", *words).split(b"\0")[0].decode()


class Module:
    """What spirv-cross's JSON leaves out: instance names and the exact words of defaults."""

    def __init__(self, words):
        self.names, self.variable_at, self.default_word = {}, {}, {}
        for op, operands in instructions(words):
            if op == OP_NAME:
                self.names[operands[0]] = text(operands[1:])
            elif op == OP_DECORATE and operands[1] == DECORATION_BINDING:
                self.variable_at[operands[2]] = operands[0]
            elif op == OP_SPEC_CONSTANT_TRUE:
                self.default_word[operands[1]] = 1
            elif op == OP_SPEC_CONSTANT_FALSE:
                self.default_word[operands[1]] = 0
            elif op == OP_SPEC_CONSTANT:
                self.default_word[operands[1]] = operands[2]


def constants_of(reflection, module):
    """Constants by ascending id. local_size_x_id makes a second, nameless constant of the same id."""
    entry = reflection["entryPoints"][0]
    is_id = entry.get("workgroup_size_is_spec_constant_id", [False] * 3)
    size_ids = [size for size, flag in zip(entry.get("workgroup_size", []), is_id) if flag]
    by_id = {}
    for constant in reflection.get("specialization_constants", []):
        known = by_id.get(constant["id"])
        if known and known["name"] and constant["name"]:
            raise ShaderError(f"constant_id {constant['id']} is given to both "
                              f"'{known['name']}' and '{constant['name']}'")
        if known is None or constant["name"]:
            by_id[constant["id"]] = constant
    result = []
    for number in sorted(by_id):
        constant = by_id[number]
        if not constant["name"]:
            hint = " (the id of a local_size)" if number in size_ids else ""
            raise ShaderError(f"constant_id {number}{hint} has no name: declare "
                              f"'layout(constant_id = {number}) const uint NAME = DEFAULT;'")
        if constant["type"] not in CPP_TYPES:
            raise ShaderError(f"constant '{constant['name']}' is a {constant['type']}; "
                              "supported: uint, int, float, bool")
        result.append((constant["name"], number, constant["type"],
                       module.default_word[constant["variable_id"]]))
    return result


def params_of(reflection):
    """Members of the push-constant block as (name, type, array length or None, offset), and bytes."""
    blocks = reflection.get("push_constants", [])
    if not blocks:
        return [], 0
    members, expected = [], 0
    for member in reflection["types"][blocks[0]["type"]]["members"]:
        name, kind, length = member["name"], member["type"], member.get("array")
        if kind not in ("uint", "int", "float"):
            raise ShaderError(f"push constant '{name}' is a {kind}; supported: uint, int, float "
                              "and arrays of them")
        if length and (len(length) != 1 or length[0] == 0 or member["array_stride"] != 4):
            raise ShaderError(f"push constant '{name}' must be an array of one fixed dimension with "
                              "stride 4 (std430)")
        if member["offset"] != expected:
            raise ShaderError(f"push constant '{name}' lies at byte {member['offset']}, expected "
                              f"{expected}: no gaps and no reordering")
        members.append((name, kind, length[0] if length else None, expected))
        expected += 4 * (length[0] if length else 1)
    return members, expected


def bindings_of(reflection, module):
    """(name, number, kind, readonly, writeonly) by ascending number."""
    for group in UNSUPPORTED:
        if reflection.get(group):
            raise ShaderError(f"'{reflection[group][0]['name']}': {group} are not supported")
    found = []
    for group, kind in (("ssbos", "storage"), ("ubos", "uniform"), ("textures", "texel"),
                        ("separate_images", "texel"), ("images", "storage_image")):
        for resource in reflection.get(group, []):
            number, shown = resource["binding"], resource["name"]
            if resource["set"] != 0:
                raise ShaderError(f"'{shown}' is in set {resource['set']}; all bindings are in set 0")
            if resource.get("array"):
                raise ShaderError(f"'{shown}' is an array of descriptors, which is not supported")
            if group == "separate_images" and resource["type"] in SAMPLED_TYPES:
                kind = "sampled_image"
            if kind == "texel" and resource["type"] not in TEXEL_TYPES:
                raise ShaderError(f"'{shown}' is a {resource['type']}; of textures only texel "
                                  "buffers (samplerBuffer) and texture2DArray are supported")
            if kind == "storage_image" and resource["type"] not in STORAGE_IMAGE_TYPES:
                raise ShaderError(f"'{shown}' is a {resource['type']}; of storage images only "
                                  "image2DArray is supported")
            name = module.names.get(module.variable_at[number], "")
            if not name:
                raise ShaderError(f"the block '{shown}' at binding {number} has no instance name: "
                                  f"write 'buffer {shown} {{ ... }} name;'")
            written = kind in ("storage", "storage_image")
            readonly = not written or resource.get("readonly", False)
            found.append((name, number, kind, readonly, resource.get("writeonly", False)))
    found.sort(key=lambda binding: binding[1])
    numbers = [binding[1] for binding in found]
    if numbers != list(range(len(found))):
        listing = ", ".join(f"{binding[0]} = {binding[1]}" for binding in found)
        raise ShaderError(f"bindings must be dense from 0, each used once; found {listing}")
    return found


def literal(kind, word):
    if kind == "float":
        value = struct.unpack("<f", struct.pack("<I", word))[0]
        return f"{value!r}f" if math.isfinite(value) else f"std::bit_cast<float>(0x{word:08x}u)"
    if kind == "int":
        value = struct.unpack("<i", struct.pack("<I", word))[0]
        return "-2147483647 - 1" if value == -2**31 else str(value)
    return f"{word}u" if kind == "uint" else str(word)


class Variant:
    def __init__(self, name, work):
        self.name = name
        try:
            module = Module(read_words(work / f"{name}.spv"))
            reflection = json.loads((work / f"{name}.json").read_text())
            self.words = read_words(work / f"{name}.opt.spv")
            self.constants = constants_of(reflection, module)
            self.params, self.params_bytes = params_of(reflection)
            self.bindings = bindings_of(reflection, module)
        except ShaderError as error:
            raise ShaderError(f"shader {name}: {error}") from None

    def params_struct(self):
        lines = ["    struct Params {"]
        for name, kind, length, _ in self.params:
            zero = "0.0f" if kind == "float" else "0"
            lines.append(f"        {CPP_TYPES[kind]} {name} = {zero};" if length is None else
                         f"        std::array<{CPP_TYPES[kind]}, {length}> {name} = {{}};")
        return lines + ["    };"]

    def constants_struct(self):
        lines = ["    struct Constants {"]
        lines += [f"        {CPP_TYPES[kind]} {name} = {literal(kind, word)};"
                  for name, _, kind, word in self.constants]
        return lines + ["    };"]

    def bindings_struct(self):
        lines = ["    struct Bindings {"]
        if self.bindings:
            entries = ", ".join(f"{name} = {number}" for name, number, *_ in self.bindings)
            lines.append(f"        enum : std::uint32_t {{ {entries} }};")
        lines.append(f"        static constexpr std::uint32_t count = {len(self.bindings)};")
        return lines + ["    };"]

    def asserts(self):
        lines = [f"static_assert(offsetof({self.name}::Params, {name}) == {offset});"
                 for name, _, _, offset in self.params]
        if self.params:
            lines.append(f"static_assert(sizeof({self.name}::Params) == {self.params_bytes});")
        if self.constants:
            lines.append(f"static_assert(sizeof({self.name}::Constants) == {4 * len(self.constants)});")
        return lines

    def declaration(self):
        return "\n".join([f"struct {self.name} {{", *self.params_struct(), *self.constants_struct(),
                          *self.bindings_struct(), "    static const vulkan::ShaderInfo& info();",
                          "};", *self.asserts(), ""])

    def tables(self):
        lines = []
        if self.bindings:
            lines.append(f"constexpr ShaderBinding {self.name}_bindings[] = {{")
            lines += [f'    {{"{name}", {number}, BindingKind::{kind}, {str(read).lower()}, '
                      f"{str(write).lower()}}}," for name, number, kind, read, write in self.bindings]
            lines.append("};")
        if self.constants:
            lines.append(f"constexpr ShaderConstant {self.name}_constants[] = {{")
            lines += [f'    {{"{name}", {number}, 0x{word:08x}u}},'
                      for name, number, _, word in self.constants]
            lines.append("};")
        return lines

    def definition(self):
        lines = ["namespace {", f"constexpr std::uint32_t {self.name}_words[] = {{"]
        for at in range(0, len(self.words), 8):
            lines.append("    " + " ".join(f"0x{word:08x}," for word in self.words[at:at + 8]))
        lines += ["};", *self.tables()]
        bindings = f"{self.name}_bindings" if self.bindings else "{}"
        constants = f"{self.name}_constants" if self.constants else "{}"
        lines += [f"constexpr ShaderInfo {self.name}_info{{\"{self.name}\", {self.name}_words, "
                  f"{bindings}, {constants}, {self.params_bytes}}};", "}  // namespace",
                  f"const ShaderInfo& {self.name}::info() {{ return {self.name}_info; }}", ""]
        return "\n".join(lines)


def header(variants):
    return "\n".join([
        "#pragma once", "// Generated by tools/embed_shaders.py from shaders/variants.txt.", "",
        "#include <array>", "#include <bit>", "#include <cstddef>", "#include <cstdint>",
        "#include <span>", "", '#include "vulkan/shader.h"', "", "namespace hekla::shaders {", "",
        *(variant.declaration() for variant in variants),
        "/// Every variant, in the order of shaders/variants.txt.",
        "std::span<const vulkan::ShaderInfo* const> all();", "", "}  // namespace hekla::shaders", ""])


def source(variants, every):
    lines = ["// Generated by tools/embed_shaders.py from shaders/variants.txt.", '#include "shaders.h"',
             "", "namespace hekla::shaders {", "",
             "using vulkan::BindingKind, vulkan::ShaderBinding, vulkan::ShaderConstant, vulkan::ShaderInfo;",
             "", *(variant.definition() for variant in variants)]
    if every is not None:
        listing = [f"    &{variant.name}::info()," for variant in every]
        lines += ["std::span<const ShaderInfo* const> all() {"]
        lines += ([f"    static const std::array<const ShaderInfo*, {len(every)}> table{{", *listing,
                   "    };", "    return table;"] if every else ["    return {};"])
        lines += ["}", ""]
    return "\n".join([*lines, "}  // namespace hekla::shaders", ""])


def write_if_changed(path, contents):
    """An untouched header spares recompiling all that includes it."""
    if not path.exists() or path.read_text() != contents:
        path.write_text(contents)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder of the compiled variants")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder to write to")
    parser.add_argument("--per-source", type=int, default=10, help="variants in one shaders_N.cpp")
    parser.add_argument("names", nargs="*", help="variants")
    arguments = parser.parse_args()
    variants = [Variant(name, arguments.work) for name in arguments.names]
    arguments.out.mkdir(parents=True, exist_ok=True)
    write_if_changed(arguments.out / "shaders.h", header(variants))
    for part in range(max(1, math.ceil(len(variants) / arguments.per_source))):
        chunk = variants[part * arguments.per_source:(part + 1) * arguments.per_source]
        write_if_changed(arguments.out / f"shaders_{part}.cpp",
                         source(chunk, variants if part == 0 else None))


if __name__ == "__main__":
    try:
        main()
    except ShaderError as error:
        sys.exit(f"embed_shaders: {error}")
