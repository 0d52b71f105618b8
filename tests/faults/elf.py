"""What a binary is, as far as the harness cares."""
import struct, sys

_PT_INTERP = 3


def is_static(path):
    """Whether nothing has to be loaded beside it. elf(5)."""
    with open(path, "rb") as file:
        header = file.read(64)
        if header[:5] != b"\x7fELF\2":
            return False
        at, = struct.unpack_from("<Q", header, 32)
        size, count = struct.unpack_from("<HH", header, 54)
        file.seek(at)
        table = file.read(size * count)
    return all(struct.unpack_from("<I", table, size * number)[0] != _PT_INTERP for number in range(count))


def refuse_dynamic(path):
    """The loader's own calls would be given faults too: thousands of failures that are none of snug's."""
    if not is_static(path):
        sys.exit(f"{path} is no static binary, and faults in the loader's calls are not snug's: build the release preset, and "
                 "name build/release/src/snug by --snug or in SNUG")
