"""SPEC-draw §2: hashes, leaves and the tree over them."""
import hashlib


class Suite:
    """HASH of an attempt: SHA-256 or SM3."""

    def __init__(self, name):
        self.name = name

    def digest(self, data):
        """HASH of bytes, 32 raw bytes."""
        return hashlib.new(self.name, data).digest()

    def of(self, data):
        """HASH of exact bytes, 64 hex digits."""
        return self.digest(data).hex()

    def H(self, *lines):
        """H(a, b, …): every argument is a line."""
        return self.of("".join(f"{line}\n" for line in lines).encode())


class Keys:
    """What follows from S for one attempt or borrowed frame."""

    def __init__(self, suite, campaign, attempt, secret):
        self.suite, self.campaign, self.attempt, self.S = suite, campaign, attempt, secret

    def _under(self, tag, *words):
        return self.suite.H(tag, self.campaign, self.attempt, *words, self.S)

    def salt(self, sort, ident):
        return self._under("shuang-salt/1", sort, ident)

    def nonce(self, sort, ident):
        return self._under("shuang-nonce/1", sort, ident)

    def cover(self, sort, ident, stratum):
        return self._under("shuang-cover/1", sort, ident, stratum)

    def file_key(self, name):
        return self._under("shuang-filekey/2", name)

    def secret(self):
        return self.suite.H("shuang-secret/1", self.S)

    def sealed(self, name, content):
        """The hash of a file of people, under its key."""
        return self.suite.H("shuang-file/2", self.campaign, self.attempt, name, self.file_key(name),
                            self.suite.of(content))

    def person_salt(self, code):
        return self._under("shuang-personsalt/2", code)

    def person(self, code):
        """§2.1; `-` is an unfilled place."""
        return "-" if code == "-" else self.suite.H("shuang-person/2", code, self.person_salt(code))

    def leaf(self, sort, ident, stratum, status, area):
        """The leaf hash of one row."""
        H = self.suite.H
        seal = H("shuang-seal/1", self.salt(sort, ident))
        mark = H("shuang-mark/1", stratum, status, area, self.cover(sort, ident, stratum))
        lines = ("shuang-leaf/1", self.campaign, self.attempt, sort, ident, mark,
                 self.nonce(sort, ident), seal)
        return self.suite.of(b"\0" + "".join(f"{line}\n" for line in lines).encode())

    def ticket(self, seed, scope, sort, ident):
        return ticket(self.suite, seed, scope, ident, self.salt(sort, ident))


def ticket(suite, seed, scope, ident, salt):
    """The ticket of an id under a seed."""
    return suite.H("shuang-ticket/1", seed, scope, ident, salt)


def commitment(suite, campaign, attempt, name, nonce):
    """What a party hands in before FREEZE."""
    return suite.H("shuang-party/2", campaign, attempt, name, nonce)


def _split(count):
    """The largest power of two below a count."""
    half = 1
    while half * 2 < count:
        half *= 2
    return half


def _node(suite, leaves):
    if len(leaves) == 1:
        return bytes.fromhex(leaves[0])
    half = _split(len(leaves))
    return suite.digest(b"\1" + _node(suite, leaves[:half]) + _node(suite, leaves[half:]))


def root(suite, leaves):
    """RFC 6962 root over leaf hashes in ascending order."""
    return _node(suite, sorted(leaves)).hex() if leaves else suite.of(b"")


def path(suite, leaves, index):
    """The siblings of a leaf from the bottom; `leaves` ascending."""
    if len(leaves) == 1:
        return []
    half = _split(len(leaves))
    if index < half:
        return path(suite, leaves[:half], index) + [_node(suite, leaves[half:]).hex()]
    return path(suite, leaves[half:], index - half) + [_node(suite, leaves[:half]).hex()]
