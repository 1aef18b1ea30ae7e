#!/bin/sh
# verify.sh - recomputes a draw of protocol shuang/1 or shuang/2 from its bundle with sh, awk, sort, sha256sum
# or openssl, and the text tools every system has.
#
#   sh verify.sh BUNDLE-DIRECTORY
#
# exit 1  a contradiction
#      2  unreadable: not the files of one stage and kind, or a file breaks its grammar
#      3  right so far (0 is never given: this script verifies no signature of the log)
#
# Needs: POSIX sh, awk, sort, xargs, od, and sha256sum or openssl (openssl for SM3).
# Roots are recomputed up to 10,000 leaves per frame; larger frames are named as not checked.
# Deliberately absent: the signatures of the log and of drand, zip files (unzip first), the frames of borrowed
# inspectors, several attempts beside each other. Each is named in the output.
# A bundle is a directory of plain files; take this script from the documentation, not from the bundle.
#
# Reading order: names and stage, grammar, then the checks in the order of SPEC-draw 8.1.
set -u
LC_ALL=C; export LC_ALL
unset CDPATH
umask 077
MAX_LEAVES=10000

[ $# -eq 1 ] && [ -d "$1" ] || { echo "用法：sh verify.sh 案卷目录" >&2; exit 2; }
case $1 in /*) B=$1 ;; *) B=./$1 ;; esac
T=$(mktemp -d "${TMPDIR:-/tmp}/verify.XXXXXX") || exit 2
trap 'rm -rf "$T"' EXIT
trap 'exit 2' HUP INT TERM
RIGHT=0; WRONG=0; STEPS=
ok() { echo "正确  $*"; RIGHT=$((RIGHT + 1)); }
bad() { echo "错误  $*"; WRONG=$((WRONG + 1)); }
open() { echo "未核  $*" >>"$T/open"; }
die() {
  echo "无法读取  $*" >&2
  echo "结论 2：无法读取"; echo "办理步骤：读不了，没有判断。"; echo "技术核对：读不了，没有核对。"
  exit 2
}
want() { if [ "$1" = "$2" ]; then ok "$3"; else bad "$3（应为 $2，实为 $1）"; fi; }
step() { STEPS="$STEPS${STEPS:+；}$*"; }
# judge TITLE COMMAND…: every line the command prints is a contradiction.
judge() {
  title=$1; shift
  "$@" >"$T/wrongs" || die "$title：awk 没有正常结束"
  if [ -s "$T/wrongs" ]; then while read -r line; do bad "$title：$line"; done <"$T/wrongs"; else ok "$title"; fi
}
: >"$T/open"
mkdir "$T/b" "$T/g"

# ---- which files ------------------------------------------------------------------------------------
# Copied first, so that no name of a folder is ever read as an option or an assignment.
FILES=
for path in "$B"/* "$B"/.[!.]* "$B"/..?*; do
  [ -e "$path" ] || [ -L "$path" ] || continue
  name=${path##*/}
  case $name in *[!0-9a-z.-]*|[!a-z]*) die "案卷中不应有这个文件：$name" ;; esac
  { [ ! -L "$path" ] && [ -f "$path" ]; } || die "$name：不是普通文件"
  cp "$path" "$T/b/$name" 2>/dev/null || die "$name：读不出"
  FILES="$FILES $name"
done
cd "$T" || exit 2
have() { [ -f "b/$1" ]; }

# Every file: visible ASCII, LF line ends, the last line ended. Proofs hold the names of signers as UTF-8.
for name in $FILES; do
  [ -s "b/$name" ] || continue
  [ "$(od -An -tx1 -N3 "b/$name" | tr -d ' \n')" != efbbbf ] || die "$name：开头有 BOM（字节 EF BB BF），协议不允许；请重新下载，不要用编辑器改存"
  case $name in
    *.tsv) allowed='\11\12\41-\176' ;;
    *.proof) allowed='\12\40-\377' ;;
    *) allowed='\12\40-\176' ;;
  esac
  [ "$(tr -d "$allowed" <"b/$name" | wc -c)" -eq 0 ] || die "$name：含有协议不允许的字符"
  [ "$(tail -c 1 "b/$name" | wc -l)" -eq 1 ] || die "$name：最后一行没有换行符"
done

V=2; ATTEMPT_FILE=b/plan.txt
if have freeze.txt; then
  ATTEMPT_FILE=b/freeze.txt
  case $(sed -n 1p b/freeze.txt) in shuang/1\ *) V=1 ;; esac
fi
RECORDS=; KIND=drawn; CHANGES=
# stage NAME FILES RECORDS: this stage if exactly these files are there, receipts of the records aside.
stage() {
  [ -z "${STAGE:-}" ] || return 0
  due=0; for name in $2; do have "$name" || return 0; due=$((due + 1)); done
  there=0
  for name in $FILES; do case $name in *.entry|*.proof) ;; *) there=$((there + 1)) ;; esac; done
  [ $there -eq $due ] || return 0
  STAGE=$1; WITH=" $2 "; RECORDS=$3
}
STAGE=
ORDERS="subjects.order inspectors.order teams.txt leaders.txt"
FRAMES="secret.txt subjects.tsv inspectors.tsv recusals.tsv"
if [ $V = 1 ]; then
  core="freeze.txt seed.txt result.txt"
  stage sealed "$core" "freeze result"
  stage public "$core $ORDERS opened.tsv" "freeze result"
  stage full "$core $ORDERS opened.tsv $FRAMES" "freeze result"
else
  n=1; while have change-$n.txt; do CHANGES="$CHANGES change-$n"; n=$((n + 1)); done
  opened="seed.txt result.txt open.txt $ORDERS opened.tsv persons.tsv"
  if have void.txt; then
    KIND=void
    stage public "plan.txt void.txt" "plan void"
    stage public "plan.txt freeze.txt void.txt" "plan freeze void"
    core="plan.txt freeze.txt reveal.txt void.txt"; records="plan freeze reveal void"
    stage sealed "$core" "$records"
    stage public "$core $opened" "$records open"
    stage full "$core $opened $FRAMES" "$records open"
  else
    core="plan.txt freeze.txt reveal.txt"; records="plan freeze reveal result"
    stage sealed "$core seed.txt result.txt" "$records"
    files="$core $opened"; for x in $CHANGES; do files="$files $x.txt"; done
    stage public "$files" "$records$CHANGES open"
    stage full "$files $FRAMES" "$records$CHANGES open"
  fi
fi
[ -n "$STAGE" ] || die "文件不齐，或有不该有的文件、后一阶段的文件"
RECEIPTS=
for name in $FILES; do
  case $name in *.entry|*.proof) ;; *) continue ;; esac
  x=${name%.*}
  case " $RECORDS " in *" $x "*) ;; *) die "$name：案卷中不应有这份凭证" ;; esac
  { have "$x.entry" && have "$x.proof"; } || die "$x：日志凭证应成对，这里只有一半"
done
for x in $RECORDS; do if have "$x.entry"; then RECEIPTS="$RECEIPTS $x"; fi; done
with() { case $WITH in *" $1 "*) return 0 ;; *) return 1 ;; esac; }
echo "协议  shuang/$V"; echo "阶段  $STAGE"

# ---- grammar ----------------------------------------------------------------------------------------
# A grammar is the sequence of lines the protocol gives, each after how often it stands: 1, ? (at most once), * or +.
# A second sign demands ascending order: < of the second word, # of it as a number, ! of the whole line.
cat >grammar.awk <<'AWK'
function digits(s) { return s != "" && s !~ /[^0-9]/ }
function number(s, most) { return digits(s) && (s "" == "0" || s !~ /^0/) && length(s) <= most }
function old(s) { return number(s, 20) && (length(s) < 20 || (s "") <= "18446744073709551615") }
function name(s) { return length(s) >= 1 && length(s) <= 31 && s !~ /[^0-9A-Za-z._-]/ && (V == 1 || s !~ /^[._-]/) }
function dash(s) { return s "" == "-" || name(s) }
function hash(s) { return length(s) == 64 && s !~ /[^0-9a-f]/ }
function twice(s, first, second,  p) {
  p = index(s, ":")
  return p > 0 && (first == "drand" ? substr(s, 1, p - 1) == "drand" || (V == 1 && name(substr(s, 1, p - 1))) : name(substr(s, 1, p - 1))) &&
    (second == "hash" ? hash(substr(s, p + 1)) : name(substr(s, p + 1)))
}
function fraction(s,  p) {
  if (split(s, p, "/") != 2 || !number(p[1], 10) || !number(p[2], 10)) return 0
  return p[2] + 0 >= 1 && p[1] + 0 <= p[2] + 0 && p[2] + 0 <= (V == 1 ? 1000000000 : 1000000)
}
function path(s,  k, part, n) {
  if (s "" == "-") return 1
  n = split(s, part, ",")
  for (k = 1; k <= n; k++) if (!hash(part[k])) return 0
  return 1
}
function is(type, s) {
  if (type ~ /^(name|id|code|reason|round)$/) return name(s)
  if (type ~ /^(item|kind|area|place)$/) return dash(s)
  if (type == "class") return name(s)
  if (type == "stratum") return name(s) || twice(s, "name", "name")
  if (type == "pair") return twice(s, "name", "name")
  if (type == "hash") return hash(s)
  if (type == "person") return s "" == "-" || (V == 1 ? name(s) : hash(s))
  if (type == "cut") return s "" == "-" || hash(s)
  if (type == "none") return s "" == "none" || hash(s)
  if (type == "source") return name(s) || twice(s, "drand", "hash")
  if (type == "count") return V == 1 ? old(s) : number(s, 8)
  if (type == "time") return V == 1 ? old(s) : number(s, 10)
  if (type == "visit") return number(s, 8) && s "" != "0"
  if (type == "attempt") return number(s, 10) && s "" != "0" && s + 0 <= 4294967295
  if (type == "fraction") return fraction(s)
  if (type == "version") return length(s) >= 1 && length(s) <= 63
  if (type == "status") return s "" == "draw" || (V == 2 && s == "pair") || (s ~ /^(must|skip):/ && name(substr(s, 6)))
  if (type == "digits") return digits(s) && length(s) <= 200
  if (type == "path") return path(s)
  return 0
}
# Types that take the rest of the line.
function rest(type, s,  w, n, k) {
  if (type == "value") return length(s) <= (V == 1 ? 400 : 200) && s !~ /[^0-9a-f +]/
  n = split(s, w, " ")
  if (type == "rule") return s == "ceiling" || s == "full" || (n == 2 && ((w[1] == "pool" && fraction(w[2])) || (w[1] == "fixed" && is("count", w[2]))))
  for (k = 1; k <= n; k++) if (!dash(w[k])) return 0
  return n > 0
}
function fits(form, line,  f, w, n, m, j, type, at) {
  n = split(form, f, " "); m = split(line, w, " "); at = 1
  for (j = 1; j <= n; j++) {
    if (j > m) return 0
    if (f[j] ~ /^</) {
      type = substr(f[j], 2, length(f[j]) - 2)
      if (type ~ /^(value|rule|codes)$/) return rest(type, substr(line, at))
      if (!is(type, w[j])) return 0
    } else if (f[j] "" != w[j] "") return 0
    at += length(w[j]) + 1
  }
  return n == m
}
function any(forms, line,  f, n, k) {
  n = split(forms, f, " [|] ")
  for (k = 1; k <= n; k++) if (fits(f[k], line)) return 1
  return 0
}
function die(m) { if (!failed) print FILE " 第 " FNR " 行：" m; failed = 1; exit 0 }
BEGIN { i = 1 }
NR == FNR { n++; mult[n] = substr($1, 1, 1); rise[n] = substr($1, 2); form[n] = substr($0, length($1) + 2); next }
{
  if ($0 ~ /^ / || $0 ~ / $/ || $0 ~ /  /) die("多余的空格")
  while (i <= n && !((seen[i] == 0 || mult[i] ~ /[*+]/) && any(form[i], $0))) {
    if (mult[i] ~ /[1+]/ && !seen[i]) die("应为 " form[i])
    i++
  }
  if (i > n) die("不合格式，或未知、重复、次序不对的行：" substr($0, 1, 60))
  if (seen[i]++ && rise[i] != "") {
    key = rise[i] == "!" ? $0 : $2
    if (rise[i] == "#" ? !(before + 0 < key + 0) : !((before "") < (key ""))) die("没有升序排列，或有重复")
  }
  before = rise[i] == "!" ? $0 : $2
}
END { if (!failed) for (; i <= n; i++) if (mult[i] ~ /[1+]/ && !seen[i]) { print FILE "：缺少 " form[i]; exit 0 } }
AWK
# reads GRAMMAR FILE [VERSION]: the file follows the grammar on standard input, or the bundle is unreadable.
reads() {
  cat >"g/$1"; text="b/$2"
  case $2 in *.tsv)
    text=g/text; tr '\11' ' ' <"b/$2" >$text
    [ "$(tr -dc ' ' <"b/$2" | wc -c)" -eq 0 ] || die "$2：应以 TAB 分隔" ;;
  esac
  MESSAGE=$(awk -v V="${3:-$V}" -v FILE="$2" -f grammar.awk "g/$1" "$text") || die "$2：awk 没有正常结束"
  [ -z "$MESSAGE" ] || die "$MESSAGE"
}
REF="1 campaign <name>
1 attempt <attempt>
1 freeze <hash>"

