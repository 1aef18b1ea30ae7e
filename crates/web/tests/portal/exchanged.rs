//! Somebody who holds the database exchanges what the outside parties handed in, or what the log has of the campaign.
//! Nothing is published or drawn from it: each act of a draw asks the log first.

use app::AppError;
use app::premise::Thing;
use axum::http::StatusCode;
use domain::campaign::party::PartyState;
use domain::campaign::state::LIFE;
use domain::campaign::{CampaignState, StateKind};
use domain::id::{CampaignNo, Fingerprint, PartyToken};
use store::campaign::StoredCampaign;
use testkit::city::as_shown;

use crate::altered::{Held, code, told};
use crate::story::NONCES;

impl Held {
    async fn stored(&self, number: &CampaignNo) -> StoredCampaign {
        let mut reader = self.app().db.read().await.unwrap();
        store::campaign::by_number(&mut reader, number)
            .await
            .unwrap()
    }

    /// The state of the campaign, written as if the program had.
    fn puts(&self, number: &CampaignNo, state: &CampaignState) {
        let life = LIFE.write(state).unwrap();
        self.sql(&format!(
            "UPDATE campaigns SET life = '{life}' WHERE number = '{number}'"
        ));
    }

    /// The number of the newest entry of that act.
    async fn sequence(&self, act: &str) -> u64 {
        let mut reader = self.app().db.read().await.unwrap();
        let lines = store::log::trace(&mut reader, &store::log::TraceOf::All, None, 1_000).await;
        let found = lines.unwrap().into_iter().find(|line| line.act == act);
        found.unwrap().sequence
    }

    async fn void(&self, number: &CampaignNo) -> Result<(), AppError> {
        self.story.void(number, "register-error", "名录有误").await
    }
}

fn parties(state: &mut CampaignState) -> &mut Vec<domain::campaign::party::Party> {
    match state {
        CampaignState::Frozen(frozen) => &mut frozen.parties,
        CampaignState::Committed(committed) => &mut committed.frozen.parties,
        CampaignState::Revealed(revealed) => &mut revealed.committed.frozen.parties,
        other => panic!("{:?}", other.kind()),
    }
}

/// The same with another commitment of the party at that place.
fn with_commitment(state: &CampaignState, at: usize, other: &str) -> CampaignState {
    let mut state = state.clone();
    let party = &mut parties(&mut state)[at];
    if let PartyState::Committed { commitment, .. } = &mut party.state {
        *commitment = Fingerprint::parse(other).unwrap();
    }
    state
}

fn refused(done: Result<(), AppError>, code: &str) -> String {
    let error = done.unwrap_err();
    let said = error.to_string();
    assert!(said.contains(code), "{said}");
    said
}

#[tokio::test]
async fn a_commitment_that_was_exchanged_is_never_published() {
    told(async |held| {
        let number = held.story.launched().await;
        held.story.freeze(&number).await;
        let delivered = held.sequence("party.commit").await;
        let stored = held.stored(&number).await;
        let other = held
            .story
            .commitment(&number, 1, (NONCES[1].0, &"7".repeat(64)));
        held.puts(&number, &with_commitment(&stored.campaign.state, 1, &other));
        let said = refused(held.commit(&number).await, "DRAW-052");
        let own = held.story.commitment(&number, 1, NONCES[1]);
        let office = stored.campaign.state.frame().unwrap().parties[1]
            .name
            .office
            .clone();
        for word in [office, format!("第 {delivered} 条"), own, other] {
            assert!(said.contains(&word), "{word}: {said}");
        }
        // An entry that is hidden from whoever looks it up by its links is found all the same.
        held.puts(&number, &stored.campaign.state);
        held.sql("DELETE FROM log_links WHERE sequence = (SELECT MAX(sequence) FROM log_links)");
        let before = held.story.site.log_size().await;
        assert_eq!(
            held.stored(&number).await.campaign.kind(),
            StateKind::Frozen
        );
        held.commit(&number).await.unwrap();
        assert_eq!(held.story.site.log_size().await, before + 1);
    })
    .await;
}

