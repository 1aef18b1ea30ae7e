//! Somebody holds the database: statements run behind the program's back, on either engine.

use store::{Db, Engine};

use crate::engines::{PostgresDatabase, SqliteFile, admin, upgrade};

/// Runs a statement where the database lies.
pub async fn meddle(engine: Engine, place: &str, sql: &str) {
    match engine {
        Engine::Postgres => drop(admin(place, sql)),
        Engine::Sqlite => {
            use sqlx::Connection as _;
            let mut conn = sqlx::SqliteConnection::connect(place).await.unwrap();
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
                .execute(&mut conn)
                .await
                .unwrap();
            conn.close().await.unwrap();
        }
    }
}

/// Tells a story on a fresh database of each engine, with the place where it lies.
pub async fn on_both_places(story: impl AsyncFn(&Db, &str)) {
    let file = SqliteFile::fresh();
    let server = PostgresDatabase::fresh();
    let lite = Db::open_sqlite(file.path(), &upgrade()).await.unwrap();
    let pg = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    let place = file.path().display().to_string();
    for (db, place) in [(lite, place.as_str()), (pg, server.url())] {
        story(&db, place).await;
        db.close().await;
    }
}