if with plan.txt; then
  case $(sed -n 1p b/plan.txt) in shuang/1\ *) PV=1 ;; *) PV=2 ;; esac
  if [ $PV = 1 ]; then own=; last="1 subject-reserve none | subject-reserve next"; area='*'; item='*<'; else own="1 rulebook <version> <hash>
1 ceremony <time>"; last=; area='*<'; item='+<'; fi
  reads plan plan.txt $PV <<EOF
1 shuang/$PV plan
1 campaign <name>
? suite sm3
1 document <hash>
${own:+$own
}$item item <item> <rule>
*< rate <stratum> <fraction>
* draw-inspectors <kind> <count>
* team <kind> <count>
1 assign pairs | assign groups <count>
$area area <name>
* leader <name>
* party <name>
? dice <name>
? beacon <source>
1 min-level 0 | min-level 1 | min-level 2
1 plan-seconds <count>
1 freeze-seconds <count>${last:+
$last}
EOF
  MESSAGE=$(awk -v V=$PV '
    $1 == "item" { item[$2] = 1; items++ }
    $1 == "rate" {
      p = index($2, ":")
      if (!((p ? substr($2, 1, p - 1) : "-") in item)) print "rate 的事项没有列出：" $2
      if (V == 2 && substr($2, p + 1) == "all") print "等级 all 不能有 rate"
    }
    $1 == "draw-inspectors" { kinds = kinds " " $2 }
    $1 == "team" { teams = teams " " $2 }
    END {
      if (V == 2 && items > 1 && ("-" in item)) print "未命名的事项“-”只能单独出现"
      if (kinds != teams) print "team 与 draw-inspectors 的种类或次序不同"
    }' b/plan.txt)
  [ -z "$MESSAGE" ] || die "plan.txt：$MESSAGE"
fi

if with freeze.txt; then
  if [ $V = 1 ]; then rise='*'; from=; when=; else rise='*<'; from="1 reveal-from <time>
"; when=" <time>"; fi
  kind=kind; [ $V = 2 ] || kind=place
  reads freeze freeze.txt <<EOF
1 shuang/$V freeze
1 campaign <name>
1 attempt <attempt>
? suite sm3
1 plan <hash>
? extends <hash>
1 subjects <count> <hash>
$rise stratum <stratum> <count> <count>
1 must <count>
1 skip <count>
1 inspectors <count> <hash>
+ draw-inspectors <$kind> <count> <count>
1 recusals <count> <hash>
* team <$kind> <count>
1 assign pairs | assign groups <count>
$rise area <name>
* leader <name>
1 secret <hash>
* party <name> <hash>
? dice <name>
${from}1 reveal-by <time>
? beacon <source> <round>$when
EOF
fi

if [ $V = 1 ]; then
  reads seed seed.txt <<EOF
1 shuang-seed/1
$REF
* party <name> <hash> | party <name> absent <reason>
? dice <name> <digits> | dice <name> absent <reason>
? beacon <source> <round> <value> | beacon <source> <round> absent <reason>
EOF
  reads result result.txt <<EOF
1 shuang/1 result
$REF
1 seed <hash>
* cutoff <stratum> <cut>
1 file subjects.order <hash>
1 file inspectors.order <hash>
1 file teams.txt <hash>
1 file leaders.txt <hash>
EOF
else
  if with reveal.txt; then reads reveal reveal.txt <<EOF
1 shuang/2 reveal
$REF
* party <name> <hash> | party <name> absent timeout
? dice <name> <digits> | dice <name> absent timeout
EOF
  fi
  if with seed.txt; then
    reads seed seed.txt <<EOF
1 shuang-seed/2
$REF
1 reveal <hash>
? beacon <source> <round> <value>
EOF
    reads result result.txt <<EOF
1 shuang/2 result
$REF
1 seed <hash>
* cutoff <stratum> <cut>
1 file subjects.order <hash>
1 file inspectors.order <hash>
1 sealed teams.txt <hash>
1 sealed leaders.txt <hash>
EOF
  fi
  if with void.txt; then
    # The program voids after REVEAL only, and for one reason.
    by="1 approver <hash>
1 document <hash>"; reason="<reason>"; reveal="<none>"
    if [ "$(sed -n '$p' b/void.txt)" = "by program" ]; then by="1 by program"; reason=level-lost; reveal="<hash>"; fi
    if [ "$(sed -n 4p b/void.txt)" = "freeze none" ]; then
      [ "$by" != "1 by program" ] || die "void.txt：by program 只在揭示之后有"
      before="1 freeze none
1 plan <hash>
1 reveal none"; else before="1 freeze <hash>
1 reveal $reveal"; fi
    reads void void.txt <<EOF
1 shuang/2 void
1 campaign <name>
1 attempt <attempt>
$before
1 reason $reason
$by
EOF
  fi
  if with open.txt; then
    if [ "$(awk '$1 == "void"' b/open.txt | wc -l)" -gt 0 ]; then end="1 void <hash>
1 would <hash>"; else end="1 result <hash>
* change <hash>"; fi
    reads open open.txt <<EOF
1 shuang/2 open
$REF
$end
1 key teams.txt <hash>
1 key leaders.txt <hash>
1 file opened.tsv <hash>
1 file persons.tsv <hash>
EOF
    reads persons persons.tsv <<EOF
*! <code> <hash>
EOF
    [ -z "$(cut -f 1 b/persons.tsv | uniq -d)" ] || die "persons.tsv：有人出现两次"
    for x in $CHANGES; do
      case $(sed -n 1p "b/$x.txt") in
        "shuang/2 substitute") act="1 person <hash>
1 approver <hash>
1 document <hash>"; from="<person>"; lead="
* lead <visit> <person> <person>" ;;
        "shuang/2 recuse") act="1 visit <visit>
1 person <hash>
1 approver <hash>
1 document <hash>"; from="<person>"; lead="
* lead <visit> <person> <person>" ;;
        *) act="1 borrowed <hash>
1 result <hash>"; from=-; lead= ;;
      esac
      reads change "$x.txt" <<EOF
1 shuang/2 substitute | shuang/2 recuse | shuang/2 extend
$REF
1 sequence <visit>
$act
*# closed <visit>
* move <visit> <kind> $from <person>$lead
EOF
    done
  fi
fi

OPENED=; FULL=
if with opened.tsv; then
  OPENED=1
  kind=kind; code=code; [ $V = 2 ] || { kind=place; code=place; }
  reads order subjects.order <<EOF
* <hash> <stratum> <hash>
EOF
  reads order inspectors.order <<EOF
* <hash> <$kind> <hash>
EOF
  reads teams teams.txt <<EOF
* <id> <codes>
EOF
  reads leaders leaders.txt <<EOF
* <id> <$code>
EOF
  reads opened opened.tsv <<EOF
*! <id> <stratum> <status> <area> <hash> <hash> <hash> <count> <path>
EOF
fi
if with secret.txt; then
  FULL=1
  reads secret secret.txt <<EOF
1 <hash>
EOF
  reads frame subjects.tsv <<EOF
*! <id> <stratum> <status> <area>
EOF
  reads frame inspectors.tsv <<EOF
*! <id> <$kind> <status> <area>
EOF
  reads frame recusals.tsv <<EOF
*! <pair> - pair -
EOF
fi

# ---- receipts ------------------------------------------------------------------------------------------
cat >proof.awk <<'AWK'
# A receipt c2sp.org/tlog-proof@v1 as lines: "index", "size", "origin", "root" and "path" in hexadecimal.
function die(m) { if (!failed) print "错误 " m; failed = 1; exit 0 }
function number(s) { return s != "" && s !~ /[^0-9]/ && (s "" == "0" || s !~ /^0/) && (length(s) < 19 || (length(s) == 19 && (s "") <= "9223372036854775807")) }
# Powers by table: not every awk has them.
BEGIN { power[0] = 1; for (i = 1; i < 12; i++) power[i] = 2 * power[i - 1] }
# Canonical base64 as hexadecimal; "!" if it is not.
function unbase64(s,  i, c, held, bits, out, pad) {
  if (length(s) % 4 || s !~ /^[A-Za-z0-9+\/]*=?=?$/) return "!"
  pad = s ~ /==$/ ? 2 : s ~ /=$/ ? 1 : 0
  held = 0; bits = 0; out = ""
  for (i = 1; i <= length(s) - pad; i++) {
    c = index("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", substr(s, i, 1)) - 1
    held = held * 64 + c; bits += 6
    while (bits >= 4) { bits -= 4; c = int(held / power[bits]); out = out substr("0123456789abcdef", c + 1, 1); held -= c * power[bits] }
  }
  if (held || length(out) % 2 && substr(out, length(out)) != "0") return "!"
  return substr(out, 1, length(out) - length(out) % 2)
}
# The name of a log or of a key: no plus, no white space and no control character of Unicode, here by its bytes.
function plain(s) {
  return s != "" && s !~ /[ +\177]|\302[\200-\240]|\341\232\200|\342\200[\200-\212\250\251\257]|\342\201\237|\343\200\200/
}
# Whether high bytes stand as UTF-8 only: the longest sequences first, so that none is taken for a part of another.
function utf8(s) {
  gsub(/\360[\220-\277][\200-\277][\200-\277]|[\361-\363][\200-\277][\200-\277][\200-\277]|\364[\200-\217][\200-\277][\200-\277]/, ".", s)
  gsub(/\340[\240-\277][\200-\277]|[\341-\354\356\357][\200-\277][\200-\277]|\355[\200-\237][\200-\277]/, ".", s)
  gsub(/[\302-\337][\200-\277]/, ".", s)
  return s !~ /[\200-\377]/
}
function hash(s,  h) { h = unbase64(s); if (length(h) != 64) die("不是 32 字节的 base64"); return h }
{ size += length($0) + 1; if (size > 1048576) die("凭证超过 1 MiB") }
/[\200-\377]/ && !utf8($0) { die("不是 UTF-8 文本") }
part < 2 && FNR == 1 { if ($0 != "c2sp.org/tlog-proof@v1") die("不是 c2sp.org/tlog-proof@v1"); part = 0; next }
part == 0 && /^extra / && FNR == 2 { if (unbase64(substr($0, 7)) == "!") die("extra 不是 base64"); next }
part == 0 && !indexed { if ($1 != "index" || $0 != "index " $2 || !number($2)) die("缺少 index 行"); indexed = 1; print "index " $2; next }
part == 0 && $0 == "" { part = 1; head = 0; print "path" (path == "" ? " -" : path); next }
part == 0 { if (++hashes > 63) die("路径超过 63 个"); path = path (path == "" ? " " : ",") hash($0); next }
part == 1 && $0 == "" { if (head < 3) die("检查点不完整"); part = 2; next }
part == 1 {
  head++
  if (head == 1) { if (!plain($0)) die("检查点的来源名不合格式"); origin = $0; print "origin " $0 }
  if (head == 2) { if (!number($0)) die("检查点的大小不合格式"); entries = $0; print "size " $0 }
  if (head == 3) {
    if (entries "" == "0" && hash($0) != "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") die("空日志的树根有误")
    print "root " hash($0)
  }
  next
}
{
  signed++
  if (NF != 3 || $0 != $1 " " $2 " " $3 || $1 != "\342\200\224" || !plain($2) || length(unbase64($3)) < 10) die("签名行不合格式")
  # Four bytes of the key's id, 64 of an Ed25519 signature.
  if ($2 "" == origin "" && length(unbase64($3)) == 136 && !own++) print "own yes"
}
END { if (!failed && (part != 2 || !signed || signed > 64)) print "错误 没有签名的检查点" }
AWK
for x in $RECEIPTS; do
  case $(sed -n 2p "b/$x.entry") in
    "type part-number"|"type repair"|"type restart") head="shuang/2 entry" ;;
    "type plan"|"type freeze"|"type reveal"|"type result"|"type void"|"type substitute"|"type recuse"|"type extend"|"type part"|"type open"|"type publish"|"type key") head="shuang/1 entry" ;;
    *) die "$x.entry：不是日志条目的格式" ;;
  esac
  reads entry "$x.entry" 1 <<EOF
