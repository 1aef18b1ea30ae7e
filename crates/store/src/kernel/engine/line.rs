//! The line to PostgreSQL: beginning on it, and whether the server is there at all. A pool without a connection says
//! only that it waited; whether for others or for the server, the server is asked.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection, PgPool};

use crate::error::StoreError;
use crate::kernel::conn::{Conn, engine};
use crate::kernel::value::Value;

/// By what a server knows the connections of one process of the program: its number alone may be that of a process of
/// another machine.
pub(super) static PROCESS: LazyLock<String> = LazyLock::new(|| {
    let machine = RandomState::new().hash_one(std::process::id());
    format!("mingqian {} {machine:016x}", std::process::id())
});
/// Connections of other processes of the program to the same database.
const OTHERS: &str = "SELECT COUNT(DISTINCT application_name) AS others FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'mingqian %' AND application_name <> $1";

/// How whoever writes begins, whatever the database, the role or the server has as its default: under
/// SERIALIZABLE all acts conflict on the head of the log, under REPEATABLE READ whoever waited for it.
pub(super) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";
/// How whoever reads begins.
pub(super) const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// How long a server may take to answer at all.
const ANSWER: Duration = Duration::from_secs(5);

/// How often it is asked whether others have left, and how many times: a server notices a moment later that a process has
/// ended.
const LEAVING: (Duration, u32) = (Duration::from_millis(100), 30);

/// Begins on a connection of the pool.
pub(super) async fn begun(pool: &PgPool, sql: &'static str) -> Result<Conn, StoreError> {
    match pool.begin_with(sql).await {
        Ok(begun) => Ok(Conn::Pg(begun)),
        Err(sqlx::Error::PoolTimedOut) => {
            answers(&pool.connect_options()).await?;
            Err(StoreError::Busy)
        }
        Err(error) => Err(on_the_line(&error)),
    }
}

/// How many other processes of the program are connected; a server that has nothing to do asks for the head of the log
/// all the same.
pub(super) async fn others(pool: &PgPool) -> Result<u64, StoreError> {
    let (every, times) = LEAVING;
    let mut tick = tokio::time::interval(every);
    let mut asked = 0;
    loop {
        tick.tick().await;
        asked += 1;
        let mut conn = begun(pool, BEGIN).await?;
        let own = Value::from(PROCESS.as_str());
        let rows = conn.fetch(OTHERS, &[own]).await?;
        let others = rows.first().map_or(Ok(0), |row| row.int("others"))?;
        conn.rollback().await?;
        if others == 0 || asked == times {
            return Ok(u64::try_from(others).unwrap_or(0));
        }
    }
}

/// What an error of a line says that was to be taken up. One that is closed at its first word, as whatever stands before
/// a server that is away does it, is told by the engine as an answer in no language.
fn on_the_line(error: &sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Protocol(words) => StoreError::Unreachable(words.clone()),
        other => engine(other),
    }
}

/// Refuses a server that cannot be reached. Another answer of it, such as that there is no such database, is told by
/// whoever connects.
pub(super) async fn answers(options: &PgConnectOptions) -> Result<(), StoreError> {
    answers_within(options, ANSWER).await
}

async fn answers_within(options: &PgConnectOptions, within: Duration) -> Result<(), StoreError> {
    match tokio::time::timeout(within, PgConnection::connect_with(options)).await {
        // It is there; that it takes back its line badly is no news.
        Ok(Ok(conn)) => conn.close().await.or(Ok(())),
        Ok(Err(error)) => match on_the_line(&error) {
            unreachable @ StoreError::Unreachable(_) => Err(unreachable),
            _ => Ok(()),
        },
        Err(_) => Err(StoreError::Unreachable(format!(
            "{} 秒内没有答复",
            within.as_secs()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::*;

    fn at(listener: &TcpListener) -> PgConnectOptions {
        let port = listener.local_addr().unwrap().port();
        PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(port)
            .username("nobody")
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_or_says_nothing_is_called_unreachable() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let there = at(&listener);
        let silent = answers_within(&there, Duration::from_millis(1)).await;
        let silent = silent.unwrap_err();
        assert_eq!(silent.code(), "STOR-529");
        assert!(silent.to_string().contains("没有答复"), "{silent}");
        drop(listener);
        let gone = answers(&there).await.unwrap_err();
        assert_eq!(gone.code(), "STOR-529");
        assert!(gone.to_string().contains("联系不上 PostgreSQL"), "{gone}");
    }

    #[tokio::test]
    async fn a_line_that_is_closed_at_its_first_word_leads_to_no_server_either() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let there = at(&listener);
        std::thread::spawn(move || {
            for heard in listener.incoming().map_while(Result::ok) {
                let _ = std::io::Read::read(&mut &heard, &mut [0; 8]);
                let _ = heard.shutdown(std::net::Shutdown::Both);
            }
        });
        let pool = sqlx::postgres::PgPoolOptions::new().connect_lazy_with(there);
        let error = begun(&pool, BEGIN).await.err().unwrap();
        assert_eq!(error.code(), "STOR-529", "{error}");
    }

    #[tokio::test]
    async fn a_pool_that_has_no_connection_says_whether_it_is_busy_or_the_server_is_gone() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let there = at(&listener);
        drop(listener);
        let pool = sqlx::postgres::PgPoolOptions::new()
            .acquire_timeout(Duration::from_millis(1))
            .connect_lazy_with(there);
        let error = begun(&pool, BEGIN).await.err().unwrap();
        assert_eq!(error.code(), "STOR-529");
    }
}
