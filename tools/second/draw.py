"""SPEC-draw §5: a frozen frame and a seed give subjects, inspectors, teams and leaders."""
import hashes


class Terms:
    """What FREEZE states besides the frame: a plain bag of named values."""

    def __init__(self, **values):
        self.__dict__.update(values)


class Frame:
    """The register as it was frozen: rows `(id, stratum, status, area)` and pairs that must not meet."""

    def __init__(self, keys, subjects, inspectors, recusals):
        self.keys, self.subjects, self.inspectors = keys, subjects, inspectors
        self.recusals = frozenset(recusals)
        self.rows_of_recusals = [(f"{a}:{b}", "-", "pair", "-") for a, b in recusals]
        self.leaves = {(sort, row[0], row[1]): keys.leaf(sort, *row)
                       for sort, rows in self.sorts() for row in rows}

    def sorts(self):
        return (("subject", self.subjects), ("inspector", self.inspectors), ("recusal", self.rows_of_recusals))

    def committed(self, sort):
        """Count and root, as FREEZE says them."""
        leaves = [leaf for (of, _, _), leaf in self.leaves.items() if of == sort]
        return f"{len(leaves)} {hashes.root(self.keys.suite, leaves)}"

    def pools(self):
        """N per stratum."""
        out = dict.fromkeys(sorted((row[1] for row in self.subjects), key=str.encode), 0)
        for row in self.subjects:
            out[row[1]] += row[2] == "draw"
        return out

    def pool_of_kind(self, kind):
        return sum(row[1] == kind and row[2] == "draw" for row in self.inspectors)

    def tsv(self, sort):
        """`subjects.tsv` and its like: whole lines sorted bytewise."""
        lines = ["\t".join(row) + "\n" for row in dict(self.sorts())[sort]]
        return "".join(sorted(lines, key=str.encode)).encode()


class Draw:
    """Everything that follows from a frame, the terms of FREEZE and a seed."""

    def __init__(self, terms, frame, seed):
        self.terms, self.frame, self.seed = terms, frame, seed
        self.keys, self.suite = frame.keys, frame.keys.suite
        self.ticket = {row[0]: self.keys.ticket(seed, "subject", "subject", row[0]) for row in frame.subjects}
        self.inspector_ticket = {row[0]: self.keys.ticket(seed, "inspector", "inspector", row[0])
                                 for row in frame.inspectors}
        self._select()
        self.drawn, self.reserve, self.used = {}, {}, set()
        for kind, m in terms.drawn:
            rows = [row[0] for row in frame.inspectors if row[1] == kind and row[2] == "draw"]
            order = sorted(rows, key=self.inspector_ticket.get)
            self.drawn[kind], self.reserve[kind] = order[:m], order[m:]
        self.teams = self._groups() if terms.groups else self._pairs()
        self.leaders = [next((leader for leader in terms.leaders if not self.recused(leader, subject)), "-")
                        for subject in self.visits]

    def recused(self, person, subject):
        return (person, subject) in self.frame.recusals

    def team_ticket(self, subject, code):
        """§5.3: the ticket of an inspector for a subject."""
        return self.keys.ticket(self.seed, f"team:{subject}", "inspector", code)

    def _select(self):
        """§5.1: cut-offs, the visits in their order, and the rows each carries."""
        self.cutoffs, self.carried = [], {}
        for stratum, k in self.terms.quotas.items():
            rows = [row for row in self.frame.subjects if row[1] == stratum and row[2] == "draw"]
            rows.sort(key=lambda row: self.ticket[row[0]])
            self.cutoffs.append((stratum, self.ticket[rows[k - 1][0]] if k else "-"))
            for row in rows[:k]:
                self.carried.setdefault(row[0], []).append(row)
        for row in self.frame.subjects:
            if row[2].startswith("must:"):
                self.carried.setdefault(row[0], []).append(row)
        self.visits = sorted(self.carried, key=self.ticket.get)

    def _take_reserve(self, kind, subject):
        """The first unused reserve of a kind who may go, used up; or `-`."""
        for code in self.reserve[kind]:
            if code not in self.used and not self.recused(code, subject):
                self.used.add(code)
                return code
        return "-"

    def _pairs(self):
        """§5.4. A team is a list of `(kind, code)`."""
        load, teams = {}, []
        for subject in self.visits:
            team = []
            for kind, places in self.terms.teams:
                able = [code for code in self.drawn[kind] if not self.recused(code, subject)]
                able.sort(key=lambda code: (load.get(code, 0), self.team_ticket(subject, code), code.encode()))
                taken = able[:places]
                for code in taken:
                    load[code] = load.get(code, 0) + 1
                while len(taken) < places:
                    taken.append(self._take_reserve(kind, subject))
                team += [(kind, code) for code in taken]
            teams.append(team)
        return teams

    def _groups(self):
        """§5.5."""
        count = self.terms.groups
        members = {group: [] for group in range(1, count + 1)}
        for kind, _ in self.terms.teams:
            for i, code in enumerate(self.drawn[kind]):
                members[1 + i % count].append((kind, code))
        by_ticket = sorted(self.terms.areas,
                           key=lambda area: hashes.ticket(self.suite, self.seed, "area", area, "-"))
        group_of_area = {area: 1 + i % count for i, area in enumerate(by_ticket)}
        area_of = {row[0]: row[3] for row in self.frame.subjects}
        load, teams = dict.fromkeys(members, 0), []
        for subject in self.visits:
            clear = [group for group, people in members.items()
                     if not any(self.recused(code, subject) for _, code in people)]
            group = group_of_area.get(area_of[subject])
            if group not in clear:
                salt = self.keys.salt("subject", subject)
                group = min(clear or members, key=lambda g: (
                    load[g], hashes.ticket(self.suite, self.seed, f"team:{subject}", g, salt), g))
            load[group] += 1
            teams.append([(kind, self._take_reserve(kind, subject) if self.recused(code, subject) else code)
                          for kind, code in members[group]])
        return teams

    # §5.7 and §8: files ------------------------------------------------------------------------------

    def _order(self, sort, rows, tickets):
        lines = [f"{tickets[row[0]]} {row[1]} {self.frame.leaves[sort, row[0], row[1]]}\n"
                 for row in rows if row[2] == "draw"]
        return "".join(sorted(lines)).encode()

    def subjects_order(self):
        return self._order("subject", self.frame.subjects, self.ticket)

    def inspectors_order(self):
        return self._order("inspector", self.frame.inspectors, self.inspector_ticket)

    def teams_txt(self):
        lines = [" ".join([subject] + [code for _, code in team]) + "\n"
                 for subject, team in zip(self.visits, self.teams)]
        return "".join(lines).encode()

    def leaders_txt(self):
        return "".join(f"{subject} {leader}\n" for subject, leader in zip(self.visits, self.leaders)).encode()

    def opened_tsv(self):
        """The leaves that visits carry, each with its path to the root."""
        tree = sorted(leaf for (sort, _, _), leaf in self.frame.leaves.items() if sort == "subject")
        lines = []
        for subject in self.visits:
            salt, nonce = self.keys.salt("subject", subject), self.keys.nonce("subject", subject)
            for row in self.carried[subject]:
                index = tree.index(self.frame.leaves["subject", row[0], row[1]])
                siblings = ",".join(hashes.path(self.suite, tree, index)) or "-"
                cover = self.keys.cover("subject", row[0], row[1])
                lines.append("\t".join([*row, salt, nonce, cover, str(index), siblings]) + "\n")
        return "".join(sorted(lines, key=str.encode)).encode()
