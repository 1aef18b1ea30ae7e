"""SPEC-draw §1, §3.1, §3.2, §3.5, §4: levels, beacons, quotas, and why FREEZE must be refused."""
import datetime
import math
import re

QUICKNET = "drand:52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
# Digits of the issue, digits of its year, draw days of the week (Monday is 0).
LOTTERIES = {"cwl-ssq": (7, 4, (6, 1, 3)), "tc-dlt": (5, 2, (0, 2, 5))}


class Refused(Exception):
    """FREEZE must be refused."""


def item_of(stratum):
    return stratum.split(":")[0] if ":" in stratum else "-"


def class_of(stratum):
    return stratum.split(":")[-1]


def stratum_of(item, name):
    return name if item == "-" else f"{item}:{name}"


def fraction(text):
    p, q = text.split("/")
    return int(p), int(q)


# §3.5 ------------------------------------------------------------------------------------------------

def issue_fits(source, issue, time):
    """Whether an issue of a lottery fits the time it is to appear at."""
    digits, year, days = LOTTERIES[source]
    if re.fullmatch("[0-9]{%d}" % digits, issue) is None:
        return False
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=time, hours=8)
    day, last = datetime.date(moment.year, 1, 1), moment.date()
    drawn = 0
    while day <= last:
        drawn += day.weekday() in days
        day += datetime.timedelta(days=1)
    number = int(issue[year:])
    return f"{last.year:04}"[-year:] == issue[:year] and 1 <= number <= drawn and number >= drawn - 40


def beacon_fits(source, round_, time):
    """Whether a `beacon` line of FREEZE is one of §3.5."""
    if source.startswith("drand:"):
        number = re.fullmatch("[1-9][0-9]*", round_)
        return source == QUICKNET and bool(number) and time == 1692803367 + 3 * (int(round_) - 1)
    if source in LOTTERIES:
        return issue_fits(source, round_, time)
    return source.lower() not in LOTTERIES


def level_announced(parties, dice, beacon):
    return int(len(parties) >= 2) + int(bool(dice or beacon))


# §4 --------------------------------------------------------------------------------------------------

def is_merged(rule, pool):
    """Whether the classes of an item become one before FREEZE."""
    return rule.startswith("pool ") and pool < 20


