#!/bin/sh
# A register of 1,000,000 entries comes in as a file: all of them new, then all of them changed, on SQLite and, if
# MINGQIAN_BENCH_POSTGRES names an empty database, there too. Prints wall, user and system seconds and peak memory
# of each import; on SQLite also how long another process that asks for the writer all the while waited for it in all, staging and
# writing together, which is what an import holds up others, and its ratio to what bare SQLite takes for the same entries on the same disk, without a log;
# then the audit, which must find nothing. It fails if an import held the writer for more than 60 s, which is
# what is promised of a million entries (docs/adr/0012).
# The other figures are for a human: the ratios may be compared between machines, the seconds may not.
# MINGQIAN=path uses a binary that is there already.
set -eu
cd "$(dirname "$0")/.."
count="${COUNT:-1000000}"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
if [ -z "${MINGQIAN:-}" ]; then
    cargo build --release --quiet --package server
    MINGQIAN="${CARGO_TARGET_DIR:-$PWD/target}/release/mingqian"
fi
bureau=样例市城市管理局
python3 benches/register.py rows "$count" "$folder/new.csv" 路
python3 benches/register.py rows "$count" "$folder/changed.csv" 街

measured() {
    label="$1"
    shift
    /usr/bin/time -f "$label: %e s wall, %U s user, %S s system, %M KiB at most" "$@" >"$folder/said" 2>"$folder/told" || {
        cat "$folder/said" "$folder/told"
        exit 1
    }
    tail -n 1 "$folder/told"
}

comes_in() {
    file="$1"
    shift
    measured "$label" "$MINGQIAN" import subjects "$folder/$file.csv" --unit "$bureau" --set 行政区划代码=411202 "$@"
}

# SQLite: another process asks for the writer all the while.
unset MINGQIAN_DATABASE
"$MINGQIAN" init --bureau "$bureau" --district 411202 --origin bench.example/log --data "$folder/data" >/dev/null
for file in new changed; do
    rm -f "$folder/stop"
    python3 benches/register.py held "$folder/data/mingqian.sqlite" "$folder/stop" >"$folder/held.$file" &
    label="sqlite, $count $file"
    comes_in "$file" --data "$folder/data"
    touch "$folder/stop"
    wait
done
python3 benches/register.py bare "$folder/data/mingqian.sqlite" "$folder/bare.sqlite" >"$folder/bare"
cat "$folder/held.new" "$folder/held.changed" "$folder/bare" | tr '\n' ' ' | awk -v count="$count" '{
    said = "sqlite, %d %s: the writer was held for %.1f s, bare SQLite takes %.1f s, ratio %.2f\n"
    printf said said, count, "new", $1, $3, $1 / $3, count, "changed", $2, $4, $2 / $4
    if ($1 > 60 || $2 > 60) {
        print "register.sh: the writer was held for more than 60 s"
        exit 1
    }
}'
measured "sqlite, audit" "$MINGQIAN" audit --data "$folder/data"
du -sk "$folder/data" | awk '{ print "sqlite: " $1 " KiB" }'

if [ -n "${MINGQIAN_BENCH_POSTGRES:-}" ]; then
    MINGQIAN_DATABASE="$MINGQIAN_BENCH_POSTGRES"
    export MINGQIAN_DATABASE
    set -- --data "$folder/keys"
    "$MINGQIAN" init --bureau "$bureau" --district 411202 --origin bench.example/log "$@" >/dev/null
    for file in new changed; do
        label="postgresql, $count $file"
        comes_in "$file" "$@"
    done
    measured "postgresql, audit" "$MINGQIAN" audit "$@"
fi
