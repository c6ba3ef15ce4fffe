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
files=$(find "$samples" -name '*.root' | wc -l)
shape=(--nodes 1 --cores "$(nproc)" --features 1 --ranks 1 --epochs 1 --files "$files" --events "$(median 1 plan events)" --rate scatter=1e12)
# simulate N RATE: the run with N processes of ingest and one rate for all steps, as an object of seconds by step.
simulate() {
  ./daprhep simulate-cluster "${shape[@]}" --ingest "$1" $(printf -- "--rate %s=$2 " "${steps[@]}") --json \
    | jq -c '[.steps[] | {key: .step, value: .seconds}] | from_entries'
}
# The rate of a step is the one with which its simulation takes as long as the runs with one process did, beside what it takes without work.
idle=$(simulate 1 1e12) slow=$(simulate 1 1000)
options=("${shape[@]}")
for step in "${steps[@]}"; do
  options+=(--rate "$step=$(jq -n "$slow.$step as \$slow | $idle.$step as \$idle | $(median 1 "$step" seconds) as \$run
    | (\$slow - \$idle) * 1000 / ([\$run - \$idle, 0.001] | max)")")
done

printf '| processes of ingest | simulated, s | run, s (median of %d) | off by |\n| ---: | ---: | ---: | ---: |\n' "$rounds"
off=0
for n in 1 2 3; do
  simulated=$(./daprhep simulate-cluster "${options[@]}" --ingest "$n" --json | jq .makespan)
  run=$(jq -s '[.[] | [.plan, .convert, .statistics, .shards, .train, .evaluate | .seconds] | add] | sort | .[length / 2 | floor]' "$work/$n"-*.json)
  jq -rn "$simulated as \$s | $run as \$r | \"| $n | \(\$s * 100 | round / 100) | \(\$r * 100 | round / 100) | \((\$s / \$r - 1) * 100 | round) % |\""
  [ "$(jq -n "($simulated / $run - 1) | fabs <= 0.25")" = true ] || off=1
done
exit $off