1 $head
1 type <name>
1 time <count>
1 act <hash>
1 record <hash>
EOF
  awk '$1 == "time" && (length($2) > 19 || (length($2) == 19 && ($2 "") > "9223372036854775807")) { exit 1 }' "b/$x.entry" || die "$x.entry：时间超出范围"
  awk -f proof.awk "b/$x.proof" >"$x.read" || die "$x.proof：awk 没有正常结束"
  if grep '^错误' "$x.read" >wrongs; then die "$x.proof：$(sed -n 1p wrongs)"; fi
done

# ---- hashing ----------------------------------------------------------------------------------------
value() { awk -v k="$1" '$1 == k { print substr($0, length(k) + 2); exit }' "$ATTEMPT_FILE"; }
CAMPAIGN=$(value campaign); ATTEMPT=$(value attempt)
# Before FREEZE the number stands in VOID alone.
[ -n "$ATTEMPT" ] || ATTEMPT=$(awk '$1 == "attempt" { print $2 }' b/void.txt)
echo "抽查任务 $CAMPAIGN，第 $ATTEMPT 次抽取"
if command -v sha256sum >/dev/null; then SHA256=sha256sum; else SHA256="openssl dgst -sha256 -r"; fi
case $SHA256 in openssl*) command -v openssl >/dev/null || die "需要 sha256sum 或 openssl" ;; esac
HASH=$SHA256
if [ "$(value suite)" = sm3 ]; then
  HASH="openssl dgst -sm3 -r"
  printf '' | $HASH >/dev/null 2>&1 || die "国密案卷需要支持 SM3 的 openssl"
fi
hash() { made=$($HASH) && echo "${made%% *}"; }
hashfile() { hash <"$1"; }
plainhash() { made=$($SHA256 <"$1") && echo "${made%% *}"; }
# Hash of its arguments, a LF after each.
lines() { printf '%s\n' "$@" | hash; }
# Lines "key text" on standard input, text as a format of printf: gives "key hash" for each, sorted by key.
# Keys are names of files; everything in the texts is letters, digits and . _ - : and so on.
batch() {
  rm -rf made; mkdir made
  awk '{ printf "printf '\''%s'\'' >%s\n", substr($0, length($1) + 2), $1 }' >made.sh
  [ -s made.sh ] || return 0
  (cd made && sh ../made.sh && ls | xargs $HASH) | awk '{ n = $2; sub(/^\*/, "", n); print n, $1 }' | sort
}

# ---- plan and freeze (checks 1 and 2) ------------------------------------------------------------------
cat >rules.awk <<'AWK'
# FREEZE by its own lines.
function more(a, b) { return length(a) != length(b) ? length(a) > length(b) : (a "") > (b "") }
# Sum of two numbers as text; doubles hold ten digits of it at a time.
function plus(a, b,  low, high) {
  low = substr(a, length(a) > 10 ? length(a) - 9 : 1) + substr(b, length(b) > 10 ? length(b) - 9 : 1)
  high = (length(a) > 10 ? substr(a, 1, length(a) - 10) : 0) + (length(b) > 10 ? substr(b, 1, length(b) - 10) : 0)
  if (low >= 10000000000) { low -= 10000000000; high++ }
  return high > 0 ? sprintf("%.0f%010.0f", high, low) : sprintf("%.0f", low)
}
function once(what, word) { if ((what, word) in known) print what " 重复：" word; known[what, word] = 1 }
BEGIN { total = "0"; people = "0" }
$1 == "extends" { extended = 1 }
$1 == "subjects" || $1 == "inspectors" { leaves[$1] = $2 }
V == 2 && ($1 == "subjects" || $1 == "inspectors" || $1 == "recusals") && $2 "" == "0" && $3 "" != NONE { print $1 " 一条也没有，树根却不是空树的根" }
$1 == "stratum" {
  if (strata++ && !((before "") < ($2 ""))) print "分层没有按字节升序，或有重复"
  before = $2; total = plus(total, $3)
  if (more($4, $3)) print "层 " $2 " 抽取数超过名单数"
}
$1 == "must" || $1 == "skip" { total = plus(total, $2) }
$1 == "draw-inspectors" {
  once("类别", $2); kinds++; kind[kinds] = $2; m[kinds] = $4; people = plus(people, $3)
  if (more($4, $3)) print "检查人员 " $2 " 抽取数超过在册数"
}
$1 == "team" {
  teams++; size += $3
  if (teams > kinds || ("" kind[teams]) != ("" $2)) print "team 与 draw-inspectors 的类别或次序不同：" $2
  else if (!extended && more($3, m[teams])) print "检查人员 " $2 " 抽取人数不足一组"
  t[teams] = $3
}
$1 == "assign" {
  groups = $2 == "groups"
  if (groups && $3 "" == "0") print "组数至少为 1"
  if (groups) for (i = 1; i <= kinds; i++) if (m[i] + 0 != $3 * t[i]) print "检查人员 " kind[i] " 抽取数不等于组数乘以每组人数"
}
$1 == "area" {
  if (!groups) print "片区只用于分组方式"
  if ($2 "" == "-") print "片区不能是 -"
  if (areas++ && !((lastarea "") < ($2 ""))) print "片区没有按字节升序，或有重复"
  lastarea = $2
}
$1 == "leader" { once("组长", $2); leaders++ }
$1 == "party" { once("见证人", $2); if (V == 2) once("承诺", $3) }
$1 == "reveal-from" { from = $2 }
$1 == "reveal-by" { by = $2; if (V == 2 && !(from + 0 < by + 0)) print "reveal-from 应早于 reveal-by" }
$1 == "beacon" {
  if (V == 1) { if ($2 ~ /:/ && $3 !~ /^(0|[1-9][0-9]*)$/) print "轮次应为没有前导零的数字：" $3; next }
  if (by + 0 >= $4 + 0) print "信标的时间不晚于 reveal-by"
  if ($2 ~ /:/) {
    if ($2 != "drand:52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971") print "drand 只认 quicknet 一条链"
    if ($3 !~ /^[1-9][0-9]*$/) print "drand 的轮次应为没有前导零的数字：" $3
    else if ($4 + 0 != 1692803367 + 3 * ($3 - 1)) print "信标的时间不是第 " $3 " 轮的时间"
  }
  else if (tolower($2) == "cwl-ssq" || tolower($2) == "tc-dlt") {
    if ($2 != tolower($2)) print "来源名称只有大小写与彩票名不同：" $2
    if ($3 ~ /[^0-9]/ || length($3) != ($2 == "cwl-ssq" ? 7 : 5)) print "期号不合格式：" $3
    else misplaced($2, $3, $4)
  }
}
# An issue of a lottery against its day in Beijing: three draws a week, from Sunday as 0, numbered anew each year.
function misplaced(source, issue, when,  ssq, day, year, first, days, d, most, number) {
  ssq = source == "cwl-ssq"; day = int((when + 28800) / 86400); year = 1970; first = 0
  while (day >= first + (days = year % 4 == 0 && (year % 100 || year % 400 == 0) ? 366 : 365)) { first += days; year++ }
  most = 0; for (d = first; d <= day; d++) if (index(ssq ? "024" : "136", (d + 4) % 7)) most++
  number = substr(issue, ssq ? 5 : 3) + 0
  if (substr(issue, 1, ssq ? 4 : 2) + 0 != (ssq ? year : year % 100)) print "期号的年份不是信标那一天的年份（北京时间）：" issue
  else if (number < 1 || number > most || number + 40 < most) print "到信标那一天，这一年按每周三期开到第 " most " 期，休市至多少开 40 期，期号是 " issue
}
END {
  if (teams != kinds) print "team 与 draw-inspectors 不成对"
  if (total != (leaves["subjects"] "")) print "对象名单合计不符：" total
  if (more(people, leaves["inspectors"])) print "检查人员合计超过名单"
  if (size < 2) print "每组少于两人"
  if (extended && (leaves["subjects"] + 0 || total != "0" || strata || areas || groups || (V == 2 && leaders))) print "借调名单不应有对象、分层、片区、分组" (V == 2 ? "、组长" : "")
}
AWK

cat >agree.awk <<'AWK'
# What FREEZE repeats of PLAN.
function add(which, key, text) { if (which == "p") p[key] = p[key] " " text; else f[key] = f[key] " " text }
FNR == 1 { file = file == "" ? "p" : "f"; version = file == "p" ? substr($1, 8) : version; next }
$1 == "campaign" || $1 == "suite" || $1 == "assign" { add(file, $1, substr($0, length($1) + 2)) }
$1 == "draw-inspectors" { add(file, $1, $2 " " (file == "p" ? $3 : $4)) }
$1 == "team" { add(file, $1, $2 " " $3) }
$1 == "area" || $1 == "leader" || $1 == "party" || $1 == "dice" || $1 == "beacon" { add(file, $1, $2) }
$1 == "extends" { extended = 1 }
file == "f" && $1 == "party" { parties++ }
file == "f" && ($1 == "beacon" || $1 == "dice") { beacon = 1 }
$1 == "min-level" { least = $2 }
$1 == "ceremony" { ceremony = $2 }
$1 == "reveal-from" { from = $2 }
END {
  n = split(extended ? "campaign suite team" : "campaign suite team draw-inspectors assign area leader party dice beacon", keys, " ")
  for (i = 1; i <= n; i++) if (p[keys[i]] "" != f[keys[i]] "") print keys[i] " 与方案不同"
  level = (parties >= 2) + beacon
  if (level < least) print "公布的来源至多达到 " level " 级，方案要求 " least " 级"
  if (!extended && version + 0 == 2 && from + 0 < ceremony + 0) print "reveal-from 早于仪式时间"
}
AWK

