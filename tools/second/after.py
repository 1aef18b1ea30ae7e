"""SPEC-draw §6: what follows the draw. SUBSTITUTE, RECUSE, EXTEND and PART."""
import hashes


class NotAllowed(Exception):
    """An act that the rules do not allow; it changes nothing."""


class Course:
    """An attempt after RESULT, as the acts leave it. Visits are numbered from 1, as in the records."""

    def __init__(self, draw):
        self.draw, self.terms = draw, draw.terms
        self.teams, self.leads = [list(team) for team in draw.teams], list(draw.leaders)
        self.drawn = {kind: list(codes) for kind, codes in draw.drawn.items()}
        self.reserve = {kind: list(codes) for kind, codes in draw.reserve.items()}
        self.used, self.withdrawn, self.closed = set(draw.used), set(), set()
        self.recusals = set(draw.frame.recusals)
        self.keys_of = {row[0]: draw.keys for row in draw.frame.inspectors}
        self.codes = {row[0] for row in draw.frame.inspectors} | set(self.terms.leaders)
        self.in_draw = {row[0] for row in draw.frame.inspectors if row[2] == "draw"} | set(self.terms.leaders)
        self.joined, self.with_parts = set(), set()

    def close(self, visits):
        self.closed |= {visit for visit in visits if 1 <= visit <= len(self.teams)}

    def open_visits(self):
        return [visit for visit in range(1, len(self.teams) + 1) if visit not in self.closed]

    def subject(self, visit):
        return self.draw.visits[visit - 1]

    def recused(self, code, visit):
        return (code, self.subject(visit)) in self.recusals

    def team(self, visit):
        return [code for _, code in self.teams[visit - 1]]

    def load(self, code):
        """Open load of a person."""
        return sum(code in self.team(visit) for visit in self.open_visits())

    def team_ticket(self, code, visit, seed=None):
        keys = self.keys_of[code]
        return keys.ticket(seed or self.draw.seed, f"team:{self.subject(visit)}", "inspector", code)

    def _leave(self, person, visits):
        """§6.1: the person leaves these visits. Returns moves `(visit, kind, from, to)`."""
        moves, waiting, took = [], None, set()
        for visit in visits:
            for place, (kind, code) in enumerate(self.teams[visit - 1]):
                if code != person:
                    continue
                if waiting is None:
                    waiting = [r for r in self.reserve[kind] if r not in self.used and r not in self.withdrawn]
                comes = next((r for r in waiting if self._may_come(r, visit)), None)
                if comes is not None:
                    took.add(comes)
                else:
                    comes = self._least_loaded(kind, visit)
                self.teams[visit - 1][place] = (kind, comes)
                moves.append((visit, kind, person, comes))
        self.used |= took
        return moves

    def _may_come(self, code, visit):
        return not self.recused(code, visit) and code not in self.team(visit)

    def _least_loaded(self, kind, visit):
        able = [code for code in self.drawn[kind] if code not in self.withdrawn and self._may_come(code, visit)]
        order = lambda code: (self.load(code), self.team_ticket(code, visit), code.encode())
        return min(able, key=order, default="-")

    def _lose_leader(self, person, visits):
        """The rule for leaders of §6.2. Returns leads `(visit, from, to)`."""
        leads = []
        for visit in visits:
            if self.leads[visit - 1] == person:
                able = (leader for leader in self.terms.leaders
                        if not self.recused(leader, visit) and leader not in self.withdrawn)
                self.leads[visit - 1] = next(able, "-")
                leads.append((visit, person, self.leads[visit - 1]))
        return leads

    def substitute(self, person):
        """§6.2."""
        if person in self.withdrawn or person not in self.in_draw:
            raise NotAllowed("nobody to withdraw")
        self.withdrawn.add(person)
        return self._leave(person, self.open_visits()), self._lose_leader(person, self.open_visits())

    def recuse(self, visit, person):
        """§6.3."""
        if visit not in self.open_visits():
            raise NotAllowed("not an open visit")
        if person not in self.team(visit) and self.leads[visit - 1] != person:
            raise NotAllowed("not in this visit")
        self.recusals.add((person, self.subject(visit)))
        return self._leave(person, [visit]), self._lose_leader(person, [visit])

    def extend(self, name, guests):
        """§6.4: the draw of a borrowed frame, `name` its H(FREEZE), fills the `-` places."""
        codes = {row[0] for row in guests.frame.inspectors} | set(guests.terms.leaders)
        if name in self.joined or codes & self.codes:
            raise NotAllowed("a frame or a person twice")
        self.joined.add(name)
        self.codes |= codes
        self.in_draw |= {row[0] for row in guests.frame.inspectors if row[2] == "draw"}
        self.recusals |= guests.frame.recusals
        self.keys_of.update((row[0], guests.keys) for row in guests.frame.inspectors)
        taken, used, moves = {}, set(), []
        for visit in self.open_visits():
            for place, (kind, code) in enumerate(self.teams[visit - 1]):
                if code != "-":
                    continue
                able = [guest for guest in guests.drawn[kind] if self._may_come(guest, visit)]
                if able:
                    comes = min(able, key=lambda guest: (
                        taken.get(guest, 0), self.team_ticket(guest, visit, guests.seed), guest.encode()))
                    taken[comes] = taken.get(comes, 0) + 1
                else:
                    able = (guest for guest in guests.reserve[kind]
                            if guest not in used and self._may_come(guest, visit))
                    comes = next(able, "-")
                    used |= {comes} - {"-"}
                self.teams[visit - 1][place] = (kind, comes)
                moves.append((visit, kind, "-", comes))
        self.used |= used
        for kind in guests.drawn:
            self.drawn[kind] += guests.drawn[kind]
            self.reserve[kind] += guests.reserve[kind]
        return moves, []

    def part(self, visit, parts, quota, secret):
        """§6.5: PART of a visit, as the keys under S′ and the leaf hashes by part."""
        if visit not in self.open_visits() or visit in self.with_parts:
            raise NotAllowed("no open visit without parts")
        if quota > len(parts) or len(set(parts)) != len(parts):
            raise NotAllowed("parts")
        self.with_parts.add(visit)
        own = self.draw.keys
        keys = hashes.Keys(own.suite, own.campaign, own.attempt, secret)
        subject = self.subject(visit)
        return keys, {f"{subject}:{part}": keys.leaf("part", f"{subject}:{part}", "-", "draw", "-")
                      for part in parts}

    def order_of_parts(self, keys, leaves, record_hash, number):
        """Tickets and leaf hashes of parts in order, under the seed of the parts."""
        seed = keys.suite.H("shuang-partseed/2", self.draw.seed, record_hash, number or "-")
        return sorted((keys.ticket(seed, "part", "part", ident), leaf) for ident, leaf in leaves.items())
