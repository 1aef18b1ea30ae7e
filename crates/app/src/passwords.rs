//! How passwords are hashed, and how much memory that takes at most.
//!
//! Argon2id with the parameters in the PHC string (GB/T 22239-2019 8.1.4.1). One hash needs 19 MiB by design, so all of
//! them share [`Passwords`]: as many at once as there are cores, at most four, in blocks of memory that are used
//! again, 76 MiB however many people sign in. Whoever comes meanwhile takes a seat; where there is none he is told so
//! at once, and comes again. Browsers that are known have seats of their own, which no stranger can take.
//! Whether a password is a common one is asked here
//! too, since it takes as long. Deliberately absent: how long a password must be ([`domain::rulebook::SignInRules`]), and
//! how often it may be tried ([`crate::tries`]).

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::available_parallelism;

use argon2::password_hash::{Output, ParamsString, PasswordHash, Salt, SaltString};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use domain::refusal::{Code, Refusal};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::aside::aside;
use crate::port::Entropy;

/// More at once would not be sooner on the machine of a bureau, and each takes 19 MiB.
const MOST_AT_ONCE: usize = 4;
/// Who waits behind 64 others waits a second or two; more would give up before his turn.
const WAITING: usize = 64;

/// How hard a password hash is; OWASP's argon2id minimum for interactive sign-in.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const HASH_BYTES: usize = 32;

static FULL: Code = Code::new(
    "AUTH-037",
    "同时核对口令的人太多，这一次没有核对，也没有计作失败。",
    None,
    "过 {seconds} 秒再试一次；填写的账号还在，口令请重新填写。",
);

/// After how many seconds whoever found no seat should come again; every 503 of the site says the same.
const AGAIN_SECONDS: u32 = 5;

/// Whose password is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Of somebody who comes from nowhere known.
    Stranger,
    /// Of a browser that signed in before, or of somebody who has signed in.
    Known,
}

/// A place in the queue; given back when the work is done or nobody waits for it any more.
#[derive(Debug)]
pub struct Seat(
    #[expect(
        dead_code,
        reason = "held, never read: dropping it gives the seat back"
    )]
    OwnedSemaphorePermit,
);

/// All hashing of passwords of one process.
#[derive(Clone, Debug)]
pub struct Passwords(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    turns: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
    known: Arc<Semaphore>,
    memory: Mutex<Memory>,
}

/// Blocks that are not in use, and how many were ever made.
#[derive(Debug, Default)]
struct Memory {
    idle: Vec<Vec<Block>>,
    made: usize,
}

impl Passwords {
    /// For this machine.
    #[must_use]
    pub fn new() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self::at_once(cores)
    }

    /// For so many cores.
    #[must_use]
    pub fn at_once(cores: usize) -> Self {
        Self(Arc::new(Inner {
            turns: Arc::new(Semaphore::new(cores.clamp(1, MOST_AT_ONCE))),
            strangers: Arc::new(Semaphore::new(WAITING)),
            known: Arc::new(Semaphore::new(WAITING)),
            memory: Mutex::default(),
        }))
    }

    /// How many buffers of memory were made since the start of the process: they are kept, so this is what hashing
    /// takes.
    #[must_use]
    pub fn buffers(&self) -> usize {
        self.memory().made
    }

    /// A seat in the queue.
    ///
    /// # Errors
    /// `AUTH-037` if all are taken; nobody waits for a seat.
    pub fn seat(&self, whose: Whose) -> Result<Seat, Refusal> {
        let seats = match whose {
            Whose::Stranger => &self.0.strangers,
            Whose::Known => &self.0.known,
        };
        match Arc::clone(seats).try_acquire_owned() {
            Ok(seat) => Ok(Seat(seat)),
            Err(_) => Err(FULL.refuse(&[("seconds", &AGAIN_SECONDS)])),
        }
    }

    /// Whether the password fits the PHC string. Without a string the same work is done, so that the answer's time
    /// does not tell which names exist.
    pub async fn fits(&self, seat: Seat, phc: Option<String>, typed: &str) -> bool {
        let typed = typed.to_owned();
        self.in_turn(seat, move |blocks| {
            password_fits(blocks, phc.as_deref(), &typed)
        })
        .await
    }

    /// Whether a password is a common one, or made of common ones, of what lies beside each other on the keyboard, of
    /// repetitions, of a date, or of what is known of its owner. Looked at in turn like a hash: it takes its time.
    pub async fn is_common(&self, seat: Seat, password: &str, known: &[&str]) -> bool {
        let password = password.to_owned();
        let known: Vec<String> = known.iter().map(|word| (*word).to_owned()).collect();
        self.in_turn(seat, move |_| is_common(&password, &known))
            .await
    }

    /// The PHC string of a password.
    pub async fn hash(&self, seat: Seat, entropy: &Arc<dyn Entropy>, password: &str) -> String {
        let (entropy, password) = (Arc::clone(entropy), password.to_owned());
        self.in_turn(seat, move |blocks| {
            hash_password(blocks, &*entropy, &password)
        })
        .await
    }

    /// The work in its turn. It keeps seat and turn to its end, even if nobody waits for it any more: its memory is in
    /// use until then.
    async fn in_turn<T: Send + 'static>(
        &self,
        seat: Seat,
        work: impl FnOnce(&mut [Block]) -> T + Send + 'static,
    ) -> T {
        let turn = Arc::clone(&self.0.turns).acquire_owned().await;
        let turn = turn.expect("the turns are never closed");
        let own = self.clone();
        aside(move || {
            let mut blocks = own.take();
            let done = work(&mut blocks);
            own.memory().idle.push(blocks);
            drop((turn, seat));
            done
        })
        .await
    }

    fn take(&self) -> Vec<Block> {
        let mut memory = self.memory();
        if let Some(blocks) = memory.idle.pop() {
            return blocks;
        }
        memory.made += 1;
        drop(memory);
        vec![Block::default(); params().block_count()]
    }

    /// A panic leaves the list as whole as it was.
    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.0.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