cat >quota.awk <<'AWK'
# k of every stratum by section 4. Products are divided digit by digit, so that no number passes 2^53.
function over(a, b, c,  i, r, q) { # q = a*b div c; the rest is left in REST
  a = sprintf("%.0f", a); r = 0; q = 0
  for (i = 1; i <= length(a); i++) { r = r * 10 + substr(a, i, 1) * b; q = q * 10 + (r - r % c) / c; r = r % c }
  REST = r
  return q
}
function up(a, p, q,  x) { x = over(a, p, q); return x + (REST > 0) }
function gcd(a, b,  c) { while (b) { c = a % b; a = b; b = c } return a }
function item(s,  p) { p = index(s, ":"); return p ? substr(s, 1, p - 1) : "-" }
FNR == 1 { files++; next }
files == 1 && $1 == "item" { rule[$2] = $3; amount[$2] = $4; items[++itemcount] = $2 }
files == 1 && $1 == "rate" { split($3, part, "/"); rateover[$2] = part[1]; rateunder[$2] = part[2] }
files == 2 && $1 == "stratum" {
  n++; s[n] = $2; N[n] = $3; k[n] = $4; of[n] = item($2); size[of[n]] += $3; count[of[n]]++
  if (!(of[n] in rule)) print "方案没有这个事项：" $2
}
END { for (x = 1; x <= itemcount; x++) check(items[x]) }
function check(it,  all, i, total, part, lcm, pool) {
  all = it == "-" ? "all" : it ":all"; pool = rule[it] == "pool"; total = amount[it] + 0
  if (pool) { split(amount[it], part, "/"); total = up(size[it] + 0, part[1], part[2]) }
  if (pool && size[it] < 20) {
    for (i = 1; i <= n; i++) if (of[i] == it) {
      if (s[i] "" != all) print "事项 " it " 不足 20 家，应合并为 " all
      else if (k[i] != total) print "层 " s[i] " 应抽 " total
    }
    return
  }
  for (i = 1; i <= n; i++) if (of[i] == it) {
    if (s[i] "" == all) { print "不应有合并的层 " all; return }
    if (!(s[i] in rateover)) { print "方案没有 rate：" s[i]; return }
    want[i] = 0
    if (rule[it] == "full") want[i] = N[i]
    if (rule[it] == "ceiling") want[i] = up(N[i], rateover[s[i]], rateunder[s[i]])
  }
  if (pool || rule[it] == "fixed") {
    lcm = 1
    for (i = 1; i <= n; i++) if (of[i] == it && lcm <= 1000000) lcm = lcm / gcd(lcm, rateunder[s[i]]) * rateunder[s[i]]
    if (lcm > 1000000) { print "事项 " it " 各层比例的公分母超过 1000000"; return }
    share(it, total, lcm)
  }
  for (i = 1; i <= n; i++) if (of[i] == it && want[i] != k[i]) printf "层 %s 应抽 %.0f，FREEZE 写 %s\n", s[i], want[i], k[i]
}
function share(it, total, lcm,  i, room, weight, w, open, left, full, best) {
  for (i = 1; i <= n; i++) if (of[i] == it) { w[i] = N[i] * rateover[s[i]] * (lcm / rateunder[s[i]]); if (w[i] > 0) { open[i] = 1; room += N[i] } }
  if (total > room) total = room
  do {
    weight = 0; full = 0; left = total
    for (i = 1; i <= n; i++) if (i in open) weight += w[i]
    for (i = 1; i <= n; i++) if (i in open) {
      want[i] = over(total, w[i], weight); rests[i] = REST
      if (want[i] >= N[i]) { want[i] = N[i]; left -= N[i]; full++; filled[i] = 1 } else delete filled[i]
    }
    if (full) { total = left; for (i = 1; i <= n; i++) if ((i in open) && (i in filled)) delete open[i] }
  } while (full)
  left = total
  for (i = 1; i <= n; i++) if (i in open) left -= want[i]
  for (; left > 0; left--) {
    best = 0
    for (i = 1; i <= n; i++) if ((i in open) && (!best || rests[i] > rests[best])) best = i
    want[best]++; delete open[best]
  }
}
AWK
FREEZE=none
if with freeze.txt; then
  FREEZE=$(hashfile b/freeze.txt)
  judge "FREEZE 的各行合乎规则" awk -v V=$V -v NONE="$(printf '' | hash)" -f rules.awk b/freeze.txt
  if [ $V = 2 ]; then
    want "$(value plan)" "$(hashfile b/plan.txt)" "FREEZE 出自这份 PLAN"
    judge "FREEZE 与 PLAN 一致" awk -f agree.awk b/plan.txt b/freeze.txt
    [ -n "$(value extends)" ] || judge "各层抽取数由 PLAN 的规则算出" awk -f quota.awk b/plan.txt b/freeze.txt
    step "方案 有"
    [ $PV = 2 ] || open "方案是 shuang/1 的记录：所依细则和仪式时间没有写明，没有对照"
  fi
  step "冻结 有"
  awk '$1 == "stratum" && $3 "" == "1" && $4 "" == "1" { print $2 }' b/freeze.txt >alone
  while read -r stratum; do open "分层 $stratum 只有 1 家可抽，不是随机抽取"; done <alone
else
  step "方案 有"; step "冻结 未到（冻结以前作废）"
fi

# ---- reveal, seed, ending (checks 3 to 8) -----------------------------------------------------------------
# Whether a record names this attempt and FREEZE.
refers() { want "$(sed -n 2,4p "b/$1" | tr '\n' ' ')" "campaign $CAMPAIGN attempt $ATTEMPT freeze $FREEZE " "$1 属于这次抽取和这份 FREEZE"; }
line() { awk -v k="$2" '$1 == k { print $2; exit }' "b/$1"; }

cat >sources.awk <<'AWK'
# The answers of REVEAL and seed.txt (shuang/1: seed.txt alone) against the sources of FREEZE, in order.
FNR == 1 { files++; next }
files == 1 { if ($1 == "party" || $1 == "dice") source[++n] = $1 " " $2; if ($1 == "beacon") source[++n] = $1 " " $2 " " $3; next }
$1 == "party" || $1 == "dice" || $1 == "beacon" {
  if (++at > n || ($1 " " $2 ($1 == "beacon" ? " " $3 : "")) != source[at]) print "与 FREEZE 公布的来源不同：" $1 " " $2
  absent = ($1 == "beacon" ? $4 : $3) == "absent"
  if ($1 == "party" && !absent) { if (V == 2 && ($3 in nonce)) print "随机数重复：" $2; nonce[$3] = 1; parties++ }
  if ($1 == "dice" && !absent && length($3) >= 20) beacon = 1
  if ($1 == "beacon" && !absent) { beacon = 1; if (!good()) print "信标的值不合其来源的格式" }
}
function good(  v, zone, z, i, j, n, count, p) {
  v = $0; for (i = 1; i <= 3; i++) v = substr(v, index(v, " ") + 1)
  if ($2 ~ /^drand:/) return length(v) == 96 && v !~ /[^0-9a-f]/
  if (V == 1) { z = split(v, p, " "); for (i = 1; i <= z; i++) if (length(p[i]) != 2 || p[i] ~ /[^0-9]/) return 0
    if ($2 != "cwl-ssq") return z >= 1 && z <= 40
    for (i = 1; i <= z; i++) if (p[i] + 0 < 1 || p[i] + 0 > (i < 7 ? 33 : 16) || (i > 1 && i < 7 && p[i] + 0 <= p[i - 1] + 0)) return 0
    return z == 7 }
  z = split(v, zone, " [+] ")
  for (i = 1; i <= z; i++) {
    n = split(zone[i], p, " "); count += n; sizes[i] = n
    if (n < 1) return 0
    for (j = 1; j <= n; j++) if (length(p[j]) != 2 || p[j] ~ /[^0-9]/ || (j > 1 && p[j] + 0 <= p[j - 1] + 0)) return 0
    low[i] = p[1] + 0; high[i] = p[n] + 0
  }
  if ($2 == "cwl-ssq") return z == 2 && sizes[1] == 6 && sizes[2] == 1 && low[1] >= 1 && high[1] <= 33 && low[2] >= 1 && high[2] <= 16
  if ($2 == "tc-dlt") return z == 2 && sizes[1] == 5 && sizes[2] == 2 && low[1] >= 1 && high[1] <= 35 && low[2] >= 1 && high[2] <= 12
  return z <= 8 && count <= 40
}
END {
  if (at < n) print "缺少来源：" source[at + 1]
  proven = parties >= 2 ? 1 : 0; reached = proven + beacon
  print reached, proven >LEVELS
}
AWK
if [ $V = 2 ] && with freeze.txt; then
  case $(value beacon) in ''|drand:*) ;; *) open "信标 $(value beacon | cut -d ' ' -f 1,2) 是否在冻结公布之后才产生，没有核对，请对照其官方公布" ;; esac
fi
REACHED=; PROVEN=; ANSWERS=
[ $V = 1 ] && ANSWERS=b/seed.txt
if with reveal.txt; then
  refers reveal.txt
  REVEAL=$(hashfile b/reveal.txt); step "公开随机数 有"
  cp b/reveal.txt answers
  if with seed.txt; then awk '$1 == "beacon"' b/seed.txt >>answers; else awk '$1 == "beacon" { print $1, $2, $3, "absent" }' b/freeze.txt >>answers; fi
  ANSWERS=answers
elif with freeze.txt; then [ $V = 1 ] || step "公开随机数 未到（此前作废）"
fi
if [ -n "$ANSWERS" ]; then
  judge "公布的每个来源都有答复，次序相同" awk -v V=$V -v LEVELS=levels -f sources.awk b/freeze.txt $ANSWERS
  read -r REACHED PROVEN <levels
  with seed.txt || [ -z "$(value beacon)" ] || REACHED=未知
  awk 'NR == FNR { if ($1 == "party" && !($2 in c)) c[$2] = $3; next } $1 == "party" && $3 != "absent" { print $2, $3, c[$2] }' b/freeze.txt $ANSWERS >parties
  while read -r who nonce commitment; do
    if [ $V = 1 ]; then made=$(lines shuang-party/1 "$who" "$nonce"); else made=$(lines shuang-party/2 "$CAMPAIGN" "$ATTEMPT" "$who" "$nonce"); fi
    want "$made" "$commitment" "见证人 $who 的随机数与承诺一致"
  done <parties
  awk '$3 == "absent" { print $1, $2 } $1 == "beacon" && $4 == "absent" { print "beacon", $2 }' $ANSWERS >absent
  while read -r what who; do open "$what $who 缺席，或还没有"; done <absent
  awk '($1 == "dice" && $3 != "absent") || ($1 == "beacon" && $4 != "absent") { print $1, $2, $1 == "beacon" ? $3 : "" }' $ANSWERS >shown
  while read -r what who round; do
    case $what$who in
      dice*) open "骰子 $who 的点数，请对照现场记录" ;;
      beacondrand:*) open "drand 第 $round 轮的签名：本脚本不验，请用 mingqian verify" ;;
      *) open "信标 $who $round 的值，请对照其官方公布" ;;
    esac
  done <shown
