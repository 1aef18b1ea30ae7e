//! Salts, nonces and leaves (§2): what FREEZE commits to, one leaf per (subject, item).
//!
//! The salt makes the ticket and stays sealed; the nonce hides the leaf and may be given to the
//! subject from T1; the cover hides stratum and status from whoever holds only the nonce.
//! Deliberately absent: positions. A leaf never says where in the tree it stands, since leaves are
//! sorted by hash and a position would name the subject.

use crate::digest::{Digest, Hasher, Message, Secret, Suite};
use crate::name::Token;

/// What a leaf stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A subject under one item (检查对象).
    Subject,
    /// An inspector (执法检查人员).
    Inspector,
    /// A pair that must not meet (回避).
    Recusal,
    /// A leader, where leaders are drawn; reserved, `shuang/1` appoints them.
    Leader,
    /// A part of a subject: one vehicle of a fleet (第三随机).
    Part,
}

impl Kind {
    /// The word that is hashed; also the ticket scope of the draw itself.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Inspector => "inspector",
            Self::Recusal => "recusal",
            Self::Leader => "leader",
            Self::Part => "part",
        }
    }
}

/// Makes every value of the leaves of one kind in one attempt.
///
/// It keeps the constant beginnings of its messages, so it is mutable; every thread clones its own.
#[derive(Clone)]
pub struct LeafMaker {
    secret: [u8; 64],
    salt: Message,
    nonce: Message,
    cover: Message,
    seal: Message,
    mark: Message,
    leaf: Message,
}

impl LeafMaker {
    /// For one kind of leaf under the secret S of the attempt (or of a PART record).
    #[must_use]
    pub fn new(suite: Suite, campaign: Token, attempt: u32, kind: Kind, secret: &Secret) -> Self {
        let attempt = attempt.to_string();
        let prefixed = |start: &[u8], domain: &[u8]| {
            let mut message = Message::new(suite);
            message
                .raw(start)
                .line(domain)
                .line(campaign.as_bytes())
                .line(attempt.as_bytes())
                .line(kind.word().as_bytes());
            message.keep()
        };
        Self {
            secret: secret.hex(),
            salt: prefixed(b"", b"shuang-salt/1"),
            nonce: prefixed(b"", b"shuang-nonce/1"),
            cover: prefixed(b"", b"shuang-cover/1"),
            seal: seal_prefix(suite),
            mark: mark_prefix(suite),
            leaf: prefixed(&[0], b"shuang-leaf/1"),
        }
    }

    /// `salt = H("shuang-salt/1", campaign, attempt, kind, id, S)`: sealed until opened.
    #[must_use]
    pub fn salt(&mut self, id: &[u8]) -> Digest {
        self.salt.rewind().line(id).line(&self.secret).hash()
    }

    /// `nonce = H("shuang-nonce/1", campaign, attempt, kind, id, S)`.
    #[must_use]
    pub fn nonce(&mut self, id: &[u8]) -> Digest {
        self.nonce.rewind().line(id).line(&self.secret).hash()
    }

    /// `cover = H("shuang-cover/1", campaign, attempt, kind, id, stratum, S)`.
    #[must_use]
    pub fn cover(&mut self, id: &[u8], stratum: &[u8]) -> Digest {
        let cover = self.cover.rewind().line(id).line(stratum);
        cover.line(&self.secret).hash()
    }

    /// The hash of a leaf whose salt and nonce are already known (leaves of one subject share
    /// them).
    #[must_use]
    pub fn leafhash(&mut self, leaf: &LeafFields<'_>, salt: &Digest, nonce: &Digest) -> Digest {
        let cover = self.cover(leaf.id, leaf.stratum);
        let mark = marked(&mut self.mark, leaf, &cover).hash();
        let seal = self.seal.rewind().line(&salt.hex()).hash();
        self.listed(leaf.id, &mark, nonce, &seal).hash()
    }

    /// Salt and leaf hash of two leaves, hashed side by side by a maker each.
    pub(crate) fn two(
        makers: &mut [Self; 2],
        leaves: [&LeafFields<'_>; 2],
    ) -> [(Digest, Digest); 2] {
        for (maker, leaf) in makers.iter_mut().zip(leaves) {
            maker.salt.rewind().line(leaf.id).line(&maker.secret);
            maker.nonce.rewind().line(leaf.id).line(&maker.secret);
            let cover = maker.cover.rewind().line(leaf.id).line(leaf.stratum);
            cover.line(&maker.secret);
        }
        let [a, b] = makers;
        let salts_nonces = Message::abreast([&mut a.salt, &mut b.salt, &mut a.nonce, &mut b.nonce]);
        let [salt_a, salt_b, nonce_a, nonce_b] = salts_nonces;
        let [cover_a, cover_b] = Message::abreast([&mut a.cover, &mut b.cover]);
        let [mark_a, mark_b, seal_a, seal_b] = Message::abreast([
            marked(&mut a.mark, leaves[0], &cover_a),
            marked(&mut b.mark, leaves[1], &cover_b),
            a.seal.rewind().line(&salt_a.hex()),
            b.seal.rewind().line(&salt_b.hex()),
        ]);
        let [hash_a, hash_b] = Message::abreast([
            a.listed(leaves[0].id, &mark_a, &nonce_a, &seal_a),
            b.listed(leaves[1].id, &mark_b, &nonce_b, &seal_b),
        ]);
        [(salt_a, hash_a), (salt_b, hash_b)]
    }

    /// The leaf text behind its 0x00.
    fn listed(&mut self, id: &[u8], mark: &Digest, nonce: &Digest, seal: &Digest) -> &mut Message {
        let leaf = self.leaf.rewind().line(id).line(&mark.hex());
        leaf.line(&nonce.hex()).line(&seal.hex())
    }

    /// Opens a leaf: every value that makes its hash.
    #[must_use]
    pub fn open(&mut self, leaf: &LeafFields<'_>) -> OpenedLeaf {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        OpenedLeaf {
            id: text(leaf.id),
            stratum: text(leaf.stratum),
            status: text(leaf.status),
            area: text(leaf.area),
            salt: self.salt(leaf.id),
            nonce: self.nonce(leaf.id),
            cover: self.cover(leaf.id, leaf.stratum),
        }
    }
}

