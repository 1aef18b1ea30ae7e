#!/bin/sh
# verify.sh - recomputes a draw of protocol shuang/1 from its bundle with sh, awk, sort and sha256sum.
#
#   sh verify.sh BUNDLE-DIRECTORY
#
# exit 0  complete and right (never given here: this script does not verify log signatures)
#      1  a contradiction
#      2  unreadable, wrong syntax, files missing or of another stage
#      3  right so far, but sealed or without verified log proofs
#
# Needs: POSIX sh, awk, sort, xargs, and sha256sum (or openssl, which is required for SM3).
# Roots are recomputed up to 10,000 leaves per frame; larger frames are named as not checked.
# Deliberately absent: the signature of the log's checkpoint, of a drand beacon, and zip files (unzip first).
# A bundle is a directory of plain files; take this script from the documentation, not from the bundle.
set -u
LC_ALL=C; export LC_ALL
umask 077
MAX_LEAVES=10000

[ $# -eq 1 ] && [ -d "$1" ] || { echo "用法：sh verify.sh 案卷目录" >&2; exit 2; }
B=$1
T=$(mktemp -d "${TMPDIR:-/tmp}/verify.XXXXXX") || exit 2
trap 'rm -rf "$T"' EXIT
trap 'exit 2' HUP INT TERM
WRONG=0
ok() { echo "正确  $*"; }
bad() { echo "错误  $*"; WRONG=1; }
open() { echo "未核  $*" >>"$T/open"; }
die() { echo "无法读取  $*" >&2; echo "结论 2：无法读取"; exit 2; }
want() { if [ "$1" = "$2" ]; then ok "$3"; else bad "$3（应为 $2，实为 $1）"; fi; }
: >"$T/open"

# ---- which files, which stage ---------------------------------------------------------------------
SEALED="freeze.txt seed.txt result.txt"
ORDERS="subjects.order inspectors.order teams.txt leaders.txt"
PUBLIC="$SEALED $ORDERS opened.tsv"
FULL="$PUBLIC secret.txt subjects.tsv inspectors.tsv recusals.tsv"
RECEIPTS="freeze.entry freeze.proof result.entry result.proof"
N=0
for path in "$B"/* "$B"/.[!.]*; do
  [ -e "$path" ] || continue
  name=${path##*/}
  case " $FULL $RECEIPTS " in *" $name "*) ;; *) die "$name：案卷中不应有这个文件" ;; esac
  [ -f "$path" ] || die "$name：不是普通文件"
  case " $RECEIPTS " in *" $name "*) ;; *) N=$((N + 1)) ;; esac
done
all() { for name in $1; do [ -f "$B/$name" ] || return 1; done; }
if all "$FULL"; then STAGE=full
elif all "$PUBLIC" && [ $N -eq 8 ]; then STAGE=public
elif all "$SEALED" && [ $N -eq 3 ]; then STAGE=sealed
else die "文件不齐，或混入了后一阶段的文件"
fi
echo "阶段  $STAGE"

# Every file: only visible ASCII (and TAB in .tsv), LF line ends, the last line ended.
for name in $FULL; do
  [ -s "$B/$name" ] || continue
  case $name in *.tsv) allowed='\11\12\40-\176' ;; *) allowed='\12\40-\176' ;; esac
  [ "$(tr -d "$allowed" <"$B/$name" | wc -c)" -eq 0 ] || die "$name：含有协议不允许的字符"
  [ "$(tail -c 1 "$B/$name" | wc -l)" -eq 1 ] || die "$name：最后一行没有换行符"
done

# ---- grammar --------------------------------------------------------------------------------------
# Functions shared by the awk programs below. POSIX awk has no intervals everywhere, so lengths are counted.
cat >"$T/lib.awk" <<'AWK'
function die(m) { print FILENAME " 第 " FNR " 行：" m; failed = 1; exit 1 }
function isname(s) { return length(s) >= 1 && length(s) <= 31 && s !~ /[^0-9A-Za-z._-]/ }
function isstratum(s,  p) { p = index(s, ":"); return p ? isname(substr(s, 1, p - 1)) && isname(substr(s, p + 1)) : isname(s) }
function ishash(s) { return length(s) == 64 && s !~ /[^0-9a-f]/ }
function iscount(s) { return length(s) >= 1 && length(s) <= 10 && s !~ /[^0-9]/ && (s == "0" || s !~ /^0/) }
function isstatus(s) { return s == "draw" || ((s ~ /^must:/ || s ~ /^skip:/) && isname(substr(s, 6))) }
function isdigits(s) { return s != "" && s !~ /[^0-9]/ }
function need(ok) { if (!ok) die("不合格式：" $0) }
AWK

