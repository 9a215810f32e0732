"""Checks that an installed libtorch has every symbol that the program's native calls need, without importing torch.

    symbols.py APP_FOLDER LIBTORCH_FOLDER

Prints what is missing, and whether libLibTorchSharp.so opens with everything resolved. Exits with 2 if anything is missing.
"""

import ctypes
import os
import re
import struct
import sys


def undefined(path):
    """Returns the names that an ELF64 library needs from other libraries: the undefined entries of .dynsym."""
    with open(path, "rb") as file:
        image = file.read()
    sections, = struct.unpack_from("<Q", image, 0x28)
    size, count = struct.unpack_from("<HH", image, 0x3A)
    headers = [struct.unpack_from("<IIQQQQIIQQ", image, sections + i * size) for i in range(count)]
    symbols = next(h for h in headers if h[1] == 11)
    strings = headers[symbols[6]][4]
    names = []
    for offset in range(symbols[4], symbols[4] + symbols[5], 24):
        name, info, _, section, _, _ = struct.unpack_from("<IBBHQQ", image, offset)
        # Weak ones may be absent.
        if section == 0 and name and info >> 4 == 1:
            end = image.index(b"\0", strings + name)
            names.append(image[strings + name:end].decode())
    return names


def imports(assembly):
    """The functions of libtorch_cpu that the program itself calls by name."""
    with open(assembly, "rb") as file:
        return sorted(set(name.decode() for name in re.findall(rb"(?:_ZN?K?2at[A-Za-z0-9_]+|_ZNK2at[A-Za-z0-9_]+|aoti_torch_[a-z0-9_]+)(?=\0)", file.read())))


def main():
    app, folder = sys.argv[1:]
    open_now = [ctypes.CDLL(os.path.realpath(os.path.join(folder, name)))
                for name in ("libc10.so", "libtorch_cpu.so", "libtorch_cuda.so", "libtorch.so") if os.path.exists(os.path.join(folder, name))]
    # One name of libstdc++ is bound by no relocation; the program marks that need weak on systems that lack it.
    wanted = [name for name in undefined(os.path.join(app, "libLibTorchSharp.so")) if name != "_ZSt21ios_base_library_initv"]
    own = imports(os.path.join(app, "Distill.Learning.dll"))
    missing = [name for name in wanted + own if not any(hasattr(library, name) for library in open_now)]
    print(f"{len(wanted)} names of libLibTorchSharp.so and {len(own)} of the program, {len(missing)} missing in {folder}")
    for name in missing:
        print(f"missing {name}")
    try:
        ctypes.CDLL(os.path.join(app, "libLibTorchSharp.so"), os.RTLD_NOW)
        print("libLibTorchSharp.so opens with every name resolved")
    except OSError as error:
        print(f"libLibTorchSharp.so does not open: {error}")
        missing.append("libLibTorchSharp.so")
    return 2 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
