#!/usr/bin/env bash
# Builds the images of the services with buildah, from nothing but this tree and the Debian packages of this machine; no registry is asked.
#   infra/docker/build.sh [--packages official|stand-ins] [--out FOLDER] [--cuda] [IMAGE...]
# IMAGE is ingest, features, tuning, trainer, serving or gateway; all of them where none is named. Each one becomes localhost/daprhep/IMAGE in
# the store of buildah and podman, and with --out an archive FOLDER/IMAGE.tar (OCI) and its bill of materials FOLDER/IMAGE.spdx.json.
# --cuda adds trainer-cuda; Torch_DIR names the libtorch with CUDA that it takes. The same commit on the same Debian packages gives the same
# image digests.
set -euo pipefail
export LC_ALL=C
here=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)
root=$(cd "$here/../.." && pwd)
packages=stand-ins out= cuda= images=()
usage() { sed -n '2,7s/^# *//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
while [ $# -gt 0 ]; do
  case $1 in
    --packages) packages=${2-}; shift 2 ;;
    --out) out=${2-}; shift 2 ;;
    --cuda) cuda=yes; shift ;;
    ingest|features|tuning|trainer|serving|gateway) images+=("$1"); shift ;;
    *) usage ;;
  esac
done
case $packages in official|stand-ins) ;; *) usage ;; esac
[ ${#images[@]} -gt 0 ] || images=(ingest features tuning trainer serving gateway)
fail() { printf 'build.sh: %s\n' "$1" >&2; exit 4; }
command -v buildah >/dev/null || fail 'needs buildah: apt-get install buildah'

revision=$(git -C "$root" rev-parse HEAD)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct)}
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
mkdir -p "$root/artifacts/images"
work=$(mktemp -d "$root/artifacts/images/build.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Every file with the time of the commit and plain rights, whatever the umask and the clock of this machine.
settle() {
  find "$1" -type d -exec chmod 755 {} + -o -type f -perm /100 -exec chmod 755 {} + -o -type f -exec chmod 644 {} +
  [ ! -d "$1/tmp" ] || chmod 1777 "$1/tmp"
  find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

make_base() {
  local base=$work/base
  mkdir -p "$base"/{app,etc/ssl/certs,tmp,usr/lib,usr/lib64}
  ln -s usr/lib "$base/lib"
  ln -s usr/lib64 "$base/lib64"
  "$here/libraries.sh" "$base" - libstdc++.so.6 libgcc_s.so.1 libdl.so.2 libpthread.so.0 librt.so.1 libssl.so.3 \
    libdeflate.so.0 liblz4.so.1 libzstd.so.1 liblzma.so.5
  install -m 755 "$(readlink -f /lib64/ld-linux-x86-64.so.2)" "$base/usr/lib64/ld-linux-x86-64.so.2"
  install -m 644 /etc/ssl/certs/ca-certificates.crt "$base/etc/ssl/certs/ca-certificates.crt"
  printf 'root:x:0:0:root:/:/none\ndaprhep:x:10001:10001:daprhep:/tmp:/none\n' >"$base/etc/passwd"
  printf 'root:x:0:\ndaprhep:x:10001:\n' >"$base/etc/group"
  printf 'hosts: files dns\n' >"$base/etc/nsswitch.conf"
  printf 'ID=daprhep\nNAME="DaprHep"\nVERSION_ID="%s"\n' "$version" >"$base/etc/os-release"
  settle "$base"
}

# bud TAG CONTAINERFILE ARGUMENTS...
bud() {
  local tag=$1 file=$2
  shift 2
  buildah build --quiet --isolation chroot --layers=false --identity-label=false --timestamp "$SOURCE_DATE_EPOCH" --tag "$tag" --file "$here/$file" "$@" "$work" >/dev/null
}

# check_libraries NAME LAYER...: every library that the program of an image asks the loader for is in one of its layers.
check_libraries() {
  local name=$1 library layer found
  shift
  for library in $(find "$work/$name/app" \( -name '*.so' -o -type f -perm /100 ! -name '*.dll' \) -exec objdump -p {} + 2>/dev/null \
      | awk '$1 == "NEEDED" { print $2 }' | sort -u); do
    found=$(find "$work/$name/app" -name "$library")
    for layer in "$@"; do found+=$(find "$work/$layer/usr" -name "$library"); done
    [ -n "$found" ] || fail "image $name lacks $library"
  done
}

# image NAME SERVICE: the program of SERVICE on the base, as daprhep/NAME.
image() {
  local name=$1 service=$2 debian=() layers layer program built_with
  mkdir -p "$work/$name"
  cp -r "$work/published/$service" "$work/$name/app"
  # What nobody reads in an image; a tracer that is not there; and libtorch's shim, where libtorch is not.
  find "$work/$name/app" \( -name '*.pdb' -o -name '*.xml' -o -name '*.staticwebassets.endpoints.json' -o -name libcoreclrtraceptprovider.so \) -delete
  layers=(base)
  case $name in
    trainer) layers+=(torch) ;;
    trainer-cuda) layers+=(torch-cuda) ;;
    *) rm -f "$work/$name/app/libdaprhep_torch.so" ;;
  esac
  for layer in "${layers[@]}"; do debian+=(--debian "$work/$layer/var/lib/dpkg/status.d"); done
  check_libraries "$name" "${layers[@]}"
  mkdir -p "$work/$name/usr/share/daprhep"
  dotnet "$work/sbom/DaprHep.Sbom.dll" spdx --name "daprhep/$name" --version "$version" --app "$work/$name/app" "${debian[@]}" \
    >"$work/$name/usr/share/daprhep/sbom.spdx.json"
  # As the program says of itself: with StandInsFor, some of the official packages are stand-ins.
  program=$(sed -n 's:^ENTRYPOINT \["/\(.*\)"\]$:\1:p' "$here/$name.Containerfile")
  built_with=$("$work/$name/$program" --version | sed -n 's/.* (\(.*\))$/\1/p')
  [ -n "$built_with" ] || fail "$program of image $name does not say what it was built with"
  settle "$work/$name"
  bud "localhost/daprhep/$name" "$name.Containerfile" --build-arg VERSION="$version" --build-arg REVISION="$revision" --build-arg PACKAGES="$built_with"
  printf '%s %s\n' "$name" "$(buildah inspect --type image --format '{{.FromImageDigest}}' "localhost/daprhep/$name")"
  if [ -n "$out" ]; then
    mkdir -p "$out"
    rm -f "$out/$name.tar"
    buildah push --quiet "localhost/daprhep/$name" "oci-archive:$out/$name.tar:daprhep/$name"
    cp "$work/$name/usr/share/daprhep/sbom.spdx.json" "$out/$name.spdx.json"
  fi
}

