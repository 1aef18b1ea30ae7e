"""SPEC-draw §3: the text of every record, as bytes. Every function takes values and judges nothing."""
import hashes


def record(*lines):
    """Lines to bytes; None is a line that is left out."""
    return "".join(f"{line}\n" for line in lines if line is not None).encode()


def when(condition, line):
    return line if condition else None


def plan(p):
    """§3.1; `p` is a description (README.md). `shuang/1` has no rulebook and no ceremony, but a last line."""
    two = p["plan_version"] == 2
    return record(
        f"shuang/{p['plan_version']} plan", f"campaign {p['campaign']}",
        when(p["suite"] == "sm3", "suite sm3"), f"document {p['document']}",
        when(two, "rulebook {} {}".format(*p["rulebook"])), when(two, f"ceremony {p['ceremony']}"),
        *(f"item {item} {rule}" for item, rule in p["items"]),
        *(f"rate {stratum} {rate}" for stratum, rate in p["rates"]),
        *(f"draw-inspectors {kind} {count}" for kind, count in p["draw_inspectors"]),
        *(f"team {kind} {count}" for kind, count in p["teams"]),
        f"assign {p['assign']}", *(f"area {area}" for area in p["areas"]),
        *(f"leader {leader}" for leader in p["leaders"]), *(f"party {name}" for name, _ in p["parties"]),
        when(p["dice"], f"dice {(p['dice'] or [''])[0]}"), when(p["beacon"], f"beacon {(p['beacon'] or [''])[0]}"),
        f"min-level {p['min_level']}", f"plan-seconds {p['plan_seconds']}",
        f"freeze-seconds {p['freeze_seconds']}", when(not two, "subject-reserve none"))


def freeze(terms, frame):
    """§3.2."""
    pools = frame.pools()
    status = [row[2].split(":")[0] for row in frame.subjects]
    return record(
        "shuang/2 freeze", f"campaign {terms.campaign}", f"attempt {terms.attempt}",
        when(terms.suite.name == "sm3", "suite sm3"), f"plan {terms.plan}",
        when(terms.extends, f"extends {terms.extends}"), f"subjects {frame.committed('subject')}",
        *(f"stratum {name} {pools[name]} {k}" for name, k in terms.quotas.items()),
        f"must {status.count('must')}", f"skip {status.count('skip')}",
        f"inspectors {frame.committed('inspector')}",
        *(f"draw-inspectors {kind} {frame.pool_of_kind(kind)} {m}" for kind, m in terms.drawn),
        f"recusals {frame.committed('recusal')}", *(f"team {kind} {count}" for kind, count in terms.teams),
        f"assign groups {terms.groups}" if terms.groups else "assign pairs",
        *(f"area {area}" for area in terms.areas), *(f"leader {leader}" for leader in terms.leaders),
        f"secret {frame.keys.secret()}", *(f"party {name} {value}" for name, value in terms.commitments),
        when(terms.dice, f"dice {terms.dice}"), f"reveal-from {terms.reveal_from}", f"reveal-by {terms.reveal_by}",
        when(terms.beacon, "beacon {} {} {}".format(*(terms.beacon or "---")[:3])))


class Attempt:
    """The records that begin with `attempt-ref`."""

    def __init__(self, keys, freeze_hash):
        self.keys, self.H = keys, keys.suite.of
        self.ref = (f"campaign {keys.campaign}", f"attempt {keys.attempt}", f"freeze {freeze_hash}")

    def reveal(self, parties, dice):
        """§3.3; a party or dice without an answer is absent."""
        return record("shuang/2 reveal", *self.ref,
                      *(f"party {name} {nonce or 'absent timeout'}" for name, nonce in parties),
                      when(dice, "dice {} {}".format(*(d or "absent timeout" for d in dice or "--"))))

    def seed(self, reveal, beacon):
        """§3.4; `beacon` is source, round, time and value."""
        line = beacon and f"beacon {beacon[0]} {beacon[1]} {beacon[3]}"
        return record("shuang-seed/2", *self.ref, f"reveal {self.H(reveal)}", line)

    def result(self, draw):
        """§3.6."""
        return record("shuang/2 result", *self.ref, f"seed {draw.seed}",
                      *(f"cutoff {stratum} {cut}" for stratum, cut in draw.cutoffs),
                      f"file subjects.order {self.H(draw.subjects_order())}",
                      f"file inspectors.order {self.H(draw.inspectors_order())}",
                      f"sealed teams.txt {self.keys.sealed('teams.txt', draw.teams_txt())}",
                      f"sealed leaders.txt {self.keys.sealed('leaders.txt', draw.leaders_txt())}")

    def change(self, sequence, act, closed, moves, leads):
        """§3.8; `act` is a description of one change, with the hashes of EXTEND in it."""
        person = self.keys.person
        extend = act["type"] == "extend"
        head = [f"borrowed {act['borrowed']}", f"result {act['result']}"] if extend else [
            f"person {person(act['person'])}", f"approver {approver(self.keys.suite, act)}",
            f"document {act['document']}"]
        return record(f"shuang/2 {act['type']}", *self.ref, f"sequence {sequence}",
                      when(act["type"] == "recuse", f"visit {act.get('visit')}"), *head,
                      *(f"closed {visit}" for visit in sorted(closed)),
                      *(f"move {visit} {kind} {person(a)} {person(b)}" for visit, kind, a, b in moves),
                      *(f"lead {visit} {person(a)} {person(b)}" for visit, a, b in leads))

    def open(self, ending, changes, opened, persons):
        """§3.9; `ending` is the line `result`, or the lines `void` and `would`."""
        return record("shuang/2 open", *self.ref, *ending, *(f"change {self.H(text)}" for text in changes),
                      *(f"key {name} {self.keys.file_key(name)}" for name in ("teams.txt", "leaders.txt")),
                      f"file opened.tsv {self.H(opened)}", f"file persons.tsv {self.H(persons)}")

    def part(self, visit, keys, leaves, quota):
        """§3.10, PART; `keys` under S′."""
        return record("shuang/2 part", *self.ref, f"visit {visit}",
                      f"parts {len(leaves)} {hashes.root(keys.suite, list(leaves.values()))}",
                      f"quota {quota}", f"secret {keys.secret()}")

    def part_number(self, part, number):
        """§3.10, PART-NUMBER."""
        return record("shuang/2 part-number", *self.ref, f"part {self.H(part)}",
                      f"number {number or 'absent refused'}")


def approver(suite, act):
    return suite.H("shuang-approver/2", *act["approver"])


def void(suite, p, plan_hash, freeze_hash, reveal_hash):
    """§3.7, from the description of an attempt; a hash that is None was never made."""
    act = p["void"]
    by = ["by program"] if act["approver"] is None else [
        f"approver {approver(suite, act)}", f"document {act['document']}"]
    return record("shuang/2 void", f"campaign {p['campaign']}", f"attempt {p['attempt']}",
                  f"freeze {freeze_hash or 'none'}", when(freeze_hash is None, f"plan {plan_hash}"),
                  f"reveal {reveal_hash or 'none'}", f"reason {act['reason']}", *by)