cat >"$T/freeze.awk" <<'AWK'
# Order of the lines as a rank; a line may follow only a lower rank, or its own if it repeats.
BEGIN {
  FS = " "
  n = split("campaign attempt suite plan extends subjects stratum must skip inspectors draw-inspectors recusals team assign area leader secret party dice reveal-by beacon", order, " ")
  for (i = 1; i <= n; i++) rank[order[i]] = i
  split("stratum draw-inspectors team area leader party", r, " "); for (i in r) repeats[r[i]] = 1
}
{ if ($0 ~ /  / || $0 ~ /^ / || $0 ~ / $/) die("多余的空格") }
NR == 1 { if ($0 != "shuang/1 freeze") die("应为 shuang/1 freeze"); next }
{
  if (!($1 in rank)) die("未知的行")
  if (rank[$1] < at || (rank[$1] == at && !($1 in repeats))) die("重复或次序不对的行：" $1)
  at = rank[$1]; seen[$1]++
}
$1 == "campaign" { need(NF == 2 && isname($2)) }
$1 == "attempt" { need(NF == 2 && iscount($2) && $2 > 0) }
$1 == "suite" { need($0 == "suite sm3") }
$1 == "plan" || $1 == "extends" || $1 == "secret" { need(NF == 2 && ishash($2)) }
$1 == "subjects" || $1 == "inspectors" || $1 == "recusals" { need(NF == 3 && iscount($2) && ishash($3)); leaves[$1] = $2 }
$1 == "stratum" {
  need(NF == 4 && isstratum($2) && iscount($3) && iscount($4))
  if (strata && !(before < $2)) wrong("分层没有按字节升序，或有重复")
  if ($4 + 0 > $3 + 0) wrong("层 " $2 " 抽取数超过名单数")
  before = $2; strata++; total += $3
}
$1 == "must" || $1 == "skip" { need(NF == 2 && iscount($2)); total += $2 }
$1 == "draw-inspectors" {
  need(NF == 4 && isstratum($2) && iscount($3) && iscount($4))
  if ($2 in m) wrong("检查人员类别重复")
  kinds++; kind[kinds] = $2; m[$2] = $4; people += $3
  if ($4 + 0 > $3 + 0) wrong("检查人员抽取数超过在册数")
}
$1 == "team" {
  need(NF == 3 && isstratum($2) && iscount($3)); teams++
  if ($2 != kind[teams]) die("team 与 draw-inspectors 的名称或次序不一致")
  t[$2] = $3; size += $3
  if ($3 + 0 > m[$2] + 0) wrong($2 " 抽取人数不足一组")
}
$1 == "assign" {
  need($0 == "assign pairs" || (NF == 3 && $2 == "groups" && iscount($3) && $3 > 0))
  g = $2 == "groups" ? $3 : 0
  if (g) for (i = 1; i <= kinds; i++) if (m[kind[i]] != g * t[kind[i]]) wrong("分组人数不等于组数 × 每组人数")
}
$1 == "area" { need(NF == 2 && isname($2) && g); if (areas++ && !(lastarea < $2)) wrong("片区没有按字节升序"); lastarea = $2 }
$1 == "leader" { need(NF == 2 && isname($2)); if ($2 in lead) wrong("组长重复"); lead[$2] = 1 }
$1 == "party" { need(NF == 3 && isname($2) && ishash($3)); if ($2 in named) wrong("见证人重复"); named[$2] = 1 }
$1 == "dice" { need(NF == 2 && isname($2)) }
$1 == "reveal-by" { need(NF == 2 && iscount($2)) }
$1 == "beacon" { p = index($2, ":"); need(NF == 3 && isname($3) && (p ? isname(substr($2, 1, p - 1)) && ishash(substr($2, p + 1)) : isname($2))) }
function wrong(m) { print m > WRONGS }
END {
  if (failed) exit 1
  for (i = 1; i <= n; i++) if (!(order[i] in repeats) && order[i] !~ /^(suite|extends|dice|beacon)$/ && !seen[order[i]]) { print "freeze.txt 缺少 " order[i] " 行"; exit 1 }
  if (teams != kinds || !kinds) { print "freeze.txt 的 team 与 draw-inspectors 不成对"; exit 1 }
  if (total != leaves["subjects"]) wrong("对象名单合计不符")
  if (people > leaves["inspectors"]) wrong("检查人员合计超过名单")
  if (size < 2) wrong("每组少于两人")
}
AWK
: >"$T/wrongs"
MESSAGE=$(awk -v WRONGS="$T/wrongs" -f "$T/lib.awk" -f "$T/freeze.awk" "$B/freeze.txt") || die "$MESSAGE"
if [ -s "$T/wrongs" ]; then while read -r line; do bad "FREEZE：$line"; done <"$T/wrongs"; else ok "FREEZE 的各行次序、数量与规则相符"; fi

value() { awk -v k="$1" '$1 == k { print substr($0, length(k) + 2); exit }' "$B/freeze.txt"; }
CAMPAIGN=$(value campaign); ATTEMPT=$(value attempt); ASSIGN=$(value assign)
case $(value suite) in
  sm3) command -v openssl >/dev/null || die "国密案卷需要 openssl"; HASH="openssl dgst -sm3 -r" ;;
  *) if command -v sha256sum >/dev/null; then HASH=sha256sum; else HASH="openssl dgst -sha256 -r"; fi ;;
esac
hash() { $HASH | cut -c1-64; }
hashfile() { hash <"$1"; }
# All files of a directory at once: "<name> <hash>" sorted by name.
hashall() { (cd "$1" && find . -type f | sed 's,^\./,,' | xargs $HASH) | awk '{ h = $1; n = $2; sub(/^\*/, "", n); if (n != "-") print n, h }' | sort; }

