//! The two keys of a bureau: made once, never overwritten, and which of them is missing said in its own sentence.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use app::crypto::StorageKey;
use app::port::Entropy;
use tlog::note::{KeyKind, SignerKey};
use verify::disk;

use super::Place;
use crate::commands::Failure;
use crate::private::{private_folder, write_private};

impl Place {
    pub(super) fn key(&self, name: &str) -> PathBuf {
        self.data.join("keys").join(name)
    }

    /// Whether keys have been made here.
    #[must_use]
    pub(crate) fn is_founded(&self) -> bool {
        self.key("storage.key").exists()
    }

    /// Makes folder and keys of a new bureau whose log has this origin.
    pub(crate) fn make_keys(&self, origin: &str, entropy: &dyn Entropy) -> Result<(), Failure> {
        let storage_key = entropy.bytes::<32>();
        let log_key = new_log_key(origin, &entropy.bytes())?;
        private_folder(&self.data)?;
        if self.is_complete() {
            write_private(&self.founding(), "1\n")?;
        }
        private_folder(&self.data.join("keys"))?;
        write_private(&self.key("storage.key"), &store::hex(&storage_key))?;
        write_private(&self.key("log.key"), &log_key.to_secret_text())
    }

    /// Puts the key of a new log in the place of the old one, which stays beside it under the old log's name: what it
    /// signed has to be checked for ever.
    pub(crate) fn exchange_log_key(&self, next: &SignerKey) -> Result<(), Failure> {
        let own = self.key("log.key");
        let mut number = 1;
        let aside = loop {
            let aside = self.key(&format!("log.key.{number}"));
            if !aside.exists() {
                break aside;
            }
            number += 1;
        };
        let beside = self.key("log.key.next");
        write_private(&beside, &next.to_secret_text())?;
        fs::rename(&own, &aside).map_err(|error| Failure::file(&own, &error))?;
        fs::rename(&beside, &own).map_err(|error| Failure::file(&own, &error))
    }

    pub(crate) fn log_key(&self) -> Result<SignerKey, Failure> {
        SignerKey::parse(read_key(&self.key("log.key"))?.trim()).map_err(|error| {
            Failure::new(
                "INIT-005",
                "keys/log.key",
                format!("{error}。从备份恢复这个文件。"),
            )
        })
    }

    /// Both keys of the bureau; which one of an established database is missing is said in its own sentence.
    pub(super) async fn keys(&self) -> Result<(StorageKey, SignerKey), Failure> {
        self.require_kinds()?;
        let storage_key = match self.storage_key() {
            Ok(key) => key,
            Err(missing) => return Err(self.explained("storage.key", missing).await),
        };
        match self.log_key() {
            Ok(log_key) => Ok((storage_key, log_key)),
            Err(missing) => Err(self.explained("log.key", missing).await),
        }
    }

    pub(crate) fn storage_key(&self) -> Result<StorageKey, Failure> {
        let text = read_key(&self.key("storage.key"))?;
        let bytes = parse_hex(&text).ok_or_else(|| {
            Failure::new(
                "INIT-004",
                "keys/storage.key",
                "不是 64 位十六进制。从备份恢复这个文件。",
            )
        })?;
        Ok(StorageKey::new(&bytes))
    }

    pub(super) fn keyless(&self, name: &str) -> Failure {
        let place = self.key(name).display().to_string();
        if name == "log.key" {
            return Failure::new(
                "INIT-010",
                place,
                "日志密钥不在，而数据库已经建立。没有它不能签署日志；换一把，持有已公布公钥的人就验不过，所以没有另造密钥，也没有打开数据库。从备份恢复这个库的 keys 目录，或指对 --data 与 --database。",
            );
        }
        Failure::new(
            "INIT-009",
            place,
            "密钥不在，而数据库已经建立。封存的内容只有原来那一把打得开，所以没有另造密钥，也没有打开数据库。从备份恢复这个库的 keys 目录，或指对 --data 与 --database。",
        )
    }

    /// A key that is missing although there is a database is not to be made anew.
    pub(super) async fn explained(&self, name: &str, missing: Failure) -> Failure {
        if self.key(name).exists() {
            return missing;
        }
        let other = ["storage.key", "log.key"]
            .into_iter()
            .find(|key| self.key(key).exists());
        match (self.holds_tables().await, other) {
            (Err(failed), _) => failed,
            (Ok(true), _) => self.keyless(name),
            (Ok(false), None) => missing,
            (Ok(false), Some(other)) => Failure::new(
                "INIT-012",
                self.key(name).display().to_string(),
                format!(
                    "这把密钥不在，同一个局的 {other} 还在，数据库里也没有局。没有另造密钥，也没有建立任何东西。从备份恢复整个数据目录，或指对 --data 与 --database。"
                ),
            ),
        }
    }
}

/// The key of a log of that name.
pub(crate) fn new_log_key(origin: &str, seed: &[u8; 32]) -> Result<SignerKey, Failure> {
    SignerKey::from_seed(origin, KeyKind::Log, seed).map_err(|error| {
        Failure::new(
            "INIT-003",
            origin,
            format!("这个日志名不能用：{error}。写成 主机名/名称 的样子。"),
        )
    })
}

fn read_key(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        let sentence = match error.kind() {
            ErrorKind::NotFound => {
                "这里没有密钥，也没有数据库。先用 mingqian init（真实）或 mingqian demo（演示）建立，或指对 --data。"
                    .to_owned()
            }
            _ => format!("密钥文件读不出：{}", disk::why(&error)),
        };
        Failure::new("INIT-006", path.display().to_string(), sentence)
    })
}

fn parse_hex(text: &str) -> Option<[u8; 32]> {
    let text = text.trim();
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}