#[tokio::test]
async fn a_commitment_that_nobody_handed_in_is_never_published() {
    told(async |held| {
        let number = held.story.launched().await;
        let (app, officer) = (held.app(), &held.story.officer);
        let shown = as_shown(app, Thing::Campaign(&number)).await;
        app.freeze_frame(officer, &number, &shown).await.unwrap();
        let mut state = held.stored(&number).await.campaign.state;
        let made = held.story.commitment(&number, 1, NONCES[0]);
        parties(&mut state)[0].state = PartyState::Committed {
            commitment: Fingerprint::parse(&made).unwrap(),
            at: app::port::Clock::now(&*held.story.site.city.clock),
        };
        held.puts(&number, &state);
        refused(held.commit(&number).await, "DRAW-053");
    })
    .await;
}

#[tokio::test]
async fn a_commitment_that_was_exchanged_stays_so_whoever_hands_in_next() {
    told(async |held| {
        let number = held.story.launched().await;
        let app = held.app();
        let officer = &held.story.officer;
        let shown = as_shown(app, Thing::Campaign(&number)).await;
        app.freeze_frame(officer, &number, &shown).await.unwrap();
        let mut links = Vec::new();
        for (token, _) in NONCES {
            let shown = as_shown(app, Thing::Campaign(&number)).await;
            let party = PartyToken::parse(token).unwrap();
            let link = app.issue_party_link(officer, &number, &shown, &party).await;
            links.push(link.unwrap());
        }
        let hands_in = async |at: usize| {
            let (token, nonce) = NONCES[at];
            let shown = as_shown(app, Thing::Party(&links[at])).await;
            let hex = held.story.commitment(&number, 1, (token, nonce));
            app.accept_commitment(&links[at], &shown, &hex)
                .await
                .unwrap();
        };
        hands_in(0).await;
        let first = held.sequence("party.commit").await;
        let state = held.stored(&number).await.campaign.state;
        let other = held
            .story
            .commitment(&number, 1, (NONCES[0].0, &"7".repeat(64)));
        held.puts(&number, &with_commitment(&state, 0, &other));
        // The program takes what stands there for its own, and writes it into the next entry.
        hands_in(1).await;
        let second = held.sequence("party.commit").await;
        let said = refused(held.commit(&number).await, "DRAW-052");
        for sequence in [first, second] {
            assert!(said.contains(&format!("第 {sequence} 条")), "{said}");
        }
        // Put right again it may be published; that it was altered in between, the audit says for ever.
        let state = held.stored(&number).await.campaign.state;
        let own = held.story.commitment(&number, 1, NONCES[0]);
        held.puts(&number, &with_commitment(&state, 0, &own));
        held.commit(&number).await.unwrap();
        let named = store::audit(&app.db).await.unwrap().faults;
        let told: Vec<String> = named.iter().map(ToString::to_string).collect();
        assert!(
            told.iter().any(|fault| fault.starts_with("AUDT-012")),
            "{told:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn figures_that_were_altered_before_a_party_handed_in_are_not_committed_to() {
    told(async |held| {
        let number = held.story.launched().await;
        held.story.freeze(&number).await;
        let kept = held.stored(&number).await.figures;
        held.sql(&format!(
            "UPDATE campaigns SET figures = replace(figures, '\"drawn\":', '\"drawn\": ') WHERE number = '{number}'"
        ));
        assert_ne!(held.stored(&number).await.figures, kept);
        refused(held.commit(&number).await, "DRAW-042");
        held.sql(&format!("UPDATE campaigns SET figures = '{kept}' WHERE number = '{number}'"));
        held.commit(&number).await.unwrap();
    })
    .await;
}

/// Hours, who did what, numbers and plan are no more the operator's to alter than what the parties handed in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_the_entries_since_the_freeze_say_can_be_altered_before_it_is_published_or_revealed()
 {
    told(async |held| {
        let number = held.story.launched().await;
        let links = held.story.freeze(&number).await;
        let kept = held.stored(&number).await;
        for alter in [
            "UPDATE campaigns SET plan = replace(plan, '\"beacon\":null', '\"beacon\":{\"source\":\"cwl-ssq\"}')",
            "UPDATE campaigns SET life = replace(life, '\"quota\":', '\"quota\":1')",
        ] {
            held.sql(&format!("{alter} WHERE number = '{number}'"));
            let now = held.stored(&number).await;
            assert!(now.plan != kept.plan || now.campaign != kept.campaign, "{alter}");
            refused(held.commit(&number).await, "DRAW-042");
            held.sql(&format!("UPDATE campaigns SET plan = '{}' WHERE number = '{number}'", kept.plan));
            held.puts(&number, &kept.campaign.state);
        }
        held.commit(&number).await.unwrap();
        held.story.answered(&number, &links).await;
        let committed = held.stored(&number).await.campaign.state;
        let mut sooner = committed.clone();
        let CampaignState::Committed(altered) = &mut sooner else {
            panic!("{sooner:?}");
        };
        altered.reveal_by = altered.step.at;
        held.puts(&number, &sooner);
        let before = held.story.site.log_size().await;
        refused(held.follow(&number).await, "DRAW-042");
        assert_eq!(held.story.site.log_size().await, before);
        held.puts(&number, &committed);
        held.follow(&number).await.unwrap();
        assert_eq!(held.stored(&number).await.campaign.kind(), StateKind::Drawn);
    })
    .await;
}

/// Under `shuang/2` nobody presses anything when the last nonce is in; when its time is over, the end of revealing is the
/// moment at which a nonce that was dropped would be missed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nonce_that_was_dropped_after_it_was_seen_is_neither_revealed_nor_drawn_without() {
    told(async |held| {
        let (number, links) = held.story.committed().await;
        held.story.answered(&number, &links).await;
        let stored = held.stored(&number).await;
        let mut dropped = stored.campaign.state.clone();
        let last = &mut parties(&mut dropped)[1];
        let PartyState::Revealed { commitment, .. } = last.state.clone() else {
            panic!("{last:?}");
        };
        let at = app::port::Clock::now(&*held.story.site.city.clock);
        last.state = PartyState::Committed {
            commitment: commitment.clone(),
            at,
        };
        held.puts(&number, &dropped);
        let before = held.story.site.log_size().await;
        // So far it looks as if somebody might still come; then as if he had not.
        held.follow(&number).await.unwrap();
        held.story.site.city.clock.advance_minutes(62);
        let said = refused(held.follow(&number).await, "DRAW-052");
        assert!(said.contains(NONCES[1].1), "{said}");
        assert_eq!(held.story.site.log_size().await, before);
        held.puts(&number, &stored.campaign.state);
        // REVEAL is published, RESULT not: the frame is away at that moment.
        let frame = held.kept(&number, "subjects.tsv").await;
        held.exchange(&number, "subjects.tsv", "").await;
        held.follow(&number).await.unwrap_err();
        held.exchange(&number, "subjects.tsv", &frame).await;
        let stored = held.stored(&number).await;
        assert_eq!(stored.campaign.kind(), StateKind::Revealed);
        let mut absent = stored.campaign.state.clone();
        let reason = PartyToken::parse("timeout").unwrap();
        parties(&mut absent)[1].state = PartyState::Absent {
            commitment,
            reason,
            at,
        };
        held.puts(&number, &absent);
        assert_eq!(code(held.follow(&number).await), "DRAW-042");
        held.puts(&number, &stored.campaign.state);
        held.follow(&number).await.unwrap();
        assert_eq!(held.stored(&number).await.campaign.kind(), StateKind::Drawn);
    })
    .await;
}

/// What is done to the log of the campaign, and how it is taken back.
fn hands(kind: &str) -> [(String, &'static str); 2] {
    let of = format!(
        "(SELECT event_id FROM log_leaves WHERE entry LIKE 'shuang/1 entry_type {kind}%' ORDER BY sequence DESC LIMIT 1)"
    );
    [
        (
            format!(
                "CREATE TABLE taken AS SELECT * FROM log_records; UPDATE log_records SET record = record || ' ' WHERE event_id = {of}"
            ),
            "DELETE FROM log_records; INSERT INTO log_records SELECT * FROM taken; DROP TABLE taken",
        ),
        (
            format!(
                "CREATE TABLE taken AS SELECT * FROM log_bodies; UPDATE log_bodies SET gzip = '\\x00' WHERE event_id = {of}"
            ),
            "DELETE FROM log_bodies; INSERT INTO log_bodies SELECT * FROM taken; DROP TABLE taken",
        ),
    ]
}

/// Nothing is added to the campaign while one of its records, or the body behind one, is not what was logged.
async fn adds_nothing(held: &Held, number: &CampaignNo, kinds: &[&str]) {
    for (done, taken_back) in kinds.iter().flat_map(|kind| hands(kind)) {
        held.sql(&done);
        let before = held.story.site.log_size().await;
        let state = held.stored(number).await.campaign.state;
        let met = state.commitment().is_some_and(|one| one.ceremony.is_some());
        let mut tried = Vec::new();
        // From the ceremony on nobody may void the attempt in the first place; before it nothing follows by itself.
        if !met {
            tried.push(held.void(number).await);
        }
        if state.kind() == StateKind::Frozen {
            tried.push(held.commit(number).await);
        } else if met {
            tried.push(held.follow(number).await);
        }
        for tried in tried {
            let said = refused(tried, "STOR-521");
            assert!(said.contains("mingqian audit"), "{done}: {said}");
        }
        assert_eq!(held.story.site.log_size().await, before, "{done}");
        held.sql(taken_back);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_record_is_added_to_a_campaign_whose_own_records_or_bodies_were_altered() {
    told(async |held| {
        let number = held.story.launched().await;
        let links = held.story.freeze(&number).await;
        adds_nothing(&held, &number, &["plan"]).await;
        held.commit(&number).await.unwrap();
        adds_nothing(&held, &number, &["plan", "freeze"]).await;
        held.story.answered(&number, &links).await;
        adds_nothing(&held, &number, &["plan", "freeze"]).await;
        // REVEAL is published, RESULT not: the frame is away at that moment.
        let frame = held.kept(&number, "subjects.tsv").await;
        held.exchange(&number, "subjects.tsv", "").await;
        held.follow(&number).await.unwrap_err();
        held.exchange(&number, "subjects.tsv", &frame).await;
        adds_nothing(&held, &number, &["freeze", "reveal"]).await;
        held.follow(&number).await.unwrap();
        assert_eq!(held.stored(&number).await.campaign.kind(), StateKind::Drawn);
    })
    .await;
}

/// A publication rewritten into another that reads as well: what was logged is the witness.
#[tokio::test]
async fn a_publication_that_was_rewritten_is_shown_nowhere() {
    told(async |held| {
        let (_, visits) = held.story.ended().await;
        let stranger = held.story.site.stranger();
        let (bad, good) = (&visits[0], &visits[1]);
        let address = held.address_of(bad).await;
        let entity = format!("/entity/{}", bad.subject_code);
        for path in [&address, &entity] {
            let page = stranger.get(path).await;
            assert!(page.shows(&bad.subject_name), "{path}: {}", page.text);
        }
        held.sql(&format!(
            "UPDATE publications SET content = replace(content, '{}', '别的企业') WHERE inspection_id = '{}'",
            bad.subject_name, bad.visit.id
        ));
        for path in ["/", "/results", "/results.json", "/search?q=样例餐饮", &entity] {
            let page = stranger.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
            assert!(!page.shows("别的企业"), "{path}: {}", page.text);
            if path != "/" {
                assert!(page.shows("PUBL-020"), "{path}: {}", page.text);
            }
        }
        let list = stranger.get("/results").await;
        assert!(list.shows(&good.subject_name), "{}", list.text);
        for path in [address.clone(), format!("{address}.json")] {
            let page = stranger.get(&path).await;
            assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
            assert!(page.shows("STOR-521") && !page.shows("别的企业"), "{}", page.text);
        }
        // Taken down behind the back: no tombstone is shown for it either.
        held.sql(&format!(
            "UPDATE publications SET withdrawn_at_ms = 1, withdrawn_reason = '撤', content = '{{\"version\":1,\"withdrawn_at\":1,\"reason\":\"撤\"}}' WHERE inspection_id = '{}'",
            bad.visit.id
        ));
        let page = stranger.get(&address).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.text);
    })
    .await;
}

#[tokio::test]
async fn a_list_of_the_log_says_which_entry_is_missing() {
    told(async |held| {
        held.story.launched().await;
        let stranger = held.story.site.stranger();
        let inside = held.story.site.signed_in(&held.story.supervisor).await;
        let size = held.story.site.log_size().await;
        let gone = size - 3;
        let said = format!("留痕第 {gone} 条不在库里");
        for path in ["/log", "/log.json"] {
            let page = stranger.get(path).await;
            assert_eq!(page.status, StatusCode::OK);
            assert!(!page.shows("不在库里"), "{path}");
        }
        assert!(!inside.get("/w/log").await.shows("不在库里"));
        held.sql(&format!(
            "ALTER TABLE log_leaves DISABLE TRIGGER ALL; DELETE FROM log_leaves WHERE sequence = {gone}"
        ));
        let page = stranger.get("/log").await;
        assert!(page.shows(&said) && page.shows("STOR-521"), "{}", page.text);
        let list = stranger.get("/log.json").await.text;
        let list: serde_json::Value = serde_json::from_str(&list).unwrap();
        assert_eq!(list["missing"], serde_json::json!([gone]));
        let page = inside.get("/w/log").await;
        assert!(page.shows(&said) && page.shows("mingqian audit"), "{}", page.text);
        // A part of the log, and a page that ends above the gap, miss nothing.
        let above = inside.get("/w/log?account=drawer1").await;
        assert!(!above.shows("不在库里"), "{}", above.text);
    })
    .await;
}

#[tokio::test]
async fn what_is_damaged_is_named_and_nobody_is_told_to_try_later() {
    told(async |held| {
        let (number, _) = held.story.opened().await;
        let stranger = held.story.site.stranger();
        let bundle = format!("/draw/{number}/bundle.zip");
        assert_eq!(stranger.get(&bundle).await.status, StatusCode::OK);
        // One byte of a sealed file; then a cell that no program writes.
        let chunk = "blob_id = (SELECT b.blob_id FROM blobs b JOIN attachments a ON a.sha256 = b.sha256 WHERE a.name = 'subjects.order')";
        let flip = format!("UPDATE blob_chunks SET bytes = set_byte(bytes, 5, get_byte(bytes, 5) # 1) WHERE ordinal = 0 AND {chunk}");
        held.sql(&flip);
        let page = stranger.get(&bundle).await;
        assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
        for word in ["STOR-504", "subjects.order", "稍后再试没有用", "mingqian audit", "系统管理员"] {
            assert!(page.shows(word), "{word}: {}", page.text);
        }
        assert!(!page.shows("PAGE-500"), "{}", page.text);
        held.sql(&flip);
        assert_eq!(stranger.get(&bundle).await.status, StatusCode::OK);
        let inside = held.story.site.signed_in(&held.story.supervisor).await;
        let inner = format!("/w/campaigns/{number}");
        let page = inside.get(&inner).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let id = held.stored(&number).await.campaign.id;
        held.sql(&format!("UPDATE campaigns SET life = '{{}}' WHERE number = '{number}'"));
        let page = inside.get(&inner).await;
        for word in ["STOR-500", "表 campaigns", "列 life", id.as_str(), "稍后再试没有用"] {
            assert!(page.shows(word), "{word}: {}", page.text);
        }
        assert!(!page.shows("PAGE-500"), "{}", page.text);
    })
    .await;
}
