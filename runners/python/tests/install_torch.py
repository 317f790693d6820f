"""Installs requirements-torch.txt into this Python, without CUDA where PyPI has PyTorch only with it.

PyPI's wheel for Linux depends on 4 GB of libraries of CUDA, which tests on a CPU never call; but the dynamic loader wants to
find them. They are replaced by empty ones: each function returns an error. Needs gcc and binutils.
"""

from __future__ import annotations

import platform
import re
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

REQUIREMENTS = Path(__file__).parent.parent / "requirements-torch.txt"
#: Libraries, and the beginnings of the names of their functions. The CUDA runtime itself is small, and real.
LIBRARIES = re.compile(r"lib(cublas|cudnn|cufft|cufile|cupti|cusolver|cusparse|nccl|nvrtc|nvshmem_host)\b|lib(cublas|cusparse)Lt\b")
FUNCTIONS = re.compile(r"(cublas|cudnn|cufft|cuFile|cupti|cusolver|cusparse|nccl|nvrtc|nvshmem|cu[A-Z])\w*")
#: Where the version of a library's symbols is not its name.
VERSIONS = {"libnvshmem_host.so.3": "NVSHMEM"}


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main() -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if sys.platform != "linux" or platform.machine() != "x86_64":
        subprocess.run([*pip, "torch", "torchvision", "timm"], check=True)
        return
    subprocess.run([*pip, "--no-deps", "-r", str(REQUIREMENTS)], check=True)
    folder = Path(sysconfig.get_paths()["platlib"]) / "torch" / "lib"
    needed: set[str] = set()
    functions: set[str] = set()
    for library in folder.glob("*.so"):
        needed.update(re.findall(r"NEEDED\s+(\S+)", output("objdump", "-p", str(library))))
        undefined = re.findall(r" [Uw] (\w+)", output("nm", "-D", "--undefined-only", str(library)))
        functions.update(name for name in undefined if FUNCTIONS.fullmatch(name))
    source = "".join(f"int {name}(void) {{ return 1; }}\n" for name in sorted(functions))
    for name in sorted(name for name in needed if LIBRARIES.match(name)):
        with tempfile.NamedTemporaryFile("w", suffix=".map") as versions:
            versions.write(f"{VERSIONS.get(name, name)} {{ global: *; }};")
            versions.flush()
            options = ["-shared", "-w", f"-Wl,-soname,{name}", f"-Wl,--version-script={versions.name}"]
            subprocess.run(["gcc", *options, "-x", "c", "-", "-o", str(folder / name)], input=source, text=True, check=True)


if __name__ == "__main__":
    main()