# ---- seed.txt and result.txt ----------------------------------------------------------------------
cat >"$T/seed.awk" <<'AWK'
FILENAME ~ /freeze.txt$/ {
  if ($1 == "party") { source[++n] = "party " $2; commitment[n] = $3 }
  if ($1 == "dice") source[++n] = $0
  if ($1 == "beacon") source[++n] = $0
  next
}
{ if ($0 ~ /  / || $0 ~ /^ / || $0 ~ / $/) die("多余的空格") }
FNR == 1 { need($0 == "shuang-seed/1") }
FNR == 2 { need($0 == "campaign " CAMPAIGN) }
FNR == 3 { need($0 == "attempt " ATTEMPT) }
FNR == 4 { need(NF == 2 && $1 == "freeze" && ishash($2)); print "freeze", $2 }
FNR > 4 {
  i = FNR - 4; s = source[i]
  if (i > n || substr($0, 1, length(s) + 1) != s " ") die("来源与 FREEZE 公布的不同")
  rest = substr($0, length(s) + 2); k = split(rest, v, " ")
  if (k == 2 && v[1] == "absent" && isname(v[2])) { print "absent", s, v[2]; next }
  if ($1 == "party") { need(k == 1 && ishash(rest)); print "party", $2, rest, commitment[i]; next }
  if ($1 == "dice") { need(k == 1 && isdigits(rest) && length(rest) <= 200); print "dice", $2; next }
  if ($2 ~ /^drand:/) need(k == 1 && length(rest) == 96 && rest !~ /[^0-9a-f]/)
  else for (j = 1; j <= k; j++) need(length(v[j]) == 2 && isdigits(v[j]))
  if ($2 == "cwl-ssq") { need(k == 7); for (j = 1; j <= k; j++) need(v[j] + 0 >= 1 && v[j] + 0 <= (j < 7 ? 33 : 16) && (j == 1 || j == 7 || v[j] + 0 > v[j - 1] + 0)) }
  need(k >= 1 && k <= 40); print "beacon", $2, $3
}
END { if (!failed && FNR - 4 != n) { print "seed.txt 缺少来源"; exit 1 } }
AWK
awk -v CAMPAIGN="$CAMPAIGN" -v ATTEMPT="$ATTEMPT" -f "$T/lib.awk" -f "$T/seed.awk" "$B/freeze.txt" "$B/seed.txt" >"$T/seed" || die "$(tail -n 1 "$T/seed")"

cat >"$T/result.awk" <<'AWK'
FILENAME ~ /freeze.txt$/ { if ($1 == "stratum") { stratum[++n] = $2; k[n] = $4 } next }
{ if ($0 ~ /  / || $0 ~ /^ / || $0 ~ / $/) die("多余的空格") }
FNR == 1 { need($0 == "shuang/1 result") }
FNR == 2 { need($0 == "campaign " CAMPAIGN) }
FNR == 3 { need($0 == "attempt " ATTEMPT) }
FNR == 4 { need(NF == 2 && $1 == "freeze" && ishash($2)); print "freeze", $2 }
FNR == 5 { need(NF == 2 && $1 == "seed" && ishash($2)); print "seed", $2 }
FNR > 5 && FNR <= 5 + n { i = FNR - 5; need(NF == 3 && $1 == "cutoff" && $2 == stratum[i] && ($3 == "-" || ishash($3))); print "cutoff", $2, k[i], $3 }
FNR > 5 + n { i = FNR - 5 - n; split("subjects.order inspectors.order teams.txt leaders.txt", f, " "); need(NF == 3 && $1 == "file" && i <= 4 && $2 == f[i] && ishash($3)); print "file", $2, $3 }
END { if (!failed && FNR != 9 + n) { print "result.txt 行数不对"; exit 1 } }
AWK
awk -v CAMPAIGN="$CAMPAIGN" -v ATTEMPT="$ATTEMPT" -f "$T/lib.awk" -f "$T/result.awk" "$B/freeze.txt" "$B/result.txt" >"$T/result" || die "$(tail -n 1 "$T/result")"

FREEZE=$(hashfile "$B/freeze.txt"); SEED=$(hashfile "$B/seed.txt")
want "$(awk '$1 == "freeze" { print $2 }' "$T/seed")" "$FREEZE" "种子文件属于这份 FREEZE"
want "$(awk '$1 == "freeze" { print $2 }' "$T/result")" "$FREEZE" "RESULT 属于这份 FREEZE"
want "$(awk '$1 == "seed" { print $2 }' "$T/result")" "$SEED" "种子由种子文件算出"
while read -r kind a b c; do
  case $kind in
    party) want "$(printf 'shuang-party/1\n%s\n%s\n' "$a" "$b" | hash)" "$c" "见证人 $a 的随机数与承诺一致" ;;
    absent) open "$a $b $c 缺席" ;;
    dice) open "骰子 $a 的点数，请对照现场记录" ;;
    beacon) open "信标 $a $b 的值，请对照其官方公布" ;;
  esac
done <"$T/seed"
if awk '$1 == "cutoff" && ($3 == 0) != ($4 == "-") { bad = 1 } END { exit bad }' "$T/result"; then ok "每个抽取的层都有分界签号"; else bad "分界签号与抽取数不符"; fi

