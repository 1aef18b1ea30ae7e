//! Lists of visits and publications: whose they are, and in which order whoever leafs through them meets them.

use app::premise::Thing;
use domain::policy::{Reach, Verb};
use store::inspection::{self, InspectionFilter, StoredInspection};
use store::{campaign, portal};
use testkit::city::as_shown;

use crate::story::told_on_both;

const WORDS: &str = "样例餐饮";

fn everything() -> Reach {
    Reach {
        everything: true,
        ..Reach::default()
    }
}

#[tokio::test]
async fn publications_are_met_newest_first_wherever_they_are_listed_and_each_once() {
    told_on_both(async |story| {
        let (number, visits) = story.assigned().await;
        let city = &story.site.city;
        let publisher = city.acting(&story.publisher).await;
        let mut newest_first = Vec::new();
        // Not in drawing order, and two of them in the same millisecond.
        for (at, visit) in visits.iter().rev().enumerate() {
            story.confirmed(visit).await;
            if at != 1 {
                city.clock.advance_minutes(1);
            }
            let shown = as_shown(&city.app, Thing::Outcome(&visit.visit.id)).await;
            let published = city
                .app
                .publish_outcome(&publisher, &visit.visit.id, &shown)
                .await;
            let now = app::port::Clock::now(&*city.clock).unix_ms();
            newest_first.push((now, published.unwrap().to_string(), visit.clone()));
        }
        newest_first.sort_by(|one, other| (other.0, &other.1).cmp(&(one.0, &one.1)));
        let wanted: Vec<String> = newest_first.iter().map(|(_, id, _)| id.clone()).collect();
        assert!(wanted.len() > 2);
        let mut reader = city.app.db.read().await.unwrap();
        let ids = |found: &[inspection::StoredPublication]| -> Vec<String> {
            found.iter().map(|one| one.id.to_string()).collect()
        };
        let found = portal::publications_found(&mut reader, WORDS, 50)
            .await
            .unwrap();
        assert_eq!(ids(&found), wanted);
        let few = portal::publications_found(&mut reader, WORDS, 2)
            .await
            .unwrap();
        assert_eq!(ids(&few), wanted[..2]);
        assert!(
            portal::publications_found(&mut reader, "没有这家", 50)
                .await
                .unwrap()
                .is_empty()
        );
        let (mut leafed, mut before) = (Vec::new(), None);
        loop {
            let from = before.as_ref().map(|(at, id)| (*at, id));
            let page = inspection::publications(&mut reader, from, 2)
                .await
                .unwrap();
            let Some(last) = page.last() else { break };
            before = Some((last.published_at_ms, last.id.clone()));
            leafed.extend(ids(&page));
        }
        assert_eq!(leafed, wanted);
        let (_, id, of) = &newest_first[0];
        let own = portal::publications_of_code(&mut reader, &of.subject_code)
            .await
            .unwrap();
        assert_eq!(ids(&own), [id.clone()]);
        let found = portal::publications_found(&mut reader, &of.subject_code, 50).await;
        assert_eq!(ids(&found.unwrap()), [id.clone()]);
        // Of a campaign they stand in drawing order, as its visits do.
        let stored = campaign::by_number(&mut reader, &number).await.unwrap();
        let drawn = inspection::publications_of(&mut reader, &stored.campaign.id)
            .await
            .unwrap();
        let drawn: Vec<_> = drawn.into_iter().map(|one| one.inspection).collect();
        let places: Vec<_> = visits.iter().map(|one| one.visit.id.clone()).collect();
        assert_eq!(drawn, places);
        assert_eq!(
            inspection::publication_count(&mut reader).await.unwrap(),
            i64::try_from(wanted.len()).unwrap()
        );
        let (at, ..) = newest_first[0];
        let later = portal::figures(&mut reader, at).await.unwrap();
        let after = portal::figures(&mut reader, at + 1).await.unwrap();
        assert!(
            later.published >= 1 && after.published == 0,
            "{later:?} {after:?}"
        );
        drop(reader);
        // What was taken down is found by no word, and keeps its place in the list.
        let (_, id, _) = &newest_first[1];
        let id = domain::id::PublicationId::parse(id).unwrap();
        let shown = as_shown(&city.app, Thing::Publication(&id)).await;
        let withdraw = city
            .app
            .withdraw_outcome(&publisher, &id, &shown, "信息有误");
        withdraw.await.unwrap();
        let mut reader = city.app.db.read().await.unwrap();
        let found = portal::publications_found(&mut reader, WORDS, 50)
            .await
            .unwrap();
        let others: Vec<String> = wanted
            .iter()
            .filter(|one| **one != id.to_string())
            .cloned()
            .collect();
        assert_eq!(ids(&found), others);
        let all = inspection::publications(&mut reader, None, 50)
            .await
            .unwrap();
        assert_eq!(ids(&all), wanted);
    })
    .await;
}

