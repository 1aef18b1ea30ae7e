//! The bundle a stranger downloads, judged by the crate that outside auditors run.

use std::io::{Cursor, Read as _, Write as _};
use std::num::NonZeroUsize;

use app::premise::Thing;
use axum::body::to_bytes;
use axum::http::{Request, StatusCode};
use domain::campaign::drawn_list::Unsealed;
use testkit::city::as_shown;
use tower::ServiceExt as _;
use verify::{BundleSource, Limits, Options, verify_bundle};

use crate::browser::Site;
use crate::story::told;

async fn bytes(site: &Site, path: &str) -> (StatusCode, Vec<u8>) {
    let request = Request::get(path).body(axum::body::Body::empty()).unwrap();
    let answer = site.router.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    (
        status,
        to_bytes(answer.into_body(), 64 << 20)
            .await
            .unwrap()
            .to_vec(),
    )
}

fn verdict(site: &Site, zip: Vec<u8>) -> u8 {
    let log_key = Some(site.city.app.log_key.verifier().clone().into());
    let options = Options {
        log_key,
        threads: NonZeroUsize::MIN,
    };
    match BundleSource::from_zip(zip, Limits::default()) {
        Ok(source) => verify_bundle(&source, &options).exit(),
        Err(_) => 2,
    }
}

fn unpack(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut file = archive.by_index(at).unwrap();
            let mut content = Vec::new();
            file.read_to_end(&mut content).unwrap();
            (file.name().unwrap().into_owned(), content)
        })
        .collect()
}

fn names(files: &[(String, Vec<u8>)]) -> Vec<&str> {
    files.iter().map(|(name, _)| name.as_str()).collect()
}

fn pack(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default())
            .unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn before_open_the_bundle_is_right_so_far_and_afterwards_complete() {
    told(async |story| {
        let (number, visits) = story.assigned().await;
        let path = format!("/draw/{number}/bundle.zip");
        let (status, sealed) = bytes(&story.site, &path).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(
            verdict(&story.site, sealed.clone()),
            3,
            "sealed: right so far"
        );
        for (name, content) in unpack(&sealed) {
            let text = String::from_utf8(content).unwrap();
            for visit in &visits {
                assert!(
                    !text.contains(&visit.subject_code),
                    "{name} names a subject before OPEN"
                );
            }
        }
        let publisher = story.site.city.acting(&story.publisher).await;
        let app = &story.site.city.app;
        for visit in &visits {
            story.approved(visit).await;
            app.publish_outcome(
                &publisher,
                &visit.visit.id,
                &as_shown(app, Thing::Outcome(&visit.visit.id)).await,
            )
            .await
            .unwrap();
        }
        app.end_campaign(
            &story.initiator,
            &number,
            &as_shown(app, Thing::Campaign(&number)).await,
        )
        .await
        .unwrap();
        app.open_draw(
            &story.officer,
            &number,
            &as_shown(app, Thing::Campaign(&number)).await,
        )
        .await
        .unwrap();
        let (_, public) = bytes(&story.site, &path).await;
        assert_eq!(
            verdict(&story.site, public),
            0,
            "public: complete and right"
        );
    })
    .await;
}

#[tokio::test]
async fn one_changed_byte_in_any_file_of_the_bundle_is_refused() {
    told(async |story| {
        let (number, _) = story.opened().await;
        let (_, zip) = bytes(&story.site, &format!("/draw/{number}/bundle.zip")).await;
        let files = unpack(&zip);
        let records = [
            "plan.txt",
            "freeze.txt",
            "reveal.txt",
            "result.txt",
            "open.txt",
        ];
        let all = records
            .iter()
            .all(|name| files.iter().any(|(file, _)| file == name));
        assert!(all, "{:?}", names(&files));
        assert_eq!(files.len(), 22, "{:?}", names(&files));
        for at in 0..files.len() {
            let mut changed = files.clone();
            let middle = changed[at].1.len() / 2;
            match changed[at].1.get_mut(middle) {
                Some(byte) => *byte ^= 1,
                // A file in which nothing happened: one byte more.
                None => changed[at].1.push(b'\n'),
            }
            let exit = verdict(&story.site, pack(&changed));
            assert!(
                matches!(exit, 1 | 2),
                "{} with one changed byte gave {exit}",
                files[at].0
            );
        }
        assert_eq!(
            verdict(&story.site, pack(&files)),
            0,
            "the same files unchanged are right"
        );
    })
    .await;
}

