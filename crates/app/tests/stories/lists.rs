//! Lists: whoever leafs to the end and back again meets every row once, in one order.

use app::Acting;
use domain::account::Role;
use domain::campaign::plan::CampaignPlan;
use domain::id::CampaignNo;
use domain::policy::Verb;
use store::campaign::{self, CampaignFilter};
use store::subject::{self, From, StoredSubject, SubjectFilter};
use testkit::city::{City, caterer, unit};
use testkit::engines::on_both;

/// The rows of one page.
const PAGE: i64 = 2;

fn place(row: &StoredSubject) -> (String, domain::id::SubjectId) {
    (row.subject.name.to_string(), row.subject.id.clone())
}

async fn leaf(city: &City, acting: &Acting, from: &From) -> Vec<StoredSubject> {
    let mut reader = city.app.db.read().await.unwrap();
    let reach = acting.reach(Verb::SubjectRead);
    let filter = SubjectFilter::default();
    subject::page(&mut reader, &reach, &filter, from, PAGE)
        .await
        .unwrap()
}

#[tokio::test]
async fn the_register_reads_the_same_forwards_and_backwards() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let keeper = city.account("registrar", &[(Role::Registrar, 1)]).await;
        let keeper = city.acting(&keeper).await;
        for number in [5, 3, 1, 4, 2] {
            city.subject(&keeper, &unit(1), &caterer(number)).await;
        }
        let (mut down, mut from) = (Vec::new(), From::Start);
        loop {
            let page = leaf(&city, &keeper, &from).await;
            let Some((name, id)) = page.last().map(place) else {
                break;
            };
            down.extend(page.iter().map(place));
            from = From::After(name, id);
        }
        let names: Vec<&str> = down.iter().map(|(name, _)| name.as_str()).collect();
        let wanted = [1, 2, 3, 4, 5].map(|number| format!("样例餐饮{number:04}店"));
        assert_eq!(names, wanted);
        let (mut up, mut from) = (Vec::new(), {
            let (name, id) = down.last().unwrap().clone();
            From::Before(name, id)
        });
        loop {
            let page = leaf(&city, &keeper, &from).await;
            let Some((name, id)) = page.first().map(place) else {
                break;
            };
            up.splice(0..0, page.iter().map(place));
            from = From::Before(name, id);
        }
        assert_eq!(up, down[..4], "the same rows in the same order");
    })
    .await;
}

fn numbers(rows: &[campaign::StoredCampaign]) -> Vec<CampaignNo> {
    rows.iter().map(|row| row.campaign.number.clone()).collect()
}

#[tokio::test]
async fn campaigns_are_leafed_through_newest_first_and_back_by_the_nearest() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let initiator = city.account("initiator", &[(Role::Initiator, 1)]).await;
        let initiator = city.acting(&initiator).await;
        let mut drafted = Vec::new();
        for title in ["甲", "乙", "丙", "丁", "戊"] {
            let plan = CampaignPlan::titled(title);
            let number = city.app.draft_campaign(&initiator, &unit(1), &plan).await;
            drafted.insert(0, number.unwrap());
        }
        let reader = &mut city.app.db.read().await.unwrap();
        let (reach, all) = (
            initiator.reach(Verb::CampaignRead),
            CampaignFilter::default(),
        );
        let first = campaign::page(reader, &reach, &all, None, PAGE)
            .await
            .unwrap();
        assert_eq!(numbers(&first), drafted[..2]);
        let next = campaign::page(reader, &reach, &all, Some(&drafted[1]), PAGE)
            .await
            .unwrap();
        assert_eq!(numbers(&next), drafted[2..4]);
        let back = campaign::page_above(reader, &reach, &all, &drafted[4], PAGE)
            .await
            .unwrap();
        assert_eq!(numbers(&back), [drafted[3].clone(), drafted[2].clone()]);
        let top = campaign::page_above(reader, &reach, &all, &drafted[1], PAGE)
            .await
            .unwrap();
        assert_eq!(numbers(&top), drafted[..1]);
        for number in &drafted {
            let found = campaign::by_number(reader, number).await.unwrap();
            assert_eq!(found.campaign.number, *number);
        }
        let public = CampaignFilter {
            public_only: true,
            ..CampaignFilter::default()
        };
        let seen = campaign::page(reader, &reach, &public, None, PAGE)
            .await
            .unwrap();
        assert!(
            seen.is_empty(),
            "the public sees no plan that nobody approved"
        );
        assert_eq!(campaign::count(reader, &reach, &all, 100).await.unwrap(), 5);
        assert_eq!(
            campaign::count(reader, &reach, &public, 100).await.unwrap(),
            0
        );
    })
    .await;
}