fn keys(found: &[StoredInspection]) -> Vec<String> {
    found.iter().map(|one| one.visit.id.to_string()).collect()
}

#[tokio::test]
async fn visits_are_leafed_through_both_ways_and_one_who_inspects_meets_his_own() {
    told_on_both(async |story| {
        let (number, visits) = story.assigned().await;
        let city = &story.site.city;
        for visit in visits.iter().take(3) {
            city.clock.advance_minutes(1);
            story.concluded(visit).await;
        }
        let all = InspectionFilter::default();
        let place = |one: &StoredInspection| (one.state_at_ms, one.visit.id.clone());
        let mut reader = city.app.db.read().await.unwrap();
        let (mut down, mut from) = (Vec::new(), None);
        loop {
            let after = from.as_ref().map(|(at, id)| (*at, id));
            let page = inspection::page(&mut reader, &everything(), &all, after, 2)
                .await
                .unwrap();
            let Some(last) = page.last() else { break };
            from = Some(place(last));
            down.extend(page);
        }
        assert_eq!(down.len(), visits.len());
        assert!(
            down.windows(2)
                .all(|pair| place(&pair[0]) > place(&pair[1]))
        );
        assert_eq!(down[0].visit.id, visits[2].visit.id, "what was done last");
        let (mut up, mut from) = (
            vec![down.last().unwrap().clone()],
            place(down.last().unwrap()),
        );
        loop {
            let before = (from.0, &from.1);
            let page = inspection::page_before(&mut reader, &everything(), &all, before, 2).await;
            let page = page.unwrap();
            let Some(nearest) = page.last() else { break };
            from = place(nearest);
            up.extend(page);
        }
        up.reverse();
        assert_eq!(keys(&up), keys(&down));
        let concluded = InspectionFilter {
            state: Some("concluded".to_owned()),
            ..InspectionFilter::default()
        };
        let found = inspection::page(&mut reader, &everything(), &concluded, None, 50)
            .await
            .unwrap();
        assert_eq!(found.len(), 3);
        assert_eq!(
            inspection::count(&mut reader, &everything(), &concluded, 50)
                .await
                .unwrap(),
            3
        );
        assert_eq!(
            inspection::count(&mut reader, &everything(), &all, 2)
                .await
                .unwrap(),
            2,
            "no further than asked"
        );
        drop(reader);
        for (code, account) in &story.inspectors {
            let on_it = |one: &&StoredInspection| {
                one.visit
                    .team
                    .iter()
                    .chain(&one.visit.leader)
                    .any(|known| known.as_str() == code)
            };
            let own: Vec<String> = {
                let mut own = keys(&visits.iter().filter(on_it).cloned().collect::<Vec<_>>());
                own.sort();
                own
            };
            let acting = city.acting(account).await;
            let mut reader = city.app.db.read().await.unwrap();
            let mine = InspectionFilter {
                assigned_to: vec![code.clone()],
                only_assigned: true,
                ..InspectionFilter::default()
            };
            for reach in [everything(), acting.reach(Verb::InspectionRead)] {
                let mut found = keys(
                    &inspection::page(&mut reader, &reach, &mine, None, 50)
                        .await
                        .unwrap(),
                );
                found.sort();
                assert_eq!(found, own, "{code}");
            }
            let assigned =
                inspection::campaigns_assigned(&mut reader, std::slice::from_ref(code)).await;
            assert_eq!(
                assigned.unwrap().len(),
                usize::from(!own.is_empty()),
                "{code}"
            );
            drop(reader);
            let list = city.app.read_drawn_list(&acting, &number).await;
            if let Ok(list) = list {
                for visit in &visits {
                    assert_eq!(list.is_own(visit), on_it(&visit), "{code}");
                }
                assert!(!list.visits.is_empty() || own.is_empty());
            } else {
                assert!(own.is_empty(), "{code} is on a team: {list:?}");
            }
        }
    })
    .await;
}
