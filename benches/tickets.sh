#!/bin/sh
# Tickets and selection of 3,000,000 codes against DuckDB's `ORDER BY sha256(seed || id) LIMIT n` on the
# same cores, in turn; the ratio of the medians is what counts. Both answers must be the same ids.
# Needs python3 with venv and network access to PyPI for duckdb (bench only, never shipped).
set -eu
cd "$(dirname "$0")/.."
count="${COUNT:-3000000}"
k="${K:-30000}"
rounds="${ROUNDS:-5}"
cores="$(nproc)"
seed=3a886a47f4f1ef0fd234da2aa8359964daa81135e7c0e994a96ccac761201ced
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet duckdb
python3 benches/ids.py "$count" "$folder/ids.txt"
cargo build --release --quiet --package draw --example tickets
ours="${CARGO_TARGET_DIR:-target}/release/examples/tickets"
round=1
while [ "$round" -le "$rounds" ]; do
    "$ours" "$folder/ids.txt" "$seed" "$k" "$cores" >"$folder/ours"
    "$folder/venv/bin/python" benches/tickets.py "$folder/ids.txt" "$seed" "$k" "$cores" >"$folder/theirs"
    head -n 1 "$folder/ours" >>"$folder/ours.ms"
    head -n 1 "$folder/theirs" >>"$folder/theirs.ms"
    tail -n +2 "$folder/ours" >"$folder/a"
    tail -n +2 "$folder/theirs" >"$folder/b"
    cmp "$folder/a" "$folder/b" || { echo 'tickets: the two answers differ'; exit 1; }
    round=$((round + 1))
done
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
a="$(median "$folder/ours.ms")"
b="$(median "$folder/theirs.ms")"
echo "$count ids, $k chosen, $cores threads, median of $rounds: ours $a ms, duckdb $b ms, ratio $(awk "BEGIN { printf \"%.3f\", $a / $b }")"
