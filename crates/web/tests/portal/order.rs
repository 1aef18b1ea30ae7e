//! Lists of visits and publications: whose they are, and in which order whoever leafs through them meets them.

use domain::publication::withdrawal_class::WithdrawalClass;
use std::collections::BTreeSet;

use app::premise::Thing;
use domain::campaign::drawn_list::{Shown, Unsealed};
use domain::id::{InspectionId, PublicationId};
use domain::policy::{Reach, Verb};
use store::inspection::{self, InspectionFilter, ListedPublication, StoredInspection};
use store::{Reader, campaign, portal};
use testkit::city::as_shown;

use crate::story::{Story, told_on_both};

const WORDS: &str = "样例餐饮";

fn everything() -> Reach {
    Reach {
        everything: true,
        ..Reach::default()
    }
}

fn ids(found: &[ListedPublication]) -> Vec<String> {
    found.iter().map(|one| one.place.1.clone()).collect()
}

/// A publication of the story: when, under which key, of which visit.
type Told = (i64, String, StoredInspection);

/// Publishes every visit, not in drawing order and two of them in the same millisecond; newest first.
async fn published(story: &Story, visits: &[StoredInspection]) -> Vec<Told> {
    let city = &story.site.city;
    let publisher = city.acting(&story.publisher).await;
    let mut told = Vec::new();
    for (at, visit) in visits.iter().rev().enumerate() {
        story.approved(visit).await;
        if at != 1 {
            city.clock.advance_minutes(1);
        }
        let id = &visit.visit.id;
        let shown = as_shown(&city.app, Thing::Outcome(id)).await;
        let published = city.app.publish_outcome(&publisher, id, &shown).await;
        let now = app::port::Clock::now(&*city.clock).unix_ms();
        told.push((now, published.unwrap().to_string(), visit.clone()));
    }
    told.sort_by(|one, other| (other.0, &other.1).cmp(&(one.0, &one.1)));
    assert!(told.len() > 2);
    told
}

/// All publications, leafed through by twos.
async fn leafed(reader: &mut Reader) -> Vec<String> {
    let (mut leafed, mut before) = (Vec::new(), None);
    loop {
        let from = before
            .as_ref()
            .map(|(at, id): &(i64, String)| (*at, id.as_str()));
        let page = inspection::publications(reader, from, 2).await.unwrap();
        let Some(last) = page.last() else {
            return leafed;
        };
        before = Some(last.place.clone());
        leafed.extend(ids(&page));
    }
}

#[tokio::test]
async fn publications_are_met_newest_first_wherever_they_are_listed_and_each_once() {
    told_on_both(async |story| {
        let (_, visits) = story.assigned().await;
        let told = published(&story, &visits).await;
        let wanted: Vec<String> = told.iter().map(|(_, id, _)| id.clone()).collect();
        let mut reader = story.site.city.app.db.read().await.unwrap();
        for (words, limit, hits) in [
            (WORDS, 50, wanted.as_slice()),
            (WORDS, 2, &wanted[..2]),
            ("没有这家", 50, &[]),
            (&told[0].2.subject_code, 50, &wanted[..1]),
        ] {
            let found = portal::publications_found(&mut reader, words, limit).await;
            assert_eq!(ids(&found.unwrap()), hits, "{words} {limit}");
        }
        assert_eq!(leafed(&mut reader).await, wanted);
        for (_, id, of) in &told {
            let own = portal::publications_of_code(&mut reader, &of.subject_code).await;
            assert_eq!(ids(&own.unwrap()), std::slice::from_ref(id));
        }
    })
    .await;
}

#[tokio::test]
async fn of_a_campaign_publications_stand_in_drawing_order_and_what_was_taken_down_is_not_found() {
    told_on_both(async |story| {
        let (number, visits) = story.assigned().await;
        let told = published(&story, &visits).await;
        let city = &story.site.city;
        let wanted: Vec<String> = told.iter().map(|(_, id, _)| id.clone()).collect();
        let mut reader = city.app.db.read().await.unwrap();
        let stored = campaign::by_number(&mut reader, &number).await.unwrap();
        let drawn = inspection::publications_of(&mut reader, &stored.campaign.id).await;
        let drawn: Vec<_> = drawn
            .unwrap()
            .into_iter()
            .map(|one| one.publication.unwrap().inspection)
            .collect();
        let places: Vec<_> = visits.iter().map(|one| one.visit.id.clone()).collect();
        assert_eq!(drawn, places);
        let count = inspection::publication_count(&mut reader).await.unwrap();
        assert_eq!(usize::try_from(count).unwrap(), wanted.len());
        let (at, ..) = told[0];
        let later = portal::figures(&mut reader, at).await.unwrap();
        let after = portal::figures(&mut reader, at + 1).await.unwrap();
        assert!(
            later.published >= 1 && after.published == 0,
            "{later:?} {after:?}"
        );
        drop(reader);
        let publisher = city.acting(&story.publisher).await;
        let id = PublicationId::parse(&wanted[1]).unwrap();
        let shown = as_shown(&city.app, Thing::Publication(&id)).await;
        let withdraw = city.app.withdraw_outcome(
            &publisher,
            &id,
            &shown,
            (WithdrawalClass::ContentError, "信息有误"),
        );
        withdraw.await.unwrap();
        let mut reader = city.app.db.read().await.unwrap();
        let found = portal::publications_found(&mut reader, WORDS, 50)
            .await
            .unwrap();
        let others: Vec<String> = wanted
            .iter()
            .filter(|one| **one != wanted[1])
            .cloned()
            .collect();
        assert_eq!(ids(&found), others);
        assert_eq!(
            leafed(&mut reader).await,
            wanted,
            "its place in the list stays"
        );
    })
    .await;
}