fi
SEED=
if with seed.txt; then
  SEED=$(hashfile b/seed.txt)
  refers seed.txt; refers result.txt
  [ $V = 1 ] || want "$(line seed.txt reveal)" "$REVEAL" "种子文件属于这份 REVEAL"
  want "$(line result.txt seed)" "$SEED" "种子由种子文件算出"
  judge "RESULT 的分界签号逐层与 FREEZE 对应" awk '
    FNR == 1 { files++; next }
    files == 1 { if ($1 == "stratum") { s[++n] = $2; k[n] = $4 } next }
    $1 == "cutoff" { if (++at > n || ("" s[at]) != ("" $2)) print "层不对应：" $2; else if ((k[at] + 0 == 0) != ($3 "" == "-")) print "层 " $2 " 的分界签号与抽取数不符" }
    END { if (at < n) print "缺少 cutoff " s[at + 1] }' b/freeze.txt b/result.txt
  RESULT=$(hashfile b/result.txt)
fi
if [ $V = 2 ] && [ $KIND = drawn ]; then
  if [ "$REACHED" -ge "$(line plan.txt min-level)" ]; then ok "达到的等级不低于 PLAN 的最低等级"; else bad "达到 $REACHED 级，低于 PLAN 的最低等级，应作废"; fi
fi
[ $V = 2 ] || step "公开随机数 有（在种子文件中）"
[ $KIND = void ] || step "抽取结果 有"
if [ $KIND = void ]; then
  step "作废 有"
  if with freeze.txt; then
    refers void.txt
    want "$(line void.txt reveal)" "$(if with reveal.txt; then echo "$REVEAL"; else echo none; fi)" "VOID 说的 REVEAL 就是案卷里的（没有就是 none）"
    if with reveal.txt && [ "$(sed -n '$p' b/void.txt)" = "by program" ]; then
      # The level in reach: what REVEAL gave, and the beacon FREEZE announced as if it appeared.
      REACH=$(awk '
        FILENAME == "b/freeze.txt" { if ($1 == "beacon") source = 1; next }
        $1 == "party" && $3 != "absent" { n++ }
        $1 == "dice" && $3 != "absent" && length($3) >= 20 { source = 1 }
        END { print (n >= 2 ? 1 : 0) + source }' b/freeze.txt b/reveal.txt)
      LEAST=$(line plan.txt min-level)
      if [ "$REACH" -lt "$LEAST" ]; then ok "由程序作废有根据：至多达到 $REACH 级，PLAN 要求 $LEAST 级"; else bad "由程序作废没有根据：能达到 $REACH 级，PLAN 只要求 $LEAST 级"; fi
    elif with reveal.txt; then
      # Without a beacon everything is known at REVEAL: nobody decides any more.
      if [ -n "$(line freeze.txt beacon)" ]; then ok "揭示之后由人作废，FREEZE 有公共随机源"; else bad "揭示之后没有公共随机源可等，结果已经定了，不能再由人作废"; fi
    fi
  else
    want "$(line void.txt freeze) $(line void.txt campaign) $(line void.txt plan)" "none $CAMPAIGN $(hashfile b/plan.txt)" "VOID 属于这份 PLAN，冻结以前"
  fi
fi

# ---- public: order files, opened leaves, teams (checks 9 to 15) -----------------------------------------
# Leaf hashes "row hash" of lines "row id stratum status area salt nonce cover" of a sort.
leafhashes() {
  awk '{ printf "%s.m shuang-mark/1\\n%s\\n%s\\n%s\\n%s\\n\n%s.s shuang-seal/1\\n%s\\n\n", $1, $3, $4, $5, $8, $1, $6 }' "$1" | batch >marks
  awk -v c="$CAMPAIGN" -v a="$ATTEMPT" -v sort="$2" '
    NR == FNR { made[$1] = $2; next }
    { printf "%s \\000shuang-leaf/1\\n%s\\n%s\\n%s\\n%s\\n%s\\n%s\\n%s\\n\n", $1, c, a, sort, $2, made[$1 ".m"], $7, made[$1 ".s"] }' marks "$1" | batch
}
# Tickets "row ticket" of lines "row scope id salt".
tickets() { awk -v seed="$SEED" '{ printf "%s shuang-ticket/1\\n%s\\n%s\\n%s\\n%s\\n\n", $1, seed, $2, $3, $4 }' "$1" | batch; }

# Follows every path one level at a time: lines "row hash index last path", last = size - 1 (RFC 9162, 2.1.3.2).
cat >step.awk <<'AWK'
BEGIN { for (i = 0; i < 256; i++) oct[sprintf("%02x", i)] = sprintf("\\%03o", i) }
function bytes(h,  i, o) { o = ""; for (i = 1; i < 64; i += 2) o = o oct[substr(h, i, 2)]; return o }
{
  fn = $3; sn = $4; path = $5; cut = index(path, ",")
  sibling = cut ? substr(path, 1, cut - 1) : path; rest = cut ? substr(path, cut + 1) : "-"
  if (fn > sn || sn <= 0) { print $1, "-", 0, 0, "-" >NEXT; next }
  if (fn % 2 || fn == sn) {
    text = bytes(sibling) bytes($2)
    while (fn % 2 == 0 && fn != 0) { fn = int(fn / 2); sn = int(sn / 2) }
  } else text = bytes($2) bytes(sibling)
  printf "%s ? %.0f %.0f %s\n", $1, int(fn / 2), int(sn / 2), rest >NEXT
  printf "%s \\001%s\n", $1, text
}
AWK
inclusions() { # prints "row root", "-" where the path does not fit
  cp "$1" walk; : >arrived; level=0
  while [ -s walk ] && [ $level -le 70 ]; do
    level=$((level + 1))
    awk '$5 == "-" { print $1, ($4 == 0 && $3 == 0 ? $2 : "-") >>"arrived"; next } { print }' walk >going
    [ -s going ] || break
    : >next
    awk -v NEXT=next -f step.awk going | batch >stepped
    awk 'FILENAME == "stepped" { hash[$1] = $2; next } { if ($2 == "?") $2 = hash[$1]; print }' stepped next >walk
  done
  cat arrived
}

cat >order.awk <<'AWK'
# An order file against FREEZE and RESULT; COLUMN: what FREEZE calls its strata.
FNR == 1 { files++ }
files == 1 { if ($1 == COLUMN) { size[$2] = $3; k[$2] = COLUMN == "stratum" ? $4 : 0 } next }
files == 2 { if ($1 == "cutoff") cutoff[$2] = $3; next }
{
  if (files > 2 && seen++ && !((before "") < ($0 ""))) print "没有按字节升序，或有重复行"
  before = $0
  if ($3 in leaf) print "同一封存叶出现两次"
  leaf[$3] = 1
  if (!($2 in size)) { if (!(("!" $2) in told)) print "FREEZE 没有公布 " $2; told["!" $2] = 1 }
  n[$2]++; if (n[$2] == k[$2] + 0) at[$2] = $1
}
END {
  for (s in size) {
    if (n[s] + 0 != size[s] + 0) print s " 应有 " size[s] " 行，实有 " n[s] + 0
    if (COLUMN == "stratum" && (k[s] + 0 > 0 ? at[s] : "-") "" != cutoff[s] "") print s " 的分界签号不是第 " k[s] " 个签号"
  }
}
AWK

cat >openedrules.awk <<'AWK'
# Opened leaves: lines "ticket id stratum status area salt nonce index leafhash" after FREEZE, RESULT and subjects.order.
FILENAME == "b/freeze.txt" {
  if ($1 == "stratum") stratum[$2] = 1
  if ($1 == "area") { area[$2] = 1; areas++ }
  if ($1 == "must") must = $2
  next
}
FILENAME == "b/result.txt" { if ($1 == "cutoff") cutoff[$2] = $3; next }
FILENAME == "b/subjects.order" { line[$0] = 1; inorder[$3] = 1; if (cutoff[$2] "" != "-" && ($2 in cutoff) && ($1 "") <= (cutoff[$2] "")) due[$0] = 1; next }
{
  it = index($3, ":") ? substr($3, 1, index($3, ":") - 1) : "-"
  mine = $1 " " $3 " " $9
  if (($2, $3) in row) print "同一条出现两次：" $2 " " $3
  row[$2, $3] = 1
  if (($2, it) in items) print "同一对象在同一事项中有两条：" $2
  items[$2, it] = 1
  if ($8 in at) print "树中的位置重复：" $8
  at[$8] = 1
  if (!($3 in stratum)) print "FREEZE 没有公布层 " $3
  if (areas ? !($5 in area) : $5 "" != "-") print "FREEZE 没有公布片区 " $5
  if (($2 in salt) && (salt[$2] "" != $6 "" || nonce[$2] "" != $7 "" || where[$2] "" != $5 "")) print "同一对象的盐、随机数或片区不同：" $2
  salt[$2] = $6; nonce[$2] = $7; where[$2] = $5
  if ($4 == "draw") {
    if (!(mine in due)) print "抽中的记录不在次序文件的界内：" $2 " " $3
    delete due[mine]
  } else if ($4 ~ /^must:/) {
    found++
    if ($9 in inorder) print "必查的记录在抽取次序中：" $2
  } else print "不应公开的记录：" $2 " " $4
}
END {
  for (l in due) { print "抽中的次序行没有打开：" l; break }
  if (found + 0 != must + 0) print "必查应打开 " must " 条，实有 " found + 0
}
AWK

cat >teamrules.awk <<'AWK'
FILENAME == "b/freeze.txt" { if ($1 == "team") width += $3; if ($1 == "leader") lead[$2] = 1; next }
FILENAME == "visits" { visit[++visits] = $1; next }
FILENAME == "b/teams.txt" {
  teams++
  if (("" visit[teams]) != ("" $1)) print "teams.txt 第 " FNR " 行不是签号次序中的对象"
  if (NF != width + 1) print "teams.txt 第 " FNR " 行应有 " width " 个名额"
  for (i = 2; i <= NF; i++) { if ($i "" != "-" && ((FNR, $i) in there)) print "teams.txt 第 " FNR " 行有人重复"; there[FNR, $i] = 1 }
  next
}
{
  leaders++
  if (("" visit[leaders]) != ("" $1)) print "leaders.txt 第 " FNR " 行不是签号次序中的对象"
  if (!($2 in lead)) print "leaders.txt 第 " FNR " 行的组长未事先指派：" $2
}
END { if (teams + 0 != visits || leaders + 0 != visits) print "对象 " visits + 0 " 个，teams.txt " teams + 0 " 行，leaders.txt " leaders + 0 " 行" }
AWK

if [ -n "$OPENED" ]; then
  for name in subjects.order inspectors.order; do want "$(awk -v n=$name '$1 == "file" && $2 == n { print $3 }' b/result.txt)" "$(hashfile b/$name)" "$name 与 RESULT 公布的摘要一致"; done
  if [ $V = 1 ]; then
    for name in teams.txt leaders.txt; do want "$(awk -v n=$name '$1 == "file" && $2 == n { print $3 }' b/result.txt)" "$(hashfile b/$name)" "$name 与 RESULT 公布的摘要一致"; done
    step "公开 有"
  else
    refers open.txt
    if [ $KIND = void ]; then
      want "$(line open.txt void) $(line open.txt would)" "$(hashfile b/void.txt) $RESULT" "OPEN 打开的是这份 VOID，本来的结果是这份 RESULT"
      step "公布本来的结果 有"
    else
      want "$(line open.txt result)" "$RESULT" "OPEN 打开的是这份 RESULT"
      step "公开 有，变动 $(echo "$CHANGES" | wc -w | tr -d ' ') 件"
    fi
    for name in opened.tsv persons.tsv; do want "$(awk -v n=$name '$1 == "file" && $2 == n { print $3 }' b/open.txt)" "$(hashfile b/$name)" "$name 与 OPEN 公布的摘要一致"; done
    for name in teams.txt leaders.txt; do
      key=$(awk -v n=$name '$1 == "key" && $2 == n { print $3 }' b/open.txt)
      want "$(awk -v n=$name '$1 == "sealed" && $2 == n { print $3 }' b/result.txt)" "$(lines shuang-file/2 "$CAMPAIGN" "$ATTEMPT" $name "$key" "$(hashfile b/$name)")" "$name 用 OPEN 的钥匙打开，与 RESULT 封存的一致"
    done
    awk '$1 == "change" { print $2 }' b/open.txt >changes.said; : >changes.made
    for x in $CHANGES; do hashfile "b/$x.txt" >>changes.made; done
    if cmp -s changes.said changes.made; then ok "OPEN 列出的变动就是案卷里的"; else bad "OPEN 列出的变动与案卷里的不同"; fi
  fi
  judge "抽取次序与 FREEZE、RESULT 一致" awk -v COLUMN=stratum -f order.awk b/freeze.txt b/result.txt b/subjects.order
  judge "检查人员次序与 FREEZE 一致" awk -v COLUMN=draw-inspectors -f order.awk b/freeze.txt b/result.txt b/inspectors.order
  tr '\11' ' ' <b/opened.tsv | awk '{ print NR, $0 }' >opened
  leafhashes opened subject >opened.leaf
  awk '{ print $1, "subject", $2, $6 }' opened >opened.in
  tickets opened.in >opened.ticket
  awk '
    FILENAME == "opened.ticket" { ticket[$1] = $2; next }
    FILENAME == "opened.leaf" { leaf[$1] = $2; next }
    { print ticket[$1], $2, $3, $4, $5, $6, $7, $9, leaf[$1] }' opened.ticket opened.leaf opened >opened.rows
  LEAVES=$(value subjects | cut -d ' ' -f 1); ROOT=$(value subjects | cut -d ' ' -f 2)
  awk -v leaves="$LEAVES" 'FILENAME == "opened.leaf" { leaf[$1] = $2; next } { print $1, leaf[$1], $9, leaves - 1, $10 }' opened.leaf opened >opened.walk
  if awk '$3 + 0 > $4 + 0 { wrong = 1 } END { exit wrong }' opened.walk &&
    inclusions opened.walk | awk -v root="$ROOT" '$2 "" != root "" { wrong = 1 } END { exit wrong }'
  then ok "公开的每条记录都在 FREEZE 公布的对象树中"; else bad "opened.tsv 中有不在对象树中的记录"; fi
  judge "公开的记录恰好是抽中的和必查的" awk -f openedrules.awk b/freeze.txt b/result.txt b/subjects.order opened.rows
  sort opened.rows | awk '!($2 in seen) { seen[$2] = 1; print $2 }' >visits
  judge "检查次序、名额和组长" awk -f teamrules.awk b/freeze.txt visits b/teams.txt b/leaders.txt
fi

# ---- full: everything again from the frames and S (check 18) --------------------------------------------
# Adds salt, nonce, cover to "row id stratum status area".
open_rows() {
  awk -v c="$CAMPAIGN" -v a="$ATTEMPT" -v sort="$2" -v S="$SECRET" '{
    printf "%s.s shuang-salt/1\\n%s\\n%s\\n%s\\n%s\\n%s\\n\n", $1, c, a, sort, $2, S
    printf "%s.n shuang-nonce/1\\n%s\\n%s\\n%s\\n%s\\n%s\\n\n", $1, c, a, sort, $2, S
    printf "%s.c shuang-cover/1\\n%s\\n%s\\n%s\\n%s\\n%s\\n%s\\n\n", $1, c, a, sort, $2, $3, S
  }' "$1" | batch >covers
  awk 'NR == FNR { made[$1] = $2; next } { print $0, made[$1 ".s"], made[$1 ".n"], made[$1 ".c"] }' covers "$1"
}
# Root of the leaf hashes on stdin: RFC 6962 over their ascending order.
root() {
  sort >level
  [ -s level ] || { printf '' | hash; return; }
  while [ "$(wc -l <level)" -gt 1 ]; do
    awk '
      BEGIN { for (i = 0; i < 256; i++) oct[sprintf("%02x", i)] = sprintf("\\%03o", i) }
      function bytes(h,  i, o) { o = ""; for (i = 1; i < 64; i += 2) o = o oct[substr(h, i, 2)]; return o }
      NR % 2 { left = $1; next }
      { printf "%09d \\001%s%s\n", NR / 2, bytes(left), bytes($1) }' level | batch | cut -d ' ' -f 2 >above
    if [ $(($(wc -l <level) % 2)) -eq 1 ]; then tail -n 1 level >>above; fi
    mv above level
  done
  cat level
}
frame() { # sort file
  tr '\11' ' ' <"b/$2" | awk '{ print NR, $0 }' >"$1.raw"
  COUNT=$(wc -l <"$1.raw" | tr -d ' ')
  want "$COUNT" "$(value "${2%.tsv}" | cut -d ' ' -f 1)" "$2 的条数与 FREEZE 一致"
  if [ "$COUNT" -gt $MAX_LEAVES ]; then
    open "$2 有 $COUNT 条，超过本脚本的 $MAX_LEAVES 条：请用 mingqian verify 或网页核对"; TOO_MANY=1; return
  fi
  open_rows "$1.raw" "$1" >"$1.open"
  leafhashes "$1.open" "$1" >"$1.leaf"
  cut -d ' ' -f 2 "$1.leaf" | root >"$1.root"
  want "$(cat "$1.root")" "$(value "${2%.tsv}" | cut -d ' ' -f 2)" "$2 的树根与 FREEZE 一致"
  [ "$1" != recusal ] || return 0
  awk -v sort="$1" '{ print $1, sort, $2, $6 }' "$1.open" >"$1.in"
  tickets "$1.in" >"$1.ticket"
  # "ticket stratum leafhash id status area salt"
  awk -v ticketfile="$1.ticket" -v leaffile="$1.leaf" '
    FILENAME == ticketfile { ticket[$1] = $2; next }
    FILENAME == leaffile { leaf[$1] = $2; next }
    { print ticket[$1], $3, leaf[$1], $2, $4, $5, $6 }' "$1.ticket" "$1.leaf" "$1.open" | sort >"$1.rows"
  awk '$5 == "draw" { print $1, $2, $3 }' "$1.rows" >"$1.order"
  if cmp -s "$1.order" "b/${1}s.order"; then ok "${1}s.order 重新算出，逐字节相同"; else bad "${1}s.order 与重新算出的不同"; fi
}

