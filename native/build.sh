#!/bin/sh
# Builds libdaprhep_torch.so into the folder given. Called by the build of stand-ins/TorchSharp; its messages
# have the form that MSBuild shows as build errors.
set -eu
source=$(cd "$(dirname "$0")" && pwd)
out=$1

need() {
    command -v "$1" >/dev/null && return
    echo "native/build.sh : error NATIVE001: '$1' is missing. Install it: sudo apt-get install $2"
    exit 1
}
need cmake cmake
need ninja ninja-build
need g++ g++
for header in /usr/include/ATen/ATen.h "${CMAKE_PREFIX_PATH:-/nowhere}/include/ATen/ATen.h" "${Torch_DIR:-/nowhere}/../../../include/ATen/ATen.h"; do
    test -f "$header" && found=1
done
if [ -z "${found:-}" ]; then
    echo "native/build.sh : error NATIVE002: libtorch is missing. Install it: sudo apt-get install libtorch-dev (or set Torch_DIR)"
    exit 1
fi

cmake -S "$source" -B "$out" -G Ninja -DCMAKE_BUILD_TYPE=Release >"$out.log" 2>&1 && ninja -C "$out" >>"$out.log" 2>&1 && exit 0
cat "$out.log"
echo "native/build.sh : error NATIVE003: libdaprhep_torch.so was not built; the log above ($out.log) says why"
exit 1