#[tokio::test]
async fn only_the_supervision_has_the_full_bundle_and_having_it_is_logged() {
    told(async |story| {
        let (number, visits) = story.opened().await;
        let path = format!("/w/campaigns/{number}/bundle-full.zip");
        let inspector = story.browser(&story.team(&visits[0])[0]).await;
        assert_eq!(inspector.get(&path).await.status, StatusCode::FORBIDDEN);
        let before = story.site.log_size().await;
        let supervisor = story.browser(&story.supervisor).await;
        let answer = supervisor.get(&path).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(
            story.site.log_size().await,
            before + 1,
            "the reading is an act"
        );
        let app = &story.site.city.app;
        let acting = story.site.city.acting(&story.supervisor).await;
        let zip = app.full_bundle(&acting, &number).await.unwrap();
        assert!(unpack(&zip).iter().any(|(name, _)| name == "secret.txt"));
        assert_eq!(verdict(&story.site, zip), 0);
        assert_eq!(
            story.site.stranger().get(&path).await.status,
            StatusCode::SEE_OTHER
        );
        let size = story.site.log_size().await;
        let list = app
            .read_drawn_list((&story.initiator, &Unsealed::default()), &number)
            .await
            .unwrap();
        assert_eq!(list.visits.len(), visits.len());
        assert_eq!(
            story.site.log_size().await,
            size,
            "what is public by now is read like anything public"
        );
    })
    .await;
}

/// Until OPEN the full bundle would name everybody the list still keeps sealed, and hold an OPEN nobody has logged.
#[tokio::test]
async fn the_full_bundle_waits_until_the_draw_is_opened() {
    told(async |story| {
        let number = story.drawn().await;
        let supervisor = story.browser(&story.supervisor).await;
        let page = supervisor.get(&format!("/w/campaigns/{number}")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.shows("bundle-full.zip"), "{}", page.text);
        let size = story.site.log_size().await;
        let full = supervisor
            .get(&format!("/w/campaigns/{number}/bundle-full.zip"))
            .await;
        assert_eq!(full.status, StatusCode::CONFLICT);
        assert!(full.shows("DRAW-038"), "{}", full.text);
        assert_eq!(story.site.log_size().await, size, "nothing was read");
    })
    .await;
}

#[tokio::test]
async fn a_draw_without_result_has_no_bundle_and_says_so() {
    told(async |story| {
        let (number, _) = story.committed().await;
        let page = story
            .site
            .stranger()
            .get(&format!("/draw/{number}/bundle.zip"))
            .await;
        assert_eq!(page.status, StatusCode::CONFLICT);
        assert!(page.shows("DRAW-037"), "{}", page.text);
    })
    .await;
}

#[tokio::test]
async fn the_tools_are_the_files_of_the_repository_and_their_hashes_are_right() {
    told(async |story| {
        let listed = story.site.stranger().get("/tools.json").await;
        let listed: serde_json::Value = serde_json::from_str(&listed.text).unwrap();
        for tool in listed["tools"].as_array().unwrap() {
            let name = tool["name"].as_str().unwrap();
            let (status, content) = bytes(&story.site, &format!("/tools/{name}")).await;
            assert_eq!(status, StatusCode::OK);
            use sha2::Digest as _;
            let hash = store::hex(&sha2::Sha256::digest(&content));
            assert_eq!(tool["sha256"], hash.as_str(), "{name}");
        }
        let (_, script) = bytes(&story.site, "/tools/verify.sh").await;
        let kept = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/verify.sh");
        assert_eq!(script, std::fs::read(kept).unwrap());
        let page = story
            .site
            .stranger()
            .get("/tools/verify-page/../verify.sh")
            .await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn as_many_strangers_at_once_as_there_are_connections_all_get_the_bundle() {
    told(async |story| {
        let number = story.drawn().await;
        let app = &story.site.city.app;
        let [one, two, three, four] = [(); 4].map(|()| app.public_bundle(&number));
        let [five, six, seven, eight] = [(); 4].map(|()| app.public_bundle(&number));
        let all = tokio::join!(one, two, three, four, five, six, seven, eight);
        let (first, bundle) = all.0.unwrap();
        for other in [all.1, all.2, all.3, all.4, all.5, all.6, all.7] {
            let (stage, zip) = other.unwrap();
            assert!(stage == first && zip == bundle, "the same for everybody");
        }
    })
    .await;
}