cat >framerules.awk <<'AWK'
# What FREEZE must refuse (protocol 3.2), seen from the opened frames.
FILENAME == "b/freeze.txt" {
  if ($1 == "stratum") { size[$2] = $3; declared++ }
  if ($1 == "must" || $1 == "skip") count[$1] = $2
  if ($1 == "draw-inspectors") { kinds++; kind[kinds] = $2; pool[$2] = $3 }
  if ($1 == "team") t[$2] = $3
  if ($1 == "area") { area[$2] = 1; areas++ }
  if ($1 == "leader") { lead[++leads] = $2; leader[$2] = 1 }
  if ($1 == "extends") extended = 1
  next
}
FILENAME == "subject.raw" {
  if (($2, $3) in leafseen) print "对象重复：" $2 " " $3
  leafseen[$2, $3] = 1
  it = index($3, ":") ? substr($3, 1, index($3, ":") - 1) : "-"
  if (($2, it) in items) print "对象在同一事项中有两层：" $2
  items[$2, it] = 1; subject[$2] = 1
  occurs[$3] = 1
  if ($4 == "draw") have[$3]++
  else if ($4 ~ /^(must|skip):/) total[substr($4, 1, 4)]++
  else print "对象的状态不对：" $2 " " $4
  if ($4 !~ /^skip:/) visitable[$2] = 1
  if (($2 in where) && where[$2] "" != $5 "") print "对象的片区不一致：" $2
  where[$2] = $5
  if (areas ? !($5 in area) : $5 "" != "-") print "片区不对：" $2
  next
}
FILENAME == "inspector.raw" {
  if ($2 in authority) print "检查人员重复：" $2
  authority[$2] = $3; fit[$2] = $4 == "draw"
  if ($4 != "draw" && $4 !~ /^skip:/) print "检查人员的状态不对：" $2
  if (!($3 in pool) || $5 "" != "-") print "检查人员类别或片区不对：" $2
  if ($4 == "draw") free[$3]++
  next
}
{
  split($2, pair, ":"); if ($2 in paired) print "回避重复：" $2
  paired[$2] = 1
  if (V == 2 && !((pair[1] in authority) || (pair[1] in leader))) print "回避的人不在名单中：" $2
  if (V == 2 && !extended && !(pair[2] in subject)) print "回避的对象不在名单中：" $2
  if (fit[pair[1]]) less[pair[2], authority[pair[1]]]++
  blocked[pair[2]] = 1
}
END {
  for (s in occurs) found++
  if (found + 0 != declared + 0) print "出现的分层与 FREEZE 不一致"
  for (s in size) if (have[s] + 0 != size[s] + 0 || !(s in occurs)) print "层 " s " 的条数不符"
  if (total["must"] + 0 != count["must"] + 0 || total["skip"] + 0 != count["skip"] + 0) print "必查或不查的条数不符"
  for (i = 1; i <= kinds; i++) if (free[kind[i]] + 0 != pool[kind[i]] + 0) print "检查人员 " kind[i] " 的人数不符"
  for (s in visitable) {
    if (!leads) { print "没有指派组长"; break }
    if (!(s in blocked)) continue
    for (i = 1; i <= kinds; i++) if (free[kind[i]] - less[s, kind[i]] < t[kind[i]]) print "可派人员不足：" s
    left = 0; for (i = 1; i <= leads; i++) if (!((lead[i] ":" s) in paired)) left++
    if (!left) print "没有不需回避的组长：" s
  }
}
AWK

cat >visit.awk <<'AWK'
# Visits in ticket order: "id salt area", and their opened leaves into LEAVES as "id stratum".
NR == FNR { if ($1 == "stratum") k[$2] = $4; next }
{ drawn = $5 == "draw" && k[$2]-- > 0 }
drawn || $5 ~ /^must:/ { print $4, $2 >LEAVES; if (!($4 in seen)) { seen[$4] = 1; print $4, $7, $6 } }
AWK

cat >teamin.awk <<'AWK'
# Every team ticket that may be needed: "row scope id salt". With ALL also those of pairs under groups, for what follows the draw.
FILENAME == "b/freeze.txt" { if ($1 == "assign" && $2 == "groups") g = $3; if ($1 == "draw-inspectors") m[$2] = $4; if ($1 == "area") print "a." $2, "area", $2, "-"; next }
FILENAME == "inspector.rows" { if ($5 == "draw" && used[$2]++ < m[$2]) { id[++n] = $4; salt[n] = $7 } next }
g { for (i = 1; i <= g; i++) print "g" FNR "." i, "team:" $1, i, $2 }
!g || ALL { for (i = 1; i <= n; i++) print "p" FNR "." id[i], "team:" $1, id[i], salt[i] }
AWK