# ---- public: the order files and the opened leaves -------------------------------------------------
# Writes the texts of the leaves (salt, nonce, cover known) and gives "<row> <leafhash>".
# Input: lines "row id stratum status area salt nonce cover"; scratch directory name in $2, kind in $3.
leafhashes() {
  mkdir -p "$T/$2.a" "$T/$2.b"
  awk -v d="$T/$2.a" '{
    f = d "/" $1 ".mark"; printf "shuang-mark/1\n%s\n%s\n%s\n%s\n", $3, $4, $5, $8 > f; close(f)
    f = d "/" $1 ".seal"; printf "shuang-seal/1\n%s\n", $6 > f; close(f)
  }' "$1"
  hashall "$T/$2.a" >"$T/$2.marks"
  awk -v c="$CAMPAIGN" -v n="$ATTEMPT" -v kind="$3" '
    NR == FNR { made[$1] = $2; next }
    { printf "printf '\''\\000shuang-leaf/1\\n%s\\n%s\\n%s\\n%s\\n%s\\n%s\\n%s\\n'\'' >%s\n", c, n, kind, $2, made[$1 ".mark"], $7, made[$1 ".seal"], $1 }
  ' "$T/$2.marks" "$1" >"$T/$2.sh"
  (cd "$T/$2.b" && sh "$T/$2.sh")
  hashall "$T/$2.b"
  rm -rf "$T/$2.a" "$T/$2.b"
}
# "<row> <ticket>" for lines "row scope id salt".
tickets() {
  mkdir -p "$T/$2.t"
  awk -v d="$T/$2.t" -v seed="$SEED" '{ f = d "/" $1; printf "shuang-ticket/1\n%s\n%s\n%s\n%s\n", seed, $2, $3, $4 > f; close(f) }' "$1"
  hashall "$T/$2.t"
  rm -rf "$T/$2.t"
}

cat >"$T/order.awk" <<'AWK'
{ need(NF == 3 && ishash($1) && isstratum($2) && ishash($3) && $0 == $1 " " $2 " " $3); if (FNR > 1 && !(before < $0)) die("没有按字节升序"); before = $0 }
AWK

