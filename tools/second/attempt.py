"""From a description of an attempt (README.md) to all its files, by path."""
import copy

import hashes
import records
import rules
from after import Course, NotAllowed
from draw import Draw, Frame, Terms


def frame_of(p, keys):
    """The frame, its classes merged by §4."""
    pools = {}
    for _, item, _, status, _ in p["subjects"]:
        pools[item] = pools.get(item, 0) + (status == "draw")
    rule = dict(p["items"])
    subjects = [(ident, rules.stratum_of(item, "all" if rules.is_merged(rule[item], pools[item]) else name),
                 status, area) for ident, item, name, status, area in p["subjects"]]
    inspectors = [(ident, kind, status, "-") for ident, kind, status in p["inspectors"]]
    return Frame(keys, subjects, inspectors, [tuple(pair) for pair in p["recusals"]])


class Frozen:
    """An attempt or a borrowed frame up to FREEZE."""

    def __init__(self, p, plan, extends=None, extended=None):
        self.p, self.plan, self.suite = p, plan, hashes.Suite(p["suite"])
        self.keys = hashes.Keys(self.suite, p["campaign"], p["attempt"], p["S"])
        self.frame = frame_of(p, self.keys)
        rates = {name: rules.fraction(rate) for name, rate in p["rates"]}
        quotas = rules.quotas(p["items"], rates, self.frame.pools())
        commitments = [(name, hashes.commitment(self.suite, p["campaign"], p["attempt"], name,
                                                nonce or p["absent_nonce"][name]))
                       for name, nonce in p["parties"]]
        groups = p["assign"].partition("groups ")[2]
        self.terms = Terms(
            campaign=p["campaign"], attempt=p["attempt"], suite=self.suite, plan=self.suite.of(plan),
            extends=extends, quotas=dict(sorted(quotas.items(), key=lambda line: line[0].encode())),
            drawn=[tuple(line) for line in p["draw_inspectors"]], teams=[tuple(line) for line in p["teams"]],
            groups=int(groups or 0), areas=p["areas"], leaders=p["leaders"], commitments=commitments,
            dice=(p["dice"] or [None])[0], reveal_from=p["reveal_from"], reveal_by=p["reveal_by"],
            beacon=p["beacon"])
        rules.check_freeze(p, self.terms, self.frame, extended)
        self.text = records.freeze(self.terms, self.frame)
        self.hash = self.suite.of(self.text)
        self.records = records.Attempt(self.keys, self.hash)
        self.reveal = self.records.reveal(p["parties"], p["dice"])

    def draw(self):
        """Seed text and draw; the beacon has appeared."""
        self.seed_text = self.records.seed(self.reveal, self.p["beacon"])
        self.drawn = Draw(self.terms, self.frame, self.suite.of(self.seed_text))
        self.result = self.records.result(self.drawn)

    def files(self, ending, changes=(), named=()):
        """The files of the full bundle from REVEAL on; `named` are the codes the changes name."""
        lines = [f"{code}\t{self.keys.person_salt(code)}\n" for code in set(named) - {"-"}]
        persons = "".join(sorted(lines, key=str.encode)).encode()
        opened = self.drawn.opened_tsv()
        out = {
            "plan.txt": self.plan, "freeze.txt": self.text, "reveal.txt": self.reveal,
            "seed.txt": self.seed_text, "result.txt": self.result,
            "subjects.order": self.drawn.subjects_order(), "inspectors.order": self.drawn.inspectors_order(),
            "teams.txt": self.drawn.teams_txt(), "leaders.txt": self.drawn.leaders_txt(),
            "opened.tsv": opened, "persons.tsv": persons,
            "open.txt": self.records.open(ending, changes, opened, persons),
            "secret.txt": f"{self.p['S']}\n".encode(),
        }
        out.update((f"{sort}s.tsv", self.frame.tsv(sort)) for sort in ("subject", "inspector", "recusal"))
        out.update((f"change-{n}.txt", text) for n, text in enumerate(changes, 1))
        return out

    def drawn_files(self, changes=(), named=()):
        return self.files([f"result {self.suite.of(self.result)}"], changes, named)


def borrow(act, main, plan):
    """The drawn frame of an EXTEND."""
    p = dict(act["attempt"])
    subjects = {row[0] for row in main.frame.subjects}
    guests = Frozen(p, plan, extends=main.hash, extended=subjects)
    guests.draw()
    return guests


def follow(main):
    """Changes and parts of a drawn attempt. What the rules do not allow is left out and changes nothing."""
    course, changes, named, out = Course(main.drawn), [], set(), {}
    for act in main.p["changes"]:
        next_ = copy.deepcopy(course)
        next_.close(act["closed"])
        try:
            act, files, moves, leads = apply(act, next_, main)
        except (NotAllowed, rules.Refused):
            continue
        course = next_
        changes.append(main.records.change(len(changes) + 1, act, course.closed, moves, leads))
        named |= {code for move in moves for code in move[2:]} | {code for lead in leads for code in lead[1:]}
        named |= {act["person"]} if "person" in act else set()
        out.update((f"borrowed-{len(changes)}/{name}", text) for name, text in files.items())
    for act in main.p["parts"]:
        try:
            keys, leaves = course.part(act["visit"], act["parts"], act["quota"], act["S"])
        except NotAllowed:
            continue
        record = main.records.part(act["visit"], keys, leaves, act["quota"])
        order = course.order_of_parts(keys, leaves, main.suite.of(record), act["number"])
        out[f"part-{act['visit']}.txt"] = record
        out[f"part-number-{act['visit']}.txt"] = main.records.part_number(record, act["number"])
        out[f"part-{act['visit']}.order"] = "".join(f"{tick} - {leaf}\n" for tick, leaf in order).encode()
    return {**main.drawn_files(changes, named), **out}


def apply(act, course, main):
    """One change: the act with what its record names, files of a borrowed frame, moves and leads."""
    if act["type"] == "substitute":
        return act, {}, *course.substitute(act["person"])
    if act["type"] == "recuse":
        return act, {}, *course.recuse(act["visit"], act["person"])
    guests = borrow(act, main, main.plan)
    moved = course.extend(guests.hash, guests.drawn)
    act = {"type": "extend", "borrowed": guests.hash, "result": guests.suite.of(guests.result)}
    return act, guests.drawn_files(), *moved


def make(p):
    """All files of an attempt; raises rules.Refused where FREEZE must be refused."""
    suite, plan = hashes.Suite(p["suite"]), records.plan(p)
    before = p["void"]["before"] if p["ending"] == "void" else None
    if before == "freeze":
        return {"plan.txt": plan, "void.txt": records.void(suite, p, suite.of(plan), None, None)}
    main = Frozen(p, plan)
    if before is None:
        main.draw()
        return follow(main)
    reveal = suite.of(main.reveal) if before == "result" else None
    void = records.void(suite, p, suite.of(plan), main.hash, reveal)
    if before == "reveal":
        return {"plan.txt": plan, "freeze.txt": main.text, "void.txt": void}
    if p["beacon"] and p["beacon"][3] is None:
        return {"plan.txt": plan, "freeze.txt": main.text, "reveal.txt": main.reveal, "void.txt": void}
    main.draw()
    ending = [f"void {suite.of(void)}", f"would {suite.of(main.result)}"]
    return {**main.files(ending), "void.txt": void}