fn params() -> Params {
    Params::new(MEMORY_KIB, PASSES, 1, Some(HASH_BYTES)).expect("constants within argon2's bounds")
}

fn hash_password(blocks: &mut [Block], entropy: &dyn Entropy, password: &str) -> String {
    let salt = SaltString::encode_b64(&entropy.bytes::<16>()).expect("16 bytes are a legal salt");
    let params = params();
    let hash = hashed(blocks, params.clone(), salt.as_salt(), password)
        .expect("argon2 with constant parameters hashes any password");
    PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).expect("the parameters are constants"),
        salt: Some(salt.as_salt()),
        hash: Some(hash),
    }
    .to_string()
}

fn password_fits(blocks: &mut [Block], phc: Option<&str>, password: &str) -> bool {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9i$RH0xH6QjoBXIqKJXpeiCbIzHnvZ7x3/ynh1RBFjXWlY";
    let Ok(kept) = PasswordHash::new(phc.unwrap_or(NOBODY)) else {
        return false;
    };
    let ours = kept.algorithm == ARGON2ID_IDENT && kept.version == Some(Version::V0x13.into());
    let (Ok(params), Some(salt), Some(hash), true) =
        (Params::try_from(&kept), kept.salt, kept.hash, ours)
    else {
        return false;
    };
    // Who plants a hash of more memory than ours gets no more memory by it. Outputs are compared in constant time.
    hashed(blocks, params, salt, password).is_some_and(|found| found == hash) && phc.is_some()
}

/// What the password hashes to; nothing where the parameters ask for more memory than there is in `blocks`.
fn hashed(blocks: &mut [Block], params: Params, salt: Salt<'_>, password: &str) -> Option<Output> {
    let mut raw = [0; Salt::MAX_LENGTH];
    let salt = salt.decode_b64(&mut raw).ok()?;
    let size = params.output_len().unwrap_or(HASH_BYTES);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    Output::init_with(size, |out| {
        argon2
            .hash_password_into_with_memory(password.as_bytes(), salt, out, blocks)
            .map_err(Into::into)
    })
    .ok()
}