fn keys(found: &[StoredInspection]) -> Vec<String> {
    found.iter().map(|one| one.visit.id.to_string()).collect()
}

fn place(one: &StoredInspection) -> (i64, InspectionId) {
    (one.state_at_ms, one.visit.id.clone())
}

#[tokio::test]
async fn visits_are_leafed_through_newest_first_and_back_by_the_nearest() {
    told_on_both(async |story| {
        let (_, visits) = story.assigned().await;
        let city = &story.site.city;
        for visit in visits.iter().take(3) {
            city.clock.advance_minutes(1);
            story.concluded(visit).await;
        }
        let (reach, all) = (everything(), InspectionFilter::default());
        let mut reader = city.app.db.read().await.unwrap();
        let (mut down, mut from) = (Vec::new(), None);
        loop {
            let after = from.as_ref().map(|(at, id)| (*at, id));
            let page = inspection::page(&mut reader, &reach, &all, after, 2).await;
            let page = page.unwrap();
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
        let mut up = vec![down.last().unwrap().clone()];
        loop {
            let (at, id) = place(up.last().unwrap());
            let page = inspection::page_before(&mut reader, &reach, &all, (at, &id), 2).await;
            let page = page.unwrap();
            if page.is_empty() {
                break;
            }
            up.extend(page);
        }
        up.reverse();
        assert_eq!(keys(&up), keys(&down));
        let concluded = InspectionFilter {
            state: Some("concluded".to_owned()),
            ..InspectionFilter::default()
        };
        let found = inspection::page(&mut reader, &reach, &concluded, None, 50).await;
        assert_eq!(found.unwrap().len(), 3);
        for (filter, cap, counted) in [(&concluded, 50, 3), (&all, 2, 2)] {
            let count = inspection::count(&mut reader, &reach, filter, cap).await;
            assert_eq!(count.unwrap(), counted);
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_inspects_meets_the_visits_of_his_teams_and_no_others() {
    told_on_both(async |story| {
        let (number, visits) = story.assigned().await;
        let city = &story.site.city;
        let mut teams = 0;
        for (code, account) in &story.inspectors {
            let on_it = |one: &StoredInspection| {
                let mut team = one.visit.team.iter().chain(&one.visit.leader);
                team.any(|known| known.as_str() == code)
            };
            let own: Vec<_> = visits.iter().filter(|one| on_it(one)).cloned().collect();
            let own: BTreeSet<String> = keys(&own).into_iter().collect();
            teams += own.len();
            let acting = city.acting(account).await;
            let mut reader = city.app.db.read().await.unwrap();
            let mine = InspectionFilter {
                assigned_to: vec![code.clone()],
                only_assigned: true,
                ..InspectionFilter::default()
            };
            for reach in [everything(), acting.reach(Verb::InspectionRead)] {
                let found = inspection::page(&mut reader, &reach, &mine, None, 50).await;
                let found: BTreeSet<String> = keys(&found.unwrap()).into_iter().collect();
                assert_eq!(found, own, "{code}");
            }
            let codes = std::slice::from_ref(code);
            let assigned = inspection::campaigns_assigned(&mut reader, codes).await;
            assert_eq!(
                assigned.unwrap().len(),
                usize::from(!own.is_empty()),
                "{code}"
            );
            drop(reader);
            let looking = (&acting, &Unsealed::default());
            match city.app.read_drawn_list(looking, &number).await {
                Ok(list) => {
                    let named = list.visits.iter().map(|(one, shown)| {
                        assert_eq!(*shown, Shown::Named, "{code}");
                        one.visit.id.to_string()
                    });
                    assert_eq!(named.collect::<BTreeSet<_>>(), own, "{code}");
                }
                Err(refused) => assert!(own.is_empty(), "{code}: {refused}"),
            }
        }
        assert!(teams >= 2 * visits.len());
    })
    .await;
}