public() {
  awk '$1 == "file" { print $2, $3 }' "$T/result" >"$T/files"
  while read -r name published; do want "$(hashfile "$B/$name")" "$published" "$name 与 RESULT 公布的摘要一致"; done <"$T/files"
  for name in subjects.order inspectors.order; do
    MESSAGE=$(awk -f "$T/lib.awk" -f "$T/order.awk" "$B/$name") || die "$MESSAGE"
  done
  MESSAGE=$(awk '
    FILENAME ~ /freeze.txt$/ { if ($1 == "stratum") { size[$2] = $3; k[$2] = $4 } next }
    FILENAME ~ /result$/ { if ($1 == "cutoff") cutoff[$2] = $4; next }
    { n[$2]++; if (n[$2] == k[$2]) at[$2] = $1; if (!($2 in size)) { print "未公布的层 " $2; bad = 1; exit 1 } }
    END { if (bad) exit 1; for (s in size) { if (n[s] + 0 != size[s] || (k[s] > 0 ? at[s] : "-") != cutoff[s]) { print "层 " s " 的数量或分界签号不符"; exit 1 } } }
  ' "$B/freeze.txt" "$T/result" "$B/subjects.order") && ok "每层的数量与分界签号和次序文件一致" || bad "$MESSAGE"
  awk '
    FILENAME ~ /freeze.txt$/ { if ($1 == "draw-inspectors") size[$2] = $3; next }
    { n[$2]++; if (!($2 in size)) bad = 1 }
    END { for (s in size) if (n[s] + 0 != size[s]) bad = 1; exit bad }
  ' "$B/freeze.txt" "$B/inspectors.order" && ok "检查人员各类人数相符" || bad "检查人员各类人数不符"
  opened
}

cat >"$T/opened.awk" <<'AWK'
BEGIN { FS = "\t" }
{
  if (NF != 9 || !isname($1) || !isstratum($2) || !isstatus($3) || $3 ~ /^skip:/ || !isname($4) || !ishash($5) || !ishash($6) || !ishash($7) || !iscount($8)) die("不合格式")
  if ($9 != "-") { k = split($9, sibling, ","); for (i = 1; i <= k; i++) if (!ishash(sibling[i])) die("路径不合格式") }
  if (FNR > 1 && !(before < $0)) die("没有按字节升序")
  before = $0; print FNR, $1, $2, $3, $4, $5, $6, $7, $8, $9
}
AWK

# Follows every path one level at a time: "row hash index last path" until no path is left (RFC 9162, 2.1.3.2).
cat >"$T/step.awk" <<'AWK'
BEGIN { for (i = 0; i < 256; i++) oct[sprintf("%02x", i)] = sprintf("\\%03o", i) }
function bytes(h,  i, o) { o = ""; for (i = 1; i < 64; i += 2) o = o oct[substr(h, i, 2)]; return o }
{
  fn = $3; sn = $4; path = $5; cut = index(path, ",")
  sibling = cut ? substr(path, 1, cut - 1) : path; rest = cut ? substr(path, cut + 1) : "-"
  if (sn == 0) { print $1, "-", 0, 0, "-" > NEXT; next }
  if (fn % 2 || fn == sn) {
    text = bytes(sibling) bytes($2)
    while (fn % 2 == 0 && fn != 0) { fn = int(fn / 2); sn = int(sn / 2) }
  } else text = bytes($2) bytes(sibling)
  print $1, "?", int(fn / 2), int(sn / 2), rest > NEXT
  printf "printf '\\001%s' >%d\n", text, $1
}
AWK
inclusions() { # lines "row hash index last path"; prints "row root", "-" where the path does not fit
  cp "$1" "$T/walk"; : >"$T/arrived"; LEVEL=0
  while [ -s "$T/walk" ] && [ $LEVEL -le 64 ]; do
    LEVEL=$((LEVEL + 1))
    awk -v DONE="$T/arrived" '$5 == "-" { print $1, ($4 == 0 ? $2 : "-") >> DONE; next } { print }' "$T/walk" >"$T/going"
    [ -s "$T/going" ] || break
    mkdir "$T/steps"; : >"$T/next"
    awk -v NEXT="$T/next" -f "$T/step.awk" "$T/going" >"$T/steps.sh"
    (cd "$T/steps" && sh "$T/steps.sh")
    hashall "$T/steps" >"$T/stepped"
    awk -v steps="$T/stepped" 'FILENAME == steps { hash[$1] = $2; next } { if ($2 == "?") $2 = hash[$1]; print }' "$T/stepped" "$T/next" >"$T/walk"
    rm -rf "$T/steps"
  done
  cat "$T/arrived"
}

opened() {
  awk -f "$T/lib.awk" -f "$T/opened.awk" "$B/opened.tsv" >"$T/opened" || die "$(tail -n 1 "$T/opened")"
  leafhashes "$T/opened" ol subject >"$T/opened.leaf"
  awk '{ print $1, "subject", $2, $6 }' "$T/opened" >"$T/opened.in"
  tickets "$T/opened.in" ot >"$T/opened.ticket"
  awk -v ticketfile="$T/opened.ticket" -v leaffile="$T/opened.leaf" '
    FILENAME == ticketfile { ticket[$1] = $2; next }
    FILENAME == leaffile { leaf[$1] = $2; next }
    { print ticket[$1], $2, $3, $4, leaf[$1] }
  ' "$T/opened.ticket" "$T/opened.leaf" "$T/opened" >"$T/opened.rows"
  LAST=$(($(value subjects | cut -d ' ' -f 1) - 1))
  awk -v last="$LAST" -v leaffile="$T/opened.leaf" 'FILENAME == leaffile { leaf[$1] = $2; next } { print $1, leaf[$1], ($9 > last ? -1 : $9), last, $10 }' "$T/opened.leaf" "$T/opened" >"$T/opened.walk"
  ROOT=$(value subjects | cut -d ' ' -f 2)
  if awk '$3 < 0 { exit 1 }' "$T/opened.walk" && inclusions "$T/opened.walk" | awk -v root="$ROOT" '$2 != root { bad = 1 } END { exit bad }'; then ok "公开的每条记录都在 FREEZE 公布的对象树中"; else bad "opened.tsv 中有不在对象树中的记录"; fi
  # drawn lines of subjects.order against opened draw leaves
  awk 'NR == FNR { if ($1 == "stratum") k[$2] = $4; next } k[$2]-- > 0 { print }' "$B/freeze.txt" "$B/subjects.order" | sort >"$T/drawn"
  awk '$4 == "draw" { print $1, $3, $5 }' "$T/opened.rows" | sort >"$T/drawn.opened"
  if cmp -s "$T/drawn" "$T/drawn.opened"; then ok "抽中的对象逐一打开，与次序文件一致"; else bad "opened.tsv 与抽中的次序行不一致"; fi
  want "$(awk '$4 != "draw"' "$T/opened.rows" | wc -l | tr -d ' ')" "$(value must)" "必查对象数与 FREEZE 一致"
  sort "$T/opened.rows" | awk '!($2 in seen) { seen[$2] = 1; print $2 }' >"$T/visits"
  WIDTH=$(awk '$1 == "team" { n += $3 } END { print n + 1 }' "$B/freeze.txt")
  MESSAGE=$(awk -v w="$WIDTH" '
    { line = $1; for (i = 2; i <= NF; i++) { line = line " " $i; if ($i != "-" && (NR, $i) in seen) { print "teams.txt 同组重复"; exit 1 } seen[NR, $i] = 1 } if (NF != w || line != $0) { print "teams.txt 第 " NR " 行格式不对"; exit 1 } }' "$B/teams.txt") || die "$MESSAGE"
  cut -d ' ' -f 1 "$B/teams.txt" >"$T/teams.ids"; cut -d ' ' -f 1 "$B/leaders.txt" >"$T/leaders.ids"
  if cmp -s "$T/visits" "$T/teams.ids" && cmp -s "$T/visits" "$T/leaders.ids"; then ok "检查次序等于签号次序，每个对象一次"; else bad "teams.txt 或 leaders.txt 的次序不对"; fi
  awk 'NR == FNR { if ($1 == "leader") lead[$2] = 1; next } NF != 2 || !($2 in lead) { exit 1 }' "$B/freeze.txt" "$B/leaders.txt" && ok "组长都在事先指派的名单内" || bad "leaders.txt 中有未事先指派的组长"
}

# ---- full: everything again from the frames and S --------------------------------------------------
cat >"$T/frame.awk" <<'AWK'
BEGIN { FS = "\t" }
{
  if (FNR > 1 && !(before < $0)) die("没有按字节升序"); before = $0
  p = index($1, ":")
  if (KIND == "recusal") good = p && isname(substr($1, 1, p - 1)) && isname(substr($1, p + 1)) && $2 == "-" && $3 == "pair" && $4 == "-"
  else good = isname($1) && isstratum($2) && isstatus($3) && isname($4)
  if (NF != 4 || !good) die("不合格式")
  print FNR, $1, $2, $3, $4
}
AWK

# Adds salt, nonce, cover to "row id stratum status area".
open_rows() {
  mkdir -p "$T/$2.s"
  awk -v d="$T/$2.s" -v c="$CAMPAIGN" -v n="$ATTEMPT" -v kind="$2" -v S="$SECRET" '{
    f = d "/" $1 ".salt"; printf "shuang-salt/1\n%s\n%s\n%s\n%s\n%s\n", c, n, kind, $2, S > f; close(f)
    f = d "/" $1 ".nonce"; printf "shuang-nonce/1\n%s\n%s\n%s\n%s\n%s\n", c, n, kind, $2, S > f; close(f)
    f = d "/" $1 ".cover"; printf "shuang-cover/1\n%s\n%s\n%s\n%s\n%s\n%s\n", c, n, kind, $2, $3, S > f; close(f)
  }' "$1"
  hashall "$T/$2.s" | awk 'NR == FNR { made[$1] = $2; next } { print $0, made[$1 ".salt"], made[$1 ".nonce"], made[$1 ".cover"] }' - "$1"
  rm -rf "$T/$2.s"
}

# Root of the leaf hashes on stdin: RFC 6962 over their ascending order.
root() {
  sort >"$T/level"
  [ -s "$T/level" ] || { printf '' | hash; return; }
  while [ "$(wc -l <"$T/level")" -gt 1 ]; do
    mkdir "$T/nodes"
    awk '
      BEGIN { for (i = 0; i < 256; i++) oct[sprintf("%02x", i)] = sprintf("\\%03o", i) }
      function bytes(h,  i, o) { o = ""; for (i = 1; i < 64; i += 2) o = o oct[substr(h, i, 2)]; return o }
      NR % 2 { left = $1; next }
      { printf "printf '\''\\001%s%s'\'' >%09d\n", bytes(left), bytes($1), NR / 2; left = "" }
    ' "$T/level" >"$T/nodes.sh"
    (cd "$T/nodes" && sh "$T/nodes.sh")
    { hashall "$T/nodes" | cut -d ' ' -f 2; if [ $(($(wc -l <"$T/level") % 2)) -eq 1 ]; then tail -n 1 "$T/level"; fi; } >"$T/above"
    mv "$T/above" "$T/level"; rm -rf "$T/nodes"
  done
  cat "$T/level"
}

frame() { # kind file
  awk -v KIND="$1" -f "$T/lib.awk" -f "$T/frame.awk" "$B/$2" >"$T/$1.raw" || die "$(tail -n 1 "$T/$1.raw")"
  COUNT=$(wc -l <"$T/$1.raw" | tr -d ' ')
  want "$COUNT" "$(value "${2%.tsv}" | cut -d ' ' -f 1)" "$2 的条数与 FREEZE 一致"
  if [ "$COUNT" -gt $MAX_LEAVES ]; then
    open "$2 有 $COUNT 条，超过本脚本的 $MAX_LEAVES 条：请用 mingqian verify 或网页核对"; TOO_MANY=1; return
  fi
  open_rows "$T/$1.raw" "$1" >"$T/$1.open"
  leafhashes "$T/$1.open" "$1" "$1" >"$T/$1.leaf"
  want "$(cut -d ' ' -f 2 "$T/$1.leaf" | root)" "$(value "${2%.tsv}" | cut -d ' ' -f 2)" "$2 的树根与 FREEZE 一致"
  [ "$1" = recusal ] && return
  awk -v kind="$1" '{ print $1, kind, $2, $6 }' "$T/$1.open" >"$T/$1.in"
  tickets "$T/$1.in" "$1" >"$T/$1.ticket"
  # "ticket stratum leafhash id status area salt"
  awk -v ticketfile="$T/$1.ticket" -v leaffile="$T/$1.leaf" '
    FILENAME == ticketfile { ticket[$1] = $2; next }
    FILENAME == leaffile { leaf[$1] = $2; next }
    { print ticket[$1], $3, leaf[$1], $2, $4, $5, $6 }
  ' "$T/$1.ticket" "$T/$1.leaf" "$T/$1.open" | sort >"$T/$1.rows"
  awk '$5 == "draw" { print $1, $2, $3 }' "$T/$1.rows" >"$T/$1.order"
  if cmp -s "$T/$1.order" "$B/${1}s.order"; then ok "${1}s.order 重新算出，逐字节相同"; else bad "${1}s.order 与重新算出的不同"; fi
}

cat >"$T/rules.awk" <<'AWK'
# What FREEZE must refuse (protocol 3.3), seen from the opened frames.
FILENAME ~ /freeze.txt$/ {
  if ($1 == "stratum") { size[$2] = $3; declared++ }
  if ($1 == "must" || $1 == "skip") count[$1] = $2
  if ($1 == "draw-inspectors") { kinds++; kind[kinds] = $2; pool[$2] = $3 }
  if ($1 == "team") t[$2] = $3
  if ($1 == "area") area[$2] = 1
  if ($1 == "area") areas++
  if ($1 == "leader") lead[++leads] = $2
  next
}
FILENAME ~ /subject.raw$/ {
  if (($2, $3) in leafseen) wrong("对象重复：" $2 " " $3); leafseen[$2, $3] = 1
  occurs[$3] = 1; if ($4 == "draw") have[$3]++; else total[substr($4, 1, 4)]++
  if ($4 !~ /^skip:/) visitable[$2] = 1
  if ($2 in where && where[$2] != $5) wrong("对象的片区不一致：" $2); where[$2] = $5
  if (areas ? !($5 in area) : $5 != "-") wrong("片区不对：" $2)
  next
}
FILENAME ~ /inspector.raw$/ {
  if ($2 in authority) wrong("检查人员重复：" $2); authority[$2] = $3; fit[$2] = $4 == "draw"
  if (!($3 in pool) || $5 != "-") wrong("检查人员类别或片区不对：" $2)
  if ($4 == "draw") { free[$3]++; }
  next
}
{ split($2, pair, ":"); if ($2 in paired) wrong("回避重复：" $2); paired[$2] = 1
  if (fit[pair[1]]) less[pair[2], authority[pair[1]]]++
  blocked[pair[2]] = 1 }
function wrong(m) { print m > WRONGS }
END {
  for (s in occurs) found++
  if (found != declared) wrong("出现的分层与 FREEZE 不一致")
  for (s in size) if (have[s] + 0 != size[s] || !(s in occurs)) wrong("层 " s " 的条数不符")
  if (total["must"] + 0 != count["must"] || total["skip"] + 0 != count["skip"]) wrong("必查或不查的条数不符")
  for (i = 1; i <= kinds; i++) if (free[kind[i]] + 0 != pool[kind[i]]) wrong("检查人员 " kind[i] " 的人数不符")
  for (s in visitable) {
    any = 1
    if (!leads) wrong("没有指派组长")
    if (!(s in blocked)) continue
    for (i = 1; i <= kinds; i++) if (free[kind[i]] - less[s, kind[i]] < t[kind[i]]) wrong("可派人员不足：" s)
    left = 0; for (i = 1; i <= leads; i++) if (!((lead[i] ":" s) in paired)) left++
    if (!left) wrong("没有不需回避的组长：" s)
  }
}
AWK

cat >"$T/visit.awk" <<'AWK'
# Visits in ticket order: "id salt area", and their opened leaves into LEAVES as "id stratum".
NR == FNR { if ($1 == "stratum") k[$2] = $4; next }
{ drawn = $5 == "draw" && k[$2]-- > 0 }
drawn || $5 ~ /^must:/ { print $4, $2 > LEAVES; if (!($4 in seen)) { seen[$4] = 1; print $4, $7, $6 } }
AWK

cat >"$T/teamin.awk" <<'AWK'
# Every team ticket that may be needed: "row scope id salt".
FILENAME ~ /freeze.txt$/ { if ($1 == "assign" && $2 == "groups") g = $3; if ($1 == "draw-inspectors") m[$2] = $4; if ($1 == "area") print "a." $2, "area", $2, "-"; next }
FILENAME ~ /inspector.rows$/ { if ($5 == "draw" && used[$2]++ < m[$2]) { id[++n] = $4; salt[n] = $7 } next }
g { for (i = 1; i <= g; i++) print FNR "." i, "team:" $1, i, $2; next }
{ for (i = 1; i <= n; i++) print FNR "." id[i], "team:" $1, id[i], salt[i] }
AWK

cat >"$T/team.awk" <<'AWK'
FILENAME ~ /freeze.txt$/ {
  if ($1 == "assign" && $2 == "groups") g = $3
  if ($1 == "draw-inspectors") { kinds++; kind[kinds] = $2; m[$2] = $4 }
  if ($1 == "team") t[$2] = $3
  if ($1 == "area") area[++areas] = $2
  next
}
FILENAME ~ /recusal.raw$/ { recused[$2] = 1; next }
FILENAME ~ /inspector.rows$/ { if ($5 == "draw") { c = ++people[$2]; who[$2, c] = $4 } next }
FILENAME ~ /team.ticket$/ { ticket[$1] = $2; next }
!prepared { prepared = 1; if (g) deal() }
{ line = $1; if (g) grouped(); else paired(); print line }
function reserve(s, subject,  i) {
  for (i = m[s] + 1; i <= people[s]; i++) if (!((s, i) in used) && !((who[s, i] ":" subject) in recused)) { used[s, i] = 1; return who[s, i] }
  return "-"
}
function paired(  x, s, need, i, best, key, bestkey, taken) {
  for (x = 1; x <= kinds; x++) {
    s = kind[x]
    for (need = t[s]; need > 0; need--) {
      best = 0
      for (i = 1; i <= m[s]; i++) {
        if ((who[s, i] in taken) || ((who[s, i] ":" $1) in recused)) continue
        key = sprintf("%09d %s %s", load[who[s, i]], ticket[FNR "." who[s, i]], who[s, i])
        if (!best || key < bestkey) { best = i; bestkey = key }
      }
      if (!best) break
      taken[who[s, best]] = 1; line = line " " who[s, best]
    }
    for (; need > 0; need--) line = line " " reserve(s, $1)
  }
  for (i in taken) load[i]++
}
function deal(  i, j, swap) {
  for (i = 1; i <= areas; i++) for (j = i + 1; j <= areas; j++)
    if (ticket["a." area[j]] < ticket["a." area[i]]) { swap = area[i]; area[i] = area[j]; area[j] = swap }
  for (i = 1; i <= areas; i++) home[area[i]] = (i - 1) % g + 1
}
function isblocked(j,  x, i) {
  for (x = 1; x <= kinds; x++) for (i = j; i <= m[kind[x]]; i += g) if ((who[kind[x], i] ":" $1) in recused) return 1
  return 0
}
function leastof(all,  j, best, key, bestkey) {
  best = 0
  for (j = 1; j <= g; j++) {
    if (!all && isblocked(j)) continue
    key = sprintf("%09d %s %09d", load[j], ticket[FNR "." j], j)
    if (!best || key < bestkey) { best = j; bestkey = key }
  }
  return best
}
function grouped(  j, x, i, s) {
  j = home[$3] + 0
  if (!j || isblocked(j)) { j = leastof(0); if (!j) j = leastof(1) }
  load[j]++
  for (x = 1; x <= kinds; x++) {
    s = kind[x]
    for (i = j; i <= m[s]; i += g) line = line " " (((who[s, i] ":" $1) in recused) ? reserve(s, $1) : who[s, i])
  }
}
AWK

full() {
  SECRET=$(cat "$B/secret.txt")
  [ "$(wc -c <"$B/secret.txt" | tr -d ' ')" = 65 ] && [ "${#SECRET}" = 64 ] || die "secret.txt 应为 64 位十六进制数字一行"
  case $SECRET in *[!0-9a-f]*) die "secret.txt 应为 64 位小写十六进制数字" ;; esac
  want "$(printf 'shuang-secret/1\n%s\n' "$SECRET" | hash)" "$(value secret)" "秘密 S 与 FREEZE 的承诺一致"
  TOO_MANY=
  frame subject subjects.tsv; frame inspector inspectors.tsv; frame recusal recusals.tsv
  : >"$T/wrongs"
  awk -v WRONGS="$T/wrongs" -f "$T/rules.awk" "$B/freeze.txt" "$T/subject.raw" "$T/inspector.raw" "$T/recusal.raw"
  if [ -s "$T/wrongs" ]; then while read -r line; do bad "名单：$line"; done <"$T/wrongs"; else ok "名单符合冻结规则"; fi
  [ -z "$TOO_MANY" ] || return 0
  : >"$T/leaves"
  awk -v LEAVES="$T/leaves" -f "$T/visit.awk" "$B/freeze.txt" "$T/subject.rows" >"$T/visit"
  awk -f "$T/teamin.awk" "$B/freeze.txt" "$T/inspector.rows" "$T/visit" >"$T/team.in"
  tickets "$T/team.in" team >"$T/team.ticket"
  awk -f "$T/team.awk" "$B/freeze.txt" "$T/recusal.raw" "$T/inspector.rows" "$T/team.ticket" "$T/visit" >"$T/teams.made"
  if cmp -s "$T/teams.made" "$B/teams.txt"; then ok "teams.txt 重新算出，逐字节相同"; else bad "teams.txt 与重新算出的不同"; fi
  awk '
    FILENAME ~ /freeze.txt$/ { if ($1 == "leader") lead[++n] = $2; next }
    FILENAME ~ /recusal.raw$/ { recused[$2] = 1; next }
    { l = "-"; for (i = n; i >= 1; i--) if (!((lead[i] ":" $1) in recused)) l = lead[i]; print $1, l }
  ' "$B/freeze.txt" "$T/recusal.raw" "$T/visit" >"$T/leaders.made"
  if cmp -s "$T/leaders.made" "$B/leaders.txt"; then ok "leaders.txt 重新算出，逐字节相同"; else bad "leaders.txt 与重新算出的不同"; fi
  awk 'NR == FNR { keep[$1, $2] = 1; next } (($2, $3) in keep) { printf "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", $2, $3, $4, $5, $6, $7, $8 }' "$T/leaves" "$T/subject.open" | sort >"$T/opened.made"
  cut -f 1-7 "$B/opened.tsv" >"$T/opened.there"
  if cmp -s "$T/opened.made" "$T/opened.there"; then ok "opened.tsv 打开的正是查访的对象"; else bad "opened.tsv 与重新算出的不同"; fi
}