fn seal_prefix(suite: Suite) -> Message {
    let mut message = Message::new(suite);
    message.line(b"shuang-seal/1");
    message.keep()
}

fn mark_prefix(suite: Suite) -> Message {
    let mut message = Message::new(suite);
    message.line(b"shuang-mark/1");
    message.keep()
}

fn marked<'a>(message: &'a mut Message, leaf: &LeafFields<'_>, cover: &Digest) -> &'a mut Message {
    let mark = message.rewind().line(leaf.stratum).line(leaf.status);
    mark.line(leaf.area).line(&cover.hex())
}

/// The four columns of a frame row as bytes.
#[derive(Clone, Copy, Debug)]
pub struct LeafFields<'a> {
    /// The register id, or `<a>:<b>` for recusals and parts.
    pub id: &'a [u8],
    /// The stratum, `-` if there is none.
    pub stratum: &'a [u8],
    /// The status.
    pub status: &'a [u8],
    /// The area, `-` if there is none.
    pub area: &'a [u8],
}

/// `seal = H("shuang-seal/1", salt)`.
#[must_use]
pub fn seal(suite: Suite, salt: &Digest) -> Digest {
    seal_prefix(suite).line(&salt.hex()).hash()
}

/// `mark = H("shuang-mark/1", stratum, status, area, cover)`.
#[must_use]
pub fn mark(suite: Suite, leaf: &LeafFields<'_>, cover: &Digest) -> Digest {
    marked(&mut mark_prefix(suite), leaf, cover).hash()
}

/// A leaf with everything that opens it; what a visited subject gets at the door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedLeaf {
    /// The register id.
    pub id: String,
    /// The stratum.
    pub stratum: String,
    /// The status.
    pub status: String,
    /// The area, or `-`.
    pub area: String,
    /// The salt, which makes the ticket.
    pub salt: Digest,
    /// The nonce, which hides the leaf.
    pub nonce: Digest,
    /// The cover, which hides stratum and status.
    pub cover: Digest,
}

impl OpenedLeaf {
    fn fields(&self) -> LeafFields<'_> {
        LeafFields {
            id: self.id.as_bytes(),
            stratum: self.stratum.as_bytes(),
            status: self.status.as_bytes(),
            area: self.area.as_bytes(),
        }
    }

    /// The mark of the leaf.
    #[must_use]
    pub fn mark(&self, suite: Suite) -> Digest {
        mark(suite, &self.fields(), &self.cover)
    }

    /// The seal of the leaf.
    #[must_use]
    pub fn seal(&self, suite: Suite) -> Digest {
        seal(suite, &self.salt)
    }

    /// The leaf text of an attempt.
    #[must_use]
    pub fn text(&self, suite: Suite, campaign: Token, attempt: u32, kind: Kind) -> String {
        listing_text(
            campaign,
            attempt,
            kind,
            &self.id,
            &self.mark(suite),
            &self.nonce,
            &self.seal(suite),
        )
    }

    /// The RFC 6962 leaf hash of the leaf text.
    #[must_use]
    pub fn hash(&self, suite: Suite, campaign: Token, attempt: u32, kind: Kind) -> Digest {
        leafhash_of_text(suite, &self.text(suite, campaign, attempt, kind))
    }
}

/// The leaf text from its hidden parts, as a listed subject sees it: no stratum, status, ticket.
#[must_use]
pub fn listing_text(
    campaign: Token,
    attempt: u32,
    kind: Kind,
    id: &str,
    mark: &Digest,
    nonce: &Digest,
    seal: &Digest,
) -> String {
    let kind = kind.word();
    format!("shuang-leaf/1\n{campaign}\n{attempt}\n{kind}\n{id}\n{mark}\n{nonce}\n{seal}\n")
}

/// The RFC 6962 leaf hash of a leaf text: `HASH(0x00 ‖ leaf)`.
#[must_use]
pub fn leafhash_of_text(suite: Suite, text: &str) -> Digest {
    let mut hasher = Hasher::new(suite);
    hasher.update(&[0]);
    hasher.update(text.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests;