Packages=$packages "$root/daprhep" publish "$work/published" "${images[@]}" >/dev/null
dotnet build "$here/Sbom/DaprHep.Sbom.csproj" -c Release -v quiet --nologo -o "$work/sbom" >"$work/sbom.log" 2>&1 || { cat "$work/sbom.log" >&2; exit 4; }
make_base
bud localhost/daprhep/base base.Containerfile
for name in "${images[@]}"; do
  if [ "$name" = trainer ]; then
    "$here/libraries.sh" "$work/torch" "$work/base" "$work/published/trainer/libdaprhep_torch.so" libxgboost.so.0
    settle "$work/torch"
  fi
  image "$name" "$name"
done
if [ -n "$cuda" ]; then
  [ -n "${Torch_DIR-}" ] || fail '--cuda needs Torch_DIR: the folder of TorchConfig.cmake of a libtorch with CUDA'
  [ -d "$work/published/trainer" ] || Packages=$packages "$root/daprhep" publish "$work/published" trainer >/dev/null
  "$root/native/build.sh" "$work/native"
  cp "$work/native/libdaprhep_torch.so" "$work/published/trainer/"
  LD_LIBRARY_PATH=$Torch_DIR/../../../lib "$here/libraries.sh" "$work/torch-cuda" "$work/base" "$work/native/libdaprhep_torch.so" libxgboost.so.0
  # cuDNN and cuBLAS load parts of themselves by name.
  find "$Torch_DIR/../../../lib" -name 'lib*.so*' -exec cp -nL {} "$work/torch-cuda/usr/lib/x86_64-linux-gnu/" \;
  settle "$work/torch-cuda"
  image trainer-cuda trainer
fi