# ---- the log entries (their proofs and signatures are for mingqian verify) --------------------------
receipts() {
  for kind in freeze result; do
    if [ ! -f "$B/$kind.entry" ] || [ ! -f "$B/$kind.proof" ]; then open "$kind 没有日志存在性证明"; continue; fi
    record=$(sha256sum <"$B/$kind.txt" | cut -c1-64)
    if [ "$(wc -l <"$B/$kind.entry" | tr -d ' ')" = 5 ] && [ "$(sed -n 1,2p "$B/$kind.entry")" = "shuang/1 entry
type $kind" ] && [ "$(sed -n 5p "$B/$kind.entry")" = "record $record" ]; then ok "$kind.entry 说的是这份 $kind"; else bad "$kind.entry 说的不是这份 $kind"; fi
    open "$kind.proof：存在性证明与检查点签名，请用 mingqian verify --log-key"
  done
}

[ $STAGE = sealed ] || public
[ $STAGE = full ] && full
receipts
case $STAGE in
  sealed) open "谁被抽中、谁去检查：仍在封存；分界签号与四个文件的摘要此时只能看到，不能重算" ;;
  public) open "未抽中对象的类别与状态、检查人员的签号与回避：要用完整案卷" ;;
esac
cat "$T/open"
if [ $WRONG -ne 0 ]; then echo "结论 1：发现矛盾"; exit 1; fi
echo "结论 3：到目前为止全部正确，但还不完整（本脚本不验日志签名）"
exit 3