cat >team.awk <<'AWK'
FILENAME == "b/freeze.txt" {
  if ($1 == "assign" && $2 == "groups") g = $3
  if ($1 == "draw-inspectors") { kinds++; kind[kinds] = $2; m[$2] = $4 }
  if ($1 == "team") t[$2] = $3
  if ($1 == "area") area[++areas] = $2
  next
}
FILENAME == "recusal.raw" { recused[$2] = 1; next }
FILENAME == "inspector.rows" { if ($5 == "draw") { c = ++people[$2]; who[$2, c] = $4 } next }
FILENAME == "team.ticket" { ticket[$1] = $2; next }
!prepared { prepared = 1; if (g) deal() }
{ line = $1; if (g) grouped(); else paired(); print line }
function reserve(s, subject,  i) {
  for (i = m[s] + 1; i <= people[s]; i++) if (!((s, i) in used) && !((who[s, i] ":" subject) in recused)) { used[s, i] = 1; print who[s, i] >USED; return who[s, i] }
  return "-"
}
function paired(  x, s, need, i, best, key, bestkey, taken) {
  for (x = 1; x <= kinds; x++) {
    s = kind[x]
    for (need = t[s]; need > 0; need--) {
      best = 0
      for (i = 1; i <= m[s]; i++) {
        if ((who[s, i] in taken) || ((who[s, i] ":" $1) in recused)) continue
        key = sprintf("%09d %s %s", load[who[s, i]], ticket["p" FNR "." who[s, i]], who[s, i])
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
    if ((ticket["a." area[j]] "") < (ticket["a." area[i]] "")) { swap = area[i]; area[i] = area[j]; area[j] = swap }
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
    key = sprintf("%09d %s %09d", load[j], ticket["g" FNR "." j], j)
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

RECOMPUTED=; TOO_MANY=
if [ -n "$FULL" ]; then
  SECRET=$(cat b/secret.txt)
  want "$(lines shuang-secret/1 "$SECRET")" "$(value secret)" "秘密 S 与 FREEZE 的承诺一致"
  TOO_MANY=
  frame subject subjects.tsv; frame inspector inspectors.tsv; frame recusal recusals.tsv
  judge "名单符合冻结规则" awk -v V=$V -f framerules.awk b/freeze.txt subject.raw inspector.raw recusal.raw
  if [ $V = 2 ]; then
    for name in teams.txt leaders.txt; do
      want "$(awk -v n=$name '$1 == "key" && $2 == n { print $3 }' b/open.txt)" "$(lines shuang-filekey/2 "$CAMPAIGN" "$ATTEMPT" $name "$SECRET")" "$name 的钥匙由 S 算出"
    done
  fi
  if [ -z "$TOO_MANY" ] && [ $WRONG -eq 0 ]; then
    RECOMPUTED=1
    : >leaves; : >reserves.used
    awk -v LEAVES=leaves -f visit.awk b/freeze.txt subject.rows >visit
    awk -v ALL="$CHANGES" -f teamin.awk b/freeze.txt inspector.rows visit >team.in
    tickets team.in >team.ticket
    awk -v USED=reserves.used -f team.awk b/freeze.txt recusal.raw inspector.rows team.ticket visit >teams.made
    if cmp -s teams.made b/teams.txt; then ok "teams.txt 重新算出，逐字节相同"; else bad "teams.txt 与重新算出的不同"; fi
    awk '
      FILENAME == "b/freeze.txt" { if ($1 == "leader") lead[++n] = $2; next }
      FILENAME == "recusal.raw" { recused[$2] = 1; next }
      { l = "-"; for (i = n; i >= 1; i--) if (!((lead[i] ":" $1) in recused)) l = lead[i]; print $1, l }' b/freeze.txt recusal.raw visit >leaders.made
    if cmp -s leaders.made b/leaders.txt; then ok "leaders.txt 重新算出，逐字节相同"; else bad "leaders.txt 与重新算出的不同"; fi
    awk 'NR == FNR { keep[$1, $2] = 1; next } (($2, $3) in keep) { printf "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", $2, $3, $4, $5, $6, $7, $8 }' leaves subject.open | sort >opened.made
    cut -f 1-7 b/opened.tsv >opened.there
    if cmp -s opened.made opened.there; then ok "opened.tsv 打开的正是查访的对象"; else bad "opened.tsv 与重新算出的不同"; fi
  elif [ -z "$TOO_MANY" ]; then open "已有矛盾，不再重新编组"
  fi
fi

# ---- after the draw (checks 16, 17, 19) ------------------------------------------------------------------
cat >after.awk <<'AWK'
# Every act in turn against the teams as they stand. With FRAME, who comes is recomputed until the first EXTEND.
# REPLAYED gets how many were recomputed, which one is wrong, and from which EXTEND on nothing was recomputed; 0 if none.
FILENAME == "b/freeze.txt" {
  if ($1 == "team") for (i = 0; i < $3; i++) placekind[++width] = $2
  if ($1 == "leader") { leader[++leaders] = $2; drawable[$2] = 1; isleader[$2] = 1 }
  if ($1 == "draw-inspectors") m[$2] = $4
  next
}
FILENAME == "b/teams.txt" { visits++; subject[visits] = $1; for (i = 2; i <= NF; i++) team[visits, i - 1] = $i; next }
FILENAME == "b/leaders.txt" { lead[FNR] = $2; next }
FILENAME == "persons" { code[$1] = $2; next }
FILENAME == "recusal.raw" { recused[$2] = 1; next }
FILENAME == "inspector.rows" { if ($5 == "draw") { c = ++people[$2]; who[$2, c] = $4; drawable[$4] = 1 } next }
FILENAME == "team.ticket" { ticket[$1] = $2; next }
FILENAME == "reserves.used" { used[$1] = 1; next }
FNR == 1 { if (acts) act(); acts++; type = substr($2, 1); moves = 0; leads = 0; person = ""; visit = 0; split("", shut); next }
$1 == "sequence" { sequence = $2 }
$1 == "visit" { visit = $2 }
$1 == "person" { person = $2 }
$1 == "freeze" { own = $2 }
$1 == "borrowed" { guest = $2 }
$1 == "closed" { shut[$2] = 1; if ($2 + 0 > visits) wrong("closed 中没有这次检查 " $2) }
$1 == "move" { moves++; mv[moves] = $2; mk[moves] = $3; mf[moves] = $4; mt[moves] = $5 }
$1 == "lead" { leads++; lv[leads] = $2; lf[leads] = $3; lt[leads] = $4 }
END { if (acts) act(); print same + 0, stop + 0, alone + 0 >REPLAYED }
function wrong(m) { print "第 " acts " 件（" type "）：" m; if (!stop) stop = acts }
function comer(hash) { return hash "" == "-" ? "-" : (hash in code ? code[hash] : "") }
function inteam(v, c,  p) { for (p = 1; p <= width; p++) if (team[v, p] "" == c "") return 1; return 0 }
function act(  v, p, mine, n, l, from, to, due) {
  if (stop) return
  if (sequence + 0 != acts) { wrong("序号是 " sequence); return }
  for (v in closed) if (!(v in shut)) { wrong("closed 漏了先前已结束的检查 " v); return }
  for (v in shut) closed[v] = 1
  if (type == "extend") {
    if (FRAME) alone = acts; FRAME = ""
    if ((guest in joined) || guest == own) { wrong("借调名单是本次抽取自己的名单，或已经并入过"); return }
    joined[guest] = 1
    mine = "-"; from = "-"
  }
  else {
    if (!(person in code)) { wrong("persons.tsv 没有打开当事人"); return }
    mine = code[person]; from = person
  }
  if (type == "substitute") {
    if (mine in withdrawn) { wrong("同一人退出两次"); return }
    if (FRAME && !(mine in drawable)) { wrong("不在名单中的人不能退出"); return }
    withdrawn[mine] = 1
  }
  if (type == "recuse") {
    if (visit + 0 > visits || (visit in closed) || !(inteam(visit, mine) || lead[visit] "" == mine "")) { wrong("所说的检查已结束，或其中没有这个人"); return }
    recused[mine ":" subject[visit]] = 1
  }
  if (FRAME) split("", taking)
  n = 0
  for (v = 1; v <= visits; v++) if (!(v in closed) && (type != "recuse" || v == visit + 0)) for (p = 1; p <= width; p++) if (team[v, p] "" == mine "") {
    n++; to = comer(mt[n])
    if (n > moves || mv[n] + 0 != v || mk[n] "" != placekind[p] "" || mf[n] "" != from "") { wrong("move 不是他的名额"); return }
    if (to == "") { wrong("persons.tsv 没有打开接替的人"); return }
    if (to "" != "-" && (inteam(v, to) || (to in withdrawn))) { wrong("接替的人已在组内或已退出：" to); return }
    if (FRAME) { team[v, p] = "-"; due = next_for(v, placekind[p]); if (due "" != to "") { wrong("检查 " v " 的接替应是 " due "，不是 " to); return } }
    team[v, p] = to
  }
  if (n != moves) { wrong("多余的 move"); return }
  if (FRAME) for (p in taking) used[p] = 1
  l = 0
  if (type != "extend") for (v = 1; v <= visits; v++) if (!(v in closed) && (type != "recuse" || v == visit + 0) && lead[v] "" == mine "") {
    l++; to = comer(lt[l])
    if (l > leads || lv[l] + 0 != v || lf[l] "" != from "") { wrong("lead 不是他带的组"); return }
    if (to == "" || (to "" != "-" && (to "" == mine "" || !(to in isleader) || (to in withdrawn)))) { wrong("接替的组长不在 FREEZE 的名单内，或已退出"); return }
    if (FRAME) {
      due = "-"; for (p = leaders; p >= 1; p--) if (!(leader[p] in withdrawn) && !((leader[p] ":" subject[v]) in recused)) due = leader[p]
      if (due "" != to "") { wrong("检查 " v " 的组长应是 " due "，不是 " to); return }
    }
    lead[v] = to
  }
  if (l != leads) { wrong("多余的 lead"); return }
  if (FRAME) same++
}
function may(c, v) { return !((c ":" subject[v]) in recused) && !(c in withdrawn) && !inteam(v, c) }
function next_for(v, s,  i, x, p, key, best, bestkey, load) {
  for (i = m[s] + 1; i <= people[s]; i++) if (!(who[s, i] in used) && may(who[s, i], v)) { taking[who[s, i]] = 1; return who[s, i] }
  best = "-"
  for (i = 1; i <= m[s] && i <= people[s]; i++) if (may(who[s, i], v)) {
    load = 0
    for (x = 1; x <= visits; x++) if (!(x in closed)) load += inteam(x, who[s, i])
    key = sprintf("%09d %s %s", load, ticket["p" v "." who[s, i]], who[s, i])
    if (best == "-" || key < bestkey) { best = who[s, i]; bestkey = key }
  }
  return best
}
AWK
REPLAY=
if [ -n "$OPENED" ] && [ $V = 2 ]; then
  tr '\11' ' ' <b/persons.tsv | awk '{ print NR, $0 }' >persons.raw
  awk '{ printf "%s shuang-person/2\\n%s\\n%s\\n\n", $1, $2, $3 }' persons.raw | batch >persons.hash
  awk 'NR == FNR { hash[$1] = $2; next } { print hash[$1], $2 }' persons.hash persons.raw >persons
  : >named
  for x in $CHANGES; do
    refers "$x.txt"
    awk '$1 == "person" { print $2 } $1 == "move" { print $4; print $5 } $1 == "lead" { print $3; print $4 }' "b/$x.txt" >>named
  done
  grep -v '^-$' named | sort -u >named.sorted
  cut -d ' ' -f 1 persons | sort >persons.sorted
  if cmp -s named.sorted persons.sorted; then ok "persons.tsv 打开的恰好是变动涉及的人"; else bad "persons.tsv 打开的与变动涉及的人不同"; fi
  if [ -n "$FULL" ]; then
    awk -v c="$CAMPAIGN" -v a="$ATTEMPT" -v S="$SECRET" '{ printf "%s shuang-personsalt/2\\n%s\\n%s\\n%s\\n%s\\n\n", $1, c, a, $2, S }' persons.raw | batch >persons.salt
    awk '{ print $1, $3 }' persons.raw | sort >persons.said
    if cmp -s persons.salt persons.said; then ok "persons.tsv 的盐由 S 算出"; else bad "persons.tsv 的盐不是由 S 算出"; fi
  fi
  if [ -n "$CHANGES" ]; then
    set --; for x in $CHANGES; do set -- "$@" "b/$x.txt"; done
    WHY=前面已有矛盾
    [ -z "$TOO_MANY" ] || WHY="名单超过本脚本的 $MAX_LEAVES 条"
    [ -n "$FULL" ] || WHY='公开的案卷没有 S 和名录'
    if [ -n "$RECOMPUTED" ]; then
      judge "变动恰好移动应移动的名额" awk -v FRAME=1 -v REPLAYED=replayed -f after.awk b/freeze.txt b/teams.txt b/leaders.txt persons recusal.raw inspector.rows team.ticket reserves.used "$@"
    else
      judge "变动恰好移动应移动的名额" awk -v FRAME= -v REPLAYED=replayed -f after.awk b/freeze.txt b/teams.txt b/leaders.txt persons "$@"
    fi
    read -r same stop alone <replayed
    [ "$same" -eq 0 ] || ok "由规则重算的 $same 件变动，接替的人相同"
    REPLAY="；变更 $# 项，由规则重算相同 $same 项"
    if [ -z "$RECOMPUTED" ]; then REPLAY="$REPLAY，从第 1 项起没有重算：$WHY"
    elif [ "$alone" -gt 0 ]; then
      REPLAY="$REPLAY，从第 $alone 项起没有重算：没有给出所指增补名录的完整案卷"
      open "从第 $alone 件变动（借调）起，由谁接替没有重算：需要借调名单的完整案卷，本脚本不收，请用 mingqian verify --borrowed"
    elif [ "$stop" -gt 0 ]; then
      REPLAY="$REPLAY，第 $stop 项不符"
      [ "$stop" -eq $# ] || REPLAY="$REPLAY，其后没有重算"
    fi
  fi
fi

# ---- the log (checks 20 to 22) --------------------------------------------------------------------------
field() { awk -v k="$2" '$1 == k { print substr($0, length(k) + 2) }' "$1"; }
if [ -n "$RECEIPTS" ]; then
  : >logged; : >receipts.walk
  for x in $RECEIPTS; do
    type=$x
    case $x in change-*) type=$(sed -n 1p "b/$x.txt" | cut -d ' ' -f 2) ;; esac
    if [ $V = 2 ] && [ "$(field "$x.read" own)" != yes ]; then bad "$x.proof：检查点上没有该日志自己的签名行"; fi
    want "$(sed -n 2p "b/$x.entry") $(sed -n 5p "b/$x.entry")" "type $type record $(plainhash "b/$x.txt")" "$x.entry 说的是这份 $x"
    index=$(field "$x.read" index); size=$(field "$x.read" size)
    if [ ${#index} -gt ${#size} ]; then bad "$x.proof：序号不小于日志的大小"
    elif [ ${#size} -gt 15 ]; then
      open "$x.proof：日志太大，本脚本不算它的存在性证明"
    else
      leaf=$({ printf '\000'; cat "b/$x.entry"; } | $SHA256 | cut -c1-64)
      if [ "$index" -lt "$size" ]; then echo "$x $leaf $index $((size - 1)) $(field "$x.read" path)" >>receipts.walk; else bad "$x.proof：序号不小于日志的大小"; fi
    fi
    echo "$x $index $(sed -n 3p "b/$x.entry" | cut -d ' ' -f 2) $size $(field "$x.read" root) $(field "$x.read" origin)" >>logged
  done
  SUITE=$HASH; HASH=$SHA256
  inclusions receipts.walk | sort >receipts.root
  HASH=$SUITE
  while read -r x made; do want "$made" "$(field "$x.read" root)" "$x 的存在性证明算到检查点的根"; done <receipts.root
  if [ "$(cut -d ' ' -f 6 logged | sort -u | wc -l)" -gt 1 ]; then open "凭证出自几个日志：它们之间是否由 restart 相接、先后如何，本脚本不能核对"; fi
  judge "日志中的先后与同一性" awk -v records="$RECORDS" '
    BEGIN { n = split(records, order, " ") }
    { index_of[$1] = $2; origin[$1] = $6; key = $6 " " $4; if ((key in root) && root[key] "" != $5 "") print "同样大小的检查点不同：" $1; root[key] = $5 }
    function before(a, b) { return length(a) != length(b) ? length(a) < length(b) : (a "") < (b "") }
    END {
      for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if ((order[i] in index_of) && (order[j] in index_of) && origin[order[i]] "" == origin[order[j]] "" && !before(index_of[order[i]], index_of[order[j]])) print order[i] " 应在 " order[j] " 之前"
      for (i = 1; i <= n; i++) if (order[i] in index_of) {
        log_now = origin[order[i]] ""
        if (log_now != last && (log_now in left)) print order[i] " 又在先前的日志中：日志接续以后，旧的不再续写"
        if (log_now != last) left[last] = 1
        last = log_now
      }
    }' logged
  if [ $V = 2 ]; then
    set -- b/plan.txt
    if with freeze.txt; then set -- "$@" b/freeze.txt; fi
    if with reveal.txt; then set -- "$@" b/reveal.txt; fi
    if with void.txt; then set -- "$@" b/void.txt; fi
    judge "日志所称的时间合乎方案的间隔，先后不颠倒" awk -v records="$RECORDS" '
      FILENAME == "b/plan.txt" { if ($1 == "plan-seconds" || $1 == "freeze-seconds") least[$1] = $2; next }
      FILENAME == "b/freeze.txt" {
        frozen = 1
        if ($1 == "reveal-from") from = $2 + 0
        if ($1 == "reveal-by") by = $2 + 0
        if ($1 == "beacon") { beacon = 1; when = $4; certain = index($2, "drand:") == 1 }
        next
      }
      FILENAME == "b/void.txt" { void = 1; if ($1 == "reveal") seen = $2 != "none"; if ($1 == "approver") person = 1; next }
      FILENAME == "b/reveal.txt" { if (($1 == "party" || $1 == "dice") && $3 == "absent") absent = 1; next }
      { at[$1] = substr($3, 1, length($3) - 3) + 0 }
      END {
        if (frozen) {
          if (("plan" in at) && ("freeze" in at) && at["freeze"] < at["plan"] + least["plan-seconds"]) print "方案到冻结的间隔不够"
          if (("freeze" in at) && (beacon ? when : from) + 0 < at["freeze"] + least["freeze-seconds"]) print "冻结到" (beacon ? "信标" : "公开随机数") "的间隔不够"
          if (("result" in at) && beacon && at["result"] < when + 0) print "结果早于信标的时间"
          if (("reveal" in at) && beacon && at["reveal"] >= when + 0) print "揭示不早于信标的时间，那时还能挑选谁缺席"
          if (("void" in at) && certain && seen && person && at["void"] >= when + 0) print "drand 的这一轮已经公布，不能再由人作废"
          if (("open" in at) && void && beacon && at["open"] < when + 0) print "作废抽取的公开早于信标的时间"
        }
        if (absent && by > from) from = by
        n = split(records, order, " ")
        for (i = 1; i <= n; i++) {
          x = order[i]
          if (x == "reveal") revealed = 1
          if (!(x in at)) continue
          # What was frozen under a clock that ran ahead can be made void before its hours come.
          if (x == "void" && !seen) continue
          if (revealed && at[x] < from) print x " 早于 " (absent ? "reveal-by，揭示却已记缺席" : "reveal-from")
          # The clocks of two machines differ by 60 seconds at most.
          if (at[x] + 60 < latest) print x " 所称的时间早于它所跟随的 " before
          if (at[x] > latest) { latest = at[x]; before = x }
        }
      }' "$@" logged
    if with void.txt && ! with reveal.txt; then
      BACK=$(awk '{ at[$1] = substr($3, 1, length($3) - 3) + 0 }
        END { for (x in at) if (x != "void" && ("void" in at) && at["void"] + 60 < at[x]) n++; if (n) print n }' logged)
      [ -z "$BACK" ] || open "作废所称的时刻早于所作废的方案或冻结：日志的时钟是否更正过（repair），请对照公开日志"
    fi
    if with void.txt && with freeze.txt && ! with reveal.txt; then
      AMID=$(awk 'FILENAME == "b/freeze.txt" { if ($1 == "reveal-from" || $1 == "beacon") { at = $NF + 0; if (at > from) from = at }; next }
        $1 == "void" && substr($3, 1, length($3) - 3) + 0 >= from { print 1 }' b/freeze.txt logged)
      [ -z "$AMID" ] || open "作废时已经在收随机数：随机数交了没有，作废的人是否已经知道会抽出什么，案卷看不出来"
    fi
  fi
  open "日志检查点的签名：本脚本不验。不用 mingqian verify --log-key 核对，这些存在性证明任何人都能造"
fi
LACKING=
for x in $RECORDS; do case " $RECEIPTS " in *" $x "*) ;; *) LACKING="$LACKING $x" ;; esac; done
[ -z "$LACKING" ] || open "没有日志存在性证明：$LACKING"

# ---- the verdict --------------------------------------------------------------------------------------
case $STAGE in
  sealed)
    [ $V = 1 ] && step "公开 尚未" || case $KIND in void) step "公布本来的结果 尚未" ;; *) step "公开 尚未" ;; esac
    open "谁被抽中、谁去检查：仍在封存；摘要此时只能看到，不能重算" ;;
  public) [ -z "$OPENED" ] || open "次序文件中没有公开的各行是否真是名录中的对象，未抽中对象的类别与状态、人员负荷与回避、检查人员的签号、变动中本应由谁接替：要用完整案卷" ;;
esac
[ $V = 2 ] || open "案卷是 shuang/1 的：这一版不要求随机数和承诺只用一次，也不要求公共随机源在冻结之后才产生；案卷里没有方案、揭示的记录。这些都没有核对，新的抽取按 shuang/2。"
[ $V = 1 ] || open "别的抽取是否用过同样的随机数或承诺：要把同一任务的各次案卷一并核对"
cat open
if [ $WRONG -ne 0 ]; then echo "结论 1：发现矛盾"; EXIT=1; else echo "结论 3：到目前为止全部正确，但还不完整（本脚本不验日志签名）"; EXIT=3; fi
LEVELS=
if with freeze.txt; then
  ANNOUNCED=$(awk '$1 == "party" { n++ } $1 == "beacon" || $1 == "dice" { b = 1 } END { print (n >= 2 ? 1 : 0) + b }' b/freeze.txt)
  LEVELS="；等级：公布 $ANNOUNCED，达到 ${REACHED:-未知}，已证实 ${PROVEN:-未知}"
fi
echo "办理步骤：$STEPS"
echo "技术核对：相符 $RIGHT 项，不符 $WRONG 项，未核 $(wc -l <open | tr -d ' ') 项（列于上），其中日志签名和 drand 签名本脚本从不核对$LEVELS$REPLAY"
exit $EXIT
