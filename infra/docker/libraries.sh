#!/usr/bin/env bash
# libraries.sh ROOT BELOW LIBRARY...: copies shared libraries and all that they need into the root file system ROOT, but for what the root
# file system BELOW has already (- for none). LIBRARY is a name that the loader finds, or the path of one of ours, of which only the needs are
# copied. For each Debian package that a file comes from, its record goes to ROOT/var/lib/dpkg/status.d, where scanners look for it, and its
# copyright to ROOT/usr/share/doc.
set -euo pipefail
export LC_ALL=C
root=$1 below=$2
shift 2
folder=usr/lib/x86_64-linux-gnu

find_library() {
  ldconfig -p | awk -v name="$1" '$1 == name && /x86-64/ && !found { print $NF; found = 1 } END { exit !found }'
}

mkdir -p "$root/$folder" "$root/var/lib/dpkg/status.d"
for library in "$@"; do
  path=$library
  case $library in
    */*) ;;
    *)
      path=$(find_library "$library") || { printf 'libraries.sh: %s was not found; install its package\n' "$library" >&2; exit 1; }
      printf '%s %s\n' "$library" "$path"
      ;;
  esac
  ldd "$path" | awk '$2 == "=>" { if ($3 == "not") { print "missing", $1 } else { print $1, $3 } }'
done | sort -u >"$root.libraries"
if grep -q '^missing' "$root.libraries"; then
  printf 'libraries.sh: the loader does not find %s\n' "$(sed -n 's/^missing //p' "$root.libraries" | tr '\n' ' ')" >&2
  exit 1
fi
while read -r name path; do
  if [ "$below" != - ] && [ -e "$below/$folder/$name" ]; then continue; fi
  file=$(readlink -f "$path")
  install -m 644 "$file" "$root/$folder/$name"
  # dpkg may know it under a path from before /lib became a link to /usr/lib.
  printf '%s\n%s\n' "$file" "${file#/usr}"
done <"$root.libraries" >"$root.files"

# In an order of its own, and without what differs from one machine to the next. A file that no package owns is one of somebody's own.
{ xargs -r dpkg-query -S <"$root.files" 2>/dev/null || true; } | cut -d: -f1 | sort -u >"$root.packages"
xargs -r dpkg-query -W \
  -f='Package: ${Package}\nVersion: ${Version}\nArchitecture: ${Architecture}\nMaintainer: ${Maintainer}\nStatus: install ok installed\n' \
  <"$root.packages" | awk -v to="$root/var/lib/dpkg/status.d/" '$1 == "Package:" { file = to $2 } { print > file }'
while read -r package; do
  [ -f "/usr/share/doc/$package/copyright" ] || continue
  mkdir -p "$root/usr/share/doc/$package"
  install -m 644 "$(readlink -f "/usr/share/doc/$package/copyright")" "$root/usr/share/doc/$package/copyright"
done <"$root.packages"
rm "$root.libraries" "$root.files" "$root.packages"