/// A million guesses are tried in minutes by whoever has the hash, and first by whoever has not.
fn is_common(password: &str, known: &[String]) -> bool {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    zxcvbn::zxcvbn(password, &known).score() < zxcvbn::Score::Two
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use argon2::password_hash::PasswordHasher as _;

    use super::*;

    struct Zeros;

    impl Entropy for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    fn blocks() -> Vec<Block> {
        vec![Block::default(); params().block_count()]
    }

    #[test]
    fn a_hash_is_that_of_argon2_whatever_was_in_the_memory_before() {
        let salt = SaltString::encode_b64(&[0; 16]).unwrap();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params());
        let theirs = argon2.hash_password("口令".as_bytes(), &salt).unwrap();
        let mut blocks = blocks();
        hash_password(&mut blocks, &Zeros, "别人的口令");
        let ours = hash_password(&mut blocks, &Zeros, "口令");
        assert_eq!(ours, theirs.to_string());
        assert!(password_fits(&mut blocks, Some(&ours), "口令"));
        assert!(!password_fits(&mut blocks, Some(&ours), "别人的口令"));
        assert!(!password_fits(&mut blocks, None, "口令"));
    }

    #[test]
    fn a_common_password_is_known_by_itself_and_by_what_it_is_made_of() {
        let known = ["sysadmin".to_owned(), "样例系统管理员".to_owned()];
        for common in [
            "password123",
            "Password123!",
            "P@ssw0rd2024",
            "1234567890",
            "qwertyuiop",
            "1q2w3e4r5t",
            "aaaaaaaaaaaaaaaa",
            "abcd1234abcd",
            "sysadmin2026",
            "北京北京北京北京北京",
        ] {
            assert!(is_common(common, &known), "{common}");
        }
        for own in [
            "四个不相干的词与一匹马",
            "correct horse battery staple",
            "a1b2c3d4e5f60718",
            "演示口令不得用于真实安装",
        ] {
            assert!(!is_common(own, &known), "{own}");
        }
    }

    #[test]
    fn a_planted_hash_of_a_gigabyte_fits_nothing_and_takes_no_memory() {
        let mut blocks = blocks();
        let kept = hash_password(&mut blocks, &Zeros, "口令");
        let planted = kept.replace("m=19456", "m=1048576");
        assert!(!password_fits(&mut blocks, Some(&planted), "口令"));
        assert_eq!(blocks.len(), 19456);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn of_a_storm_of_two_hundred_four_hash_sixty_four_wait_and_the_rest_is_told_at_once() {
        let passwords = Passwords::at_once(16);
        let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut seats = Vec::new();
        let mut turned_away = 0;
        for _ in 0..200 {
            match passwords.seat(Whose::Stranger) {
                Ok(seat) => seats.push(seat),
                Err(refusal) => {
                    assert_eq!(refusal.code, "AUTH-037");
                    turned_away += 1;
                }
            }
        }
        assert_eq!((seats.len(), turned_away), (64, 136));
        assert!(
            passwords.seat(Whose::Known).is_ok(),
            "strangers take no seat of those who are known"
        );
        let mut works = Vec::new();
        for seat in seats {
            let (own, inside, most) = (passwords.clone(), Arc::clone(&inside), Arc::clone(&most));
            works.push(tokio::spawn(async move {
                own.in_turn(seat, move |blocks| {
                    let now = inside.fetch_add(1, Ordering::SeqCst) + 1;
                    most.fetch_max(now, Ordering::SeqCst);
                    assert!(!password_fits(blocks, None, "不对"));
                    inside.fetch_sub(1, Ordering::SeqCst);
                })
                .await;
            }));
        }
        for work in works {
            work.await.unwrap();
        }
        assert!(most.load(Ordering::SeqCst) <= 4);
        assert!(passwords.buffers() <= 4, "{} buffers", passwords.buffers());
        assert!(
            passwords.seat(Whose::Stranger).is_ok(),
            "every seat is free again"
        );
    }

    #[tokio::test]
    async fn whoever_leaves_while_he_waits_gives_his_seat_back() {
        let passwords = Passwords::at_once(1);
        let turn = Arc::clone(&passwords.0.turns)
            .acquire_owned()
            .await
            .unwrap();
        let seats: Vec<Seat> = (0..WAITING - 1)
            .map(|_| passwords.seat(Whose::Stranger).unwrap())
            .collect();
        let mut waiting =
            Box::pin(passwords.fits(passwords.seat(Whose::Stranger).unwrap(), None, "不对"));
        tokio::select! {
            biased;
            _ = &mut waiting => panic!("there is no turn"),
            () = std::future::ready(()) => {}
        }
        assert!(passwords.seat(Whose::Stranger).is_err());
        drop(waiting);
        assert!(passwords.seat(Whose::Stranger).is_ok());
        drop((turn, seats));
    }
}
