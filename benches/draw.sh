#!/bin/sh
# A whole draw of 3,000,000 codes from files, as a bureau without a server runs it: freeze, result, open and
# verify of the full bundle. Prints wall, user and system seconds and peak memory of each, and the bytes
# written. Figures for a human, not a test; compare only runs made side by side on an idle machine.
# MINGQIAN=path uses a binary that is there already.
set -eu
cd "$(dirname "$0")/.."
count="${COUNT:-3000000}"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
if [ -z "${MINGQIAN:-}" ]; then
    cargo build --release --quiet --package server
    MINGQIAN="${CARGO_TARGET_DIR:-$PWD/target}/release/mingqian"
fi
python3 benches/ids.py "$count" "$folder/ids.txt"
awk 'BEGIN { print "id,name,class,status" } { print $0 ",对象" NR "," substr("ABCD", NR % 4 + 1, 1) ",draw" }' \
    "$folder/ids.txt" >"$folder/subjects.csv"
awk 'BEGIN { print "id,authority"; for (n = 1; n <= 400; n++) printf "F%04d,\n", n }' >"$folder/inspectors.csv"
nonce() { printf '%s' "bench $1" | sha256sum | cut -c1-64; }
commitment() { printf 'shuang-party/2\nBENCH-2026-1\n1\n%s\n%s\n' "$1" "$(nonce "$1")" | sha256sum | cut -c1-64; }
echo 'bench' >"$folder/rulebook.txt"
cat >"$folder/plan.toml" <<PLAN
campaign = "BENCH-2026-1"
attempt = 1
document = "$(sha256sum "$folder/rulebook.txt" | cut -c1-64)"
rulebook = "bench-1"
rulebook-text = "rulebook.txt"
ceremony = 1796085000
min-level = 1
reveal-from = 1796085000
reveal-by = 1796088600
assign = "pairs"
leaders = ["L001"]
[[item]]
code = "-"
rule = "pool 1/100"
classes = { A = "1/100", B = "2/100", C = "3/100", D = "4/100" }
[[authority]]
code = "-"
drawn = 200
team = 2
[[party]]
name = "discipline"
commitment = "$(commitment discipline)"
[[party]]
name = "justice"
commitment = "$(commitment justice)"
PLAN
# Exit 3 of verify means right, but without log receipts: all that a draw without a server can be.
measured() {
    label="$1"
    shift
    if [ -x /usr/bin/time ]; then
        /usr/bin/time -o "$folder/time" -f '%e %U %S %M' "$@" >"$folder/said" || [ $? -eq 3 ] || { cat "$folder/said"; exit 1; }
        tail -n 1 "$folder/time" | awk -v label="$label" \
            '{ printf "%-8s wall %6.2f s  user %6.2f s  sys %5.2f s  peak %5d MB\n", label, $1, $2, $3, $4 / 1024 }'
        tail -n 1 "$folder/time" >>"$folder/$label.times"
    else
        echo "$label"
        bash -c 'time "$@"' bash "$@" >"$folder/said" || [ $? -eq 3 ] || { cat "$folder/said"; exit 1; }
    fi
}
echo "$count codes, $(nproc) cores, load $(cut -d ' ' -f 1 /proc/loadavg 2>/dev/null || echo unknown)"
measured freeze "$MINGQIAN" draw freeze --subjects "$folder/subjects.csv" \
    --inspectors "$folder/inspectors.csv" --plan "$folder/plan.toml" --out "$folder/draw" --at 1796084000
measured result "$MINGQIAN" draw result --out "$folder/draw" --at 1796085000 \
    --nonce "discipline=$(nonce discipline)" --nonce "justice=$(nonce justice)"
measured open "$MINGQIAN" draw open --out "$folder/draw" --stage full --bundle "$folder/bundle"
measured verify "$MINGQIAN" verify "$folder/bundle"
grep '^结论' "$folder/said"
if [ -x /usr/bin/time ]; then
    cat "$folder/freeze.times" "$folder/result.times" "$folder/open.times" |
        awk '{ wall += $1; cpu += $2 + $3 } END { printf "draw in sum: wall %.2f s, cpu %.2f s\n", wall, cpu }'
fi
du -sk "$folder/bundle" | awk '{ printf "bundle %d MB\n", $1 / 1024 }'
