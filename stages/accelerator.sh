#!/usr/bin/env bash
# Prints the libtorch that a build on this machine should contain: cpu, cuda, or none to use an installed one (LIBTORCH).
# If a machine with a GPU does not get cuda, one line on standard error gives the reason.
#
#   stages/accelerator.sh [FILE...]    files, any of which shows that there is a GPU; by default those of the NVIDIA driver and of WSL2
set -u
cd "$(dirname "$0")/.."

if [ -n "${LIBTORCH:-}" ] || [ "${LIBTORCH_USE_PYTORCH:-0}" != 0 ]; then
    echo none
    exit
fi

[ $# -gt 0 ] || set -- /proc/driver/nvidia/version /dev/nvidiactl /usr/lib/wsl/lib/libcuda.so.1
gpu=
for file; do [ -e "$file" ] && gpu=1; done
if [ -z "$gpu" ]; then
    echo cpu
    exit
fi

[ -d "${NUGET_PACKAGES:-$HOME/.nuget/packages}/torchsharp-cuda-linux" ] ||
    echo "A GPU was found: restoring TorchSharp-cuda-linux, about 2.5 GB the first time. ACCELERATOR=cpu builds without it." >&2
if reason=$(dotnet restore stages/Learning/Learning.csproj --nologo -v quiet -p:Accelerator=cuda 2>&1); then
    echo cuda
    exit
fi

reason=$(grep -om1 'error .*' <<<"$reason" | sed 's/ *\[[^]]*\]$//')
# A PyTorch with CUDA, of the version that TorchSharp is built for, can be used too. Its version is read without importing it.
torch=$(python3 -c 'import importlib.util as u; s = u.find_spec("torch"); print(s.origin or "" if s else "")' 2>/dev/null)
torch=$(dirname "$torch")
if [ -e "$torch/lib/libtorch_cuda.so" ] && grep -q "^__version__.*['\"]2\.10\." "$torch/version.py"; then
    echo "TorchSharp-cuda-linux could not be restored ($reason): using the libtorch of python3's PyTorch." >&2
    echo none
else
    echo "TorchSharp-cuda-linux could not be restored ($reason): building for the CPU. LIBTORCH or LIBTORCH_USE_PYTORCH=1 uses an installed libtorch 2.10." >&2
    echo cpu
fi
