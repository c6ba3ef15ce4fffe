#!/usr/bin/env bash
# Runs every test project of the built solution and closes with the sums: N passed, N failed, N skipped.
# Arguments go to `dotnet test`, for instance: ./daprhep test --project tests/Root/DaprHep.Root.Tests.csproj
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
log=artifacts/stamps/test.log
# Most processes of the tests are short; instrumented code would cost them more than they gain from it.
export DOTNET_TieredPGO=0
what=("$@")
[ $# -gt 0 ] || what=(--solution DaprHep.sln)
dotnet test "${what[@]}" -c Release --no-build --no-progress 2>&1 | tee "$log"
code=${PIPESTATUS[0]}
count() { sed -nE "s/^ *$1: *([0-9]+).*/\1/p" "$log" | tail -n 1; }
failed=$(count failed); passed=$(count succeeded); skipped=$(count skipped)
# A run that ended badly without a failed test (a crash, no tests at all) is a failure too.
if [ "$code" -ne 0 ] && [ "${failed:-0}" -eq 0 ]; then failed=1; fi
printf '%d passed, %d failed, %d skipped\n' "${passed:-0}" "${failed:-0}" "${skipped:-0}"
exit "$code"