def quotas_of_item(rule, pools, rates):
    """k per stratum of one item, from N per stratum."""
    everything = sum(pools.values())
    merged = is_merged(rule, everything)
    rate = {}
    for name in pools:
        if merged:
            rate[name] = (1, 1)
        elif name in rates:
            rate[name] = rates[name]
        else:
            raise Refused(f"no rate for {name}")
    word, _, number = rule.partition(" ")
    if word == "full":
        return dict(pools)
    if word == "ceiling":
        return {name: (n * rate[name][0] + rate[name][1] - 1) // rate[name][1] for name, n in pools.items()}
    if word == "fixed":
        total = int(number)
    else:
        p, q = fraction(number)
        total = (everything * p + q - 1) // q
    return split(total, pools, rate)


def split(total, pools, rate):
    """The total over the classes, by weight and largest remainder."""
    common = math.lcm(*(q for _, q in rate.values()))
    if common > 1000000:
        raise Refused("the rates have no small common denominator")
    weight = {name: n * rate[name][0] * (common // rate[name][1]) for name, n in pools.items()}
    quota = dict.fromkeys(pools, 0)
    open_ = [name for name in pools if weight[name]]
    total = min(total, sum(pools[name] for name in open_))
    while open_:
        whole = sum(weight[name] for name in open_)
        full = [name for name in open_ if total * weight[name] >= pools[name] * whole]
        if not full:
            break
        for name in full:
            quota[name] = pools[name]
        total -= sum(pools[name] for name in full)
        open_ = [name for name in open_ if name not in full]
    if open_:
        whole = sum(weight[name] for name in open_)
        for name in open_:
            quota[name] = total * weight[name] // whole
        rest = total - sum(quota[name] for name in open_)
        order = sorted(open_, key=lambda name: (-(total * weight[name] % whole), name.encode()))
        for name in order[:rest]:
            quota[name] += 1
    return quota


def quotas(items, rates, pools):
    """k per stratum of FREEZE; `items` (item, rule), `pools` N per stratum."""
    out = {}
    for item, rule in items:
        of_item = {name: n for name, n in pools.items() if item_of(name) == item}
        if of_item:
            out.update(quotas_of_item(rule, of_item, rates))
    if set(out) != set(pools):
        raise Refused("an item is not in the plan")
    return out


# §3.2 ------------------------------------------------------------------------------------------------

def _once(what, values):
    if len(set(values)) != len(values):
        raise Refused(f"{what} twice")


def _must(holds, what):
    if not holds:
        raise Refused(what)


def check_freeze(plan, terms, frame, extended=None):
    """Refuses a FREEZE by the rules of §3.2; `extended` are the subjects of the attempt a borrowed frame joins."""
    _once("party", [name for name, _ in terms.commitments])
    _once("commitment", [value for _, value in terms.commitments])
    _once("leader", terms.leaders)
    _once("area", terms.areas)
    _once("kind", [kind for kind, _ in terms.drawn])
    _must(level_announced(terms.commitments, terms.dice, terms.beacon) >= plan["min_level"], "level announced")
    _must(terms.reveal_from >= plan["ceremony"] or plan["plan_version"] == 1, "before the ceremony")
    _must(terms.reveal_from < terms.reveal_by, "hours")
    if terms.beacon:
        source, round_, time = terms.beacon[:3]
        _must(terms.reveal_by < time, "hours of the beacon")
        _must(beacon_fits(source, round_, time), "beacon")
    check_counts(terms, frame, extended is not None)
    check_rows(terms, frame, extended)


def check_counts(terms, frame, borrowed):
    """Rules 3 and 4: counts of subjects and inspectors."""
    for name, quota in terms.quotas.items():
        _must(quota <= frame.pools()[name], "k > N")
    _must([kind for kind, _ in terms.drawn] == [kind for kind, _ in terms.teams], "kinds of drawn and teams")
    _must(sum(places for _, places in terms.teams) >= 2, "fewer than two in a team")
    for (kind, drawn), (_, places) in zip(terms.drawn, terms.teams):
        _must(drawn <= frame.pool_of_kind(kind), "m > N")
        _must(borrowed or drawn >= places, "m < t")
        _must(not terms.groups or drawn == terms.groups * places, "m is not g·t")


def check_rows(terms, frame, extended):
    """Rules 1, 2, 5, 6 and 7: the rows of the frame."""
    _once("inspector", [row[0] for row in frame.inspectors])
    _once("subject", [(row[0], item_of(row[1])) for row in frame.subjects])
    _once("recusal", list(frame.recusals))
    items = {item_of(row[1]) for row in frame.subjects}
    _must("-" not in items or len(items) == 1, "named items and the unnamed one")
    kinds = {kind for kind, _ in terms.drawn}
    _must(all(row[1] in kinds for row in frame.inspectors), "kind of an inspector")
    _must(len({(row[0], row[3]) for row in frame.subjects}) == len({row[0] for row in frame.subjects}), "two areas")
    _must(all(row[3] in (terms.areas or ["-"]) for row in frame.subjects), "area")
    people = {row[0] for row in frame.inspectors} | set(terms.leaders)
    subjects = {row[0] for row in frame.subjects} if extended is None else extended
    _must(all(person in people and subject in subjects for person, subject in frame.recusals), "recusal of nobody")
    if extended is not None:
        return
    for subject in {row[0] for row in frame.subjects if not row[2].startswith("skip:")}:
        for kind, places in terms.teams:
            able = [row for row in frame.inspectors
                    if row[1] == kind and row[2] == "draw" and (row[0], subject) not in frame.recusals]
            _must(len(able) >= places, "no team")
        _must(any((leader, subject) not in frame.recusals for leader in terms.leaders), "no leader")
