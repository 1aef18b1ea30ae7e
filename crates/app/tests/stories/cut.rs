//! The wire to PostgreSQL is cut at every message of an upload, from the file that is sent to the rows that are written:
//! before the server hears of it, or after it has answered. Whoever sent the file goes on from what he sees, and in the
//! end the rows are there once, by one act.

use app::AppError;
use app::staging::{Import, State};
use store::{Db, subject};
use testkit::city::{City, register_number, unit};
use testkit::engines::{PostgresDatabase, upgrade};
use testkit::wire::{Cut, Wire};

use crate::uploads::{Desk, SUBJECTS, caterers, registrar};
use crate::words::leaves;

/// So often a person goes on before he gives up.
const PATIENCE: usize = 12;

/// Sends the file, and has it read. The key is that of the form, which stays the same.
async fn sent(desk: &Desk, id: &str, text: &str) -> Result<(), AppError> {
    let mut incoming = desk.staging.incoming().await?;
    incoming.write(text.as_bytes()).await?;
    let to = (SUBJECTS, &unit(1));
    let accepted = desk
        .staging
        .accept(&desk.importer, to, id, "a.txt", incoming)
        .await?;
    if accepted.fresh {
        desk.staging.start_reading(id).await?;
    }
    Ok(())
}

/// What is to be pressed on the page of an upload that stands there.
async fn pressed(desk: &Desk, import: &Import) -> Result<(), AppError> {
    let (staging, id) = (&desk.staging, &import.stored.id);
    match import.state {
        State::Mapping => {
            staging
                .confirm(import, &import.premise(), import.columns())
                .await
        }
        State::Previewed => {
            staging
                .claim(import, &import.premise_to_write(), false)
                .await?;
            staging.start_applying(id).await
        }
        State::Interrupted => staging.resume(import, &import.premise()).await,
        _ => Ok(()),
    }
}

/// One look at the upload and one press; true once it is imported.
async fn goes_on(desk: &Desk, id: &str, text: &str) -> Result<bool, AppError> {
    let account = desk.importer.account.as_ref();
    let found = desk.staging.find(account, id).await?;
    match found {
        None => sent(desk, id, text).await?,
        Some(import) if import.state == State::Done => return Ok(true),
        Some(import) => pressed(desk, &import).await?,
    }
    desk.staging.settled(id).await;
    Ok(false)
}

/// From the file to its rows, with the wire cut once on the way; whether it was.
async fn seen_through(city: &City, desk: &Desk, wire: &Wire, id: &str, text: &str) -> bool {
    for _ in 0..PATIENCE {
        // What is refused while the wire is down is pressed again.
        if matches!(goes_on(desk, id, text).await, Ok(true)) {
            return wire.whole();
        }
        // The lease of work that nobody does any more ends.
        city.clock.advance_minutes(3);
        let jobs = desk.staging.jobs();
        let _ = jobs.beat().await;
        let _ = jobs.upkeep().await;
    }
    panic!("{id} is not imported: {:?}", desk.now(id).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_is_written_once_wherever_the_wire_is_cut() {
    let server = PostgresDatabase::fresh();
    let wire = Wire::to(server.url());
    let db = Db::open_postgres(wire.url(), &upgrade()).await.unwrap();
    let city = City::found(db.clone()).await;
    let desk = Desk::open(&city.app, registrar(&city, "registrar").await);
    let mut message = 0;
    loop {
        message += 1;
        if !cut_at(&city, &desk, &wire, message).await {
            break;
        }
    }
    assert!(message > 40, "there were messages to cut: {message}");
    let mut reader = db.read().await.unwrap();
    let kept = subject::by_code(&mut reader, &register_number(1)).await;
    let name = kept.unwrap().unwrap().subject.name.to_string();
    assert!(name.contains(&format!("样例{message}")), "{name}");
    drop(reader);
    assert_eq!(store::audit(&db).await.unwrap().faults, []);
    db.close().await;
}

/// One file, whose two rows are not those of the file before; whether that message was ever sent.
async fn cut_at(city: &City, desk: &Desk, wire: &Wire, message: u32) -> bool {
    let id = format!("cut{message:04}");
    let text = caterers(2).replace("样例", &format!("样例{message}"));
    let side = match message % 2 {
        0 => Cut::Before,
        _ => Cut::After,
    };
    let before = leaves(city).await;
    wire.cut_message(message, side);
    let was_cut = seen_through(city, desk, wire, &id, &text).await;
    assert_eq!(leaves(city).await, before + 1, "{id} is one act");
    let tally = desk.now(&id).await.summary.written.unwrap();
    assert_eq!(tally.added + tally.changed, 2, "{id}");
    was_cut
}
