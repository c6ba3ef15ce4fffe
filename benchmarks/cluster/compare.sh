#!/usr/bin/env bash
# compare.sh SAMPLES [ROUNDS]: simulate-cluster beside real local runs with 1 to 3 processes of ingest. Rates come from the runs with one
# process; then each number of processes is simulated on the machine's own cores and run. Prints a table; ends with 1 when a prediction is
# off by more than a quarter. SAMPLES is a folder with qcd, ttbar and wjets. Needs jq.
set -euo pipefail
cd "$(dirname -- "${BASH_SOURCE[0]}")/../.."
samples=$(readlink -f -- "${1:?folder with qcd, ttbar and wjets}")
rounds=${2:-3}
work=$(mktemp -d)
stack=
end() { [ -z "$stack" ] || { ./daprhep down --data "$work/data" >/dev/null 2>&1 || true; wait "$stack" 2>/dev/null || true; }; stack=; }
trap 'result=$?; [ "$result" -le 1 ] || cat "$work"/*.log >&2; end; rm -rf "$work"; exit "$result"' EXIT
steps=(plan convert statistics shards train evaluate)

# One round with N processes: a run to warm up, then one that counts; its steps go to $work/N-ROUND.json.
round() {
  # Also the answer of the stack before: it would be taken for that of this one.
  rm -rf "$work/data" "$work/out" "$work/stack.json"
  ./daprhep up --port 0 --replicas "ingest=$1" --data "$work/data" --json >"$work/stack.json" 2>"$work/up.log" &
  stack=$!
  until [ -s "$work/stack.json" ]; do sleep 0.2; kill -0 "$stack" || exit 4; done
  for try in warm counts; do
    ./daprhep run "$samples" --gateway "$(jq -r .gateway "$work/stack.json")" --store "$work/data/$try" --out "$work/out" --json 2>"$work/run.log" \
      | tail -n 1 | jq -c '[.steps[] | {key: .step, value: {seconds, events}}] | from_entries' >"$work/$1-$2.json"
  done
  end
}

# The median over the rounds of a field of a step, with N processes.
median() { jq -s "[.[].$2.$3] | sort | .[length / 2 | floor]" "$work/$1"-*.json; }

for ((r = 1; r <= rounds; r++)); do for n in 1 2 3; do round "$n" "$r"; done; done
cores=$(nproc)
files=$(find "$samples" -name '*.root' | wc -l)
options=(--nodes 1 --cores "$cores" --features 1 --ranks 1 --epochs 1 --files "$files" --events "$(median 1 plan events)")
# A step that fans out keeps all cores busy, the others one; the simulation of training has a rate by rank, here for the whole of it.
for step in "${steps[@]}"; do
  case $step in convert) busy=$((cores < files ? cores : files)) ;; *) busy=1 ;; esac
  events=$(median 1 "$step" events) seconds=$(median 1 "$step" seconds)
  [ "$step" != train ] || events=$(jq -n "$(median 1 shards events) * 0.8")
  [ "$step" != evaluate ] || events=$(jq -n "$(median 1 shards events) * 0.2")
  options+=(--rate "$step=$(jq -n "$events / $seconds / $busy")")
done
options+=(--rate scatter=1e9)

printf '| processes of ingest | simulated, s | run, s (median of %d) | off by |\n| ---: | ---: | ---: | ---: |\n' "$rounds"
off=0
for n in 1 2 3; do
  simulated=$(./daprhep simulate-cluster "${options[@]}" --ingest "$n" --json | jq .makespan)
  run=$(jq -s '[.[] | [.plan, .convert, .statistics, .shards, .train, .evaluate | .seconds] | add] | sort | .[length / 2 | floor]' "$work/$n"-*.json)
  jq -rn "$simulated as \$s | $run as \$r | \"| $n | \(\$s * 100 | round / 100) | \(\$r * 100 | round / 100) | \((\$s / \$r - 1) * 100 | round) % |\""
  [ "$(jq -n "($simulated / $run - 1) | fabs <= 0.25")" = true ] || off=1
done
exit $off
