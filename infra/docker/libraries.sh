#!/usr/bin/env bash
# libraries.sh ROOT BELOW LIBRARY...: copies shared libraries and all that they need into the root file system ROOT, but for what the root
# file system BELOW has already (- for none). LIBRARY is a path, or a name that the loader finds. For each Debian package that a file comes
# from, its record goes to ROOT/var/lib/dpkg/status.d, where scanners look for it, and its copyright to ROOT/usr/share/doc.
set -euo pipefail
export LC_ALL=C
root=$1 below=$2
shift 2
folder=usr/lib/x86_64-linux-gnu

find_library() {
  case $1 in
    */*) printf '%s\n' "$1" ;;
    *) ldconfig -p | awk -v name="$1" '$1 == name && /x86-64/ && !found { print $NF; found = 1 } END { exit !found }' ;;
  esac
}

# The package of a file, which dpkg may know under a path from before /lib became a link to /usr/lib.
package_of() {
  local path=$1
  { dpkg-query -S "$path" || dpkg-query -S "${path#/usr}"; } 2>/dev/null | head -n 1 | cut -d: -f1
}

take_package() {
  local package=$1
  [ ! -e "$root/var/lib/dpkg/status.d/$package" ] || return 0
  mkdir -p "$root/var/lib/dpkg/status.d" "$root/usr/share/doc/$package"
  # In an order of its own, without what differs from one machine to the next.
  dpkg-query -W -f='Package: ${Package}\nVersion: ${Version}\nArchitecture: ${Architecture}\nSource: ${source:Package}\nMaintainer: ${Maintainer}\nStatus: install ok installed\n' \
    "$package" | head -n 6 >"$root/var/lib/dpkg/status.d/$package"
  if [ -f "/usr/share/doc/$package/copyright" ]; then
    install -m 644 "$(readlink -f "/usr/share/doc/$package/copyright")" "$root/usr/share/doc/$package/copyright"
  fi
}

mkdir -p "$root/$folder"
for library in "$@"; do
  path=$(find_library "$library") || { printf 'libraries.sh: %s was not found; install its package\n' "$library" >&2; exit 1; }
  { printf '%s %s\n' "$(basename "$library")" "$path"; ldd "$path" | awk '$2 == "=>" { if ($3 == "not") { print "missing", $1 } else { print $1, $3 } }'; }
done | sort -u >"$root.libraries"
if grep -q '^missing' "$root.libraries"; then
  printf 'libraries.sh: the loader does not find %s\n' "$(sed -n 's/^missing //p' "$root.libraries" | tr '\n' ' ')" >&2
  exit 1
fi
while read -r name path; do
  file=$(readlink -f "$path")
  if [ "$below" != - ] && [ -e "$below/$folder/$name" ]; then continue; fi
  [ -e "$root/$folder/$name" ] || install -m 644 "$file" "$root/$folder/$name"
  package=$(package_of "$file")
  [ -z "$package" ] || take_package "$package"
done <"$root.libraries"
rm "$root.libraries"
