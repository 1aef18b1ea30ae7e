//! The separation of duties, stated as law over the table.

use super::four_eyes::Hands;
use super::*;
use crate::account::{awaiting, may_stand_together};
use crate::id::AccountId;

fn unit(number: u8) -> OrgUnitId {
    OrgUnitId::from_entropy([number; 12])
}

fn account(number: u8) -> AccountId {
    AccountId::from_entropy([number; 12])
}

/// Bureau 1 over sections 2 and 3; 4 stands below 2.
fn tree() -> OrgTree {
    OrgTree::new([
        (unit(1), None),
        (unit(2), Some(unit(1))),
        (unit(3), Some(unit(1))),
        (unit(4), Some(unit(2))),
    ])
}

fn grant(role: Role, at: u8) -> Grant {
    Grant {
        role,
        unit: unit(at),
    }
}

#[test]
fn no_right_is_written_twice() {
    let mut rows: Vec<_> = TABLE.to_vec();
    rows.sort_unstable();
    rows.dedup();
    assert_eq!(rows.len(), TABLE.len());
}

#[test]
fn every_verb_is_given_to_somebody_and_every_role_may_something() {
    for verb in Verb::ALL {
        assert!(
            TABLE.iter().any(|(_, v, _)| v == verb),
            "{verb} is nobody's"
        );
    }
    for role in Role::ALL {
        assert!(
            TABLE.iter().any(|(r, _, _)| r == role),
            "{role} may nothing"
        );
    }
}

#[test]
fn the_three_administrators_do_no_business_and_share_one_act_to_confirm_what_another_asked_for() {
    for role in Role::ALL.iter().filter(|role| role.is_administrator()) {
        assert!(role_allows(*role, Verb::AccessConfirm, Relation::AnyUnit));
    }
    let acts = |role: Role| -> BTreeSet<Verb> {
        TABLE
            .iter()
            .filter(|(r, v, _)| *r == role && v.changes() && *v != Verb::AccessConfirm)
            .map(|(_, v, _)| *v)
            .collect()
    };
    for role in Role::ALL.iter().filter(|role| role.is_administrator()) {
        for (_, verb, _) in TABLE.iter().filter(|(r, _, _)| r == role) {
            assert!(
                !matches!(
                    verb.class(),
                    VerbClass::BusinessAct | VerbClass::BusinessRead
                ),
                "{role} may {verb}"
            );
        }
    }
    assert!(acts(Role::SystemAdmin).is_disjoint(&acts(Role::SecurityAdmin)));
    assert!(acts(Role::SystemAdmin).is_disjoint(&acts(Role::AuditAdmin)));
    assert!(acts(Role::SecurityAdmin).is_disjoint(&acts(Role::AuditAdmin)));
    assert!(
        acts(Role::AuditAdmin).is_empty(),
        "beyond that the audit administrator only looks"
    );
}

#[test]
fn of_an_administrator_who_waits_for_another_nothing_is_left_but_to_confirm() {
    let left: Vec<_> = TABLE
        .iter()
        .filter(|(role, _, _)| *role == Role::AwaitingAdmin)
        .collect();
    assert_eq!(
        left,
        [&(Role::AwaitingAdmin, Verb::AccessConfirm, Relation::AnyUnit)]
    );
    assert!(!Role::AwaitingAdmin.is_grantable() && !Role::AwaitingAdmin.is_administrator());
    let held = [grant(Role::SystemAdmin, 1), grant(Role::SystemAdmin, 2)];
    assert_eq!(awaiting(&held), [grant(Role::AwaitingAdmin, 1)]);
    assert_eq!(awaiting(&[grant(Role::Registrar, 1)]), []);
}

#[test]
fn business_roles_administrate_nothing() {
    let business = |role: Role| !role.is_administrator() && role != Role::AwaitingAdmin;
    for (role, verb, _) in TABLE.iter().filter(|(role, _, _)| business(*role)) {
        assert!(
            matches!(
                verb.class(),
                VerbClass::BusinessAct | VerbClass::BusinessRead
            ),
            "{role} may {verb}"
        );
    }
}

#[test]
fn the_supervisor_reads_everything_attends_and_decides_nothing() {
    for verb in Verb::ALL {
        let may = role_allows(Role::Supervisor, *verb, Relation::OwnUnit)
            || role_allows(Role::Public, *verb, Relation::Anonymous);
        let attends = *verb == Verb::CeremonyAttend;
        assert_eq!(
            may,
            verb.class() == VerbClass::BusinessRead || attends,
            "{verb}"
        );
    }
}

#[test]
fn the_public_changes_nothing_and_is_never_granted() {
    for (_, verb, relation) in TABLE.iter().filter(|(role, _, _)| *role == Role::Public) {
        assert!(!verb.changes(), "the public may {verb}");
        assert_eq!(*relation, Relation::Anonymous);
    }
    assert!(!Role::Public.is_grantable());
    for beside in [None, Some(Role::Inspector), Some(Role::AuditAdmin)] {
        let roles: Vec<Role> = beside.into_iter().chain([Role::Public]).collect();
        let refused = may_stand_together(&roles).expect_err("everybody has it");
        assert_eq!(refused.code, "AUTH-024");
    }
    for (role, _, relation) in TABLE {
        assert_eq!(*role == Role::Public, *relation == Relation::Anonymous);
    }
}

#[test]
fn whoever_approves_draws_publishes_or_administrates_is_guarded_and_nobody_else() {
    let guarded: BTreeSet<Role> = Role::ALL
        .iter()
        .copied()
        .filter(|role| is_guarded(*role))
        .collect();
    let wanted = BTreeSet::from([
        Role::Approver,
        Role::DrawingOfficer,
        Role::Publisher,
        Role::SystemAdmin,
        Role::SecurityAdmin,
        Role::AuditAdmin,
    ]);
    assert_eq!(guarded, wanted);
}

#[test]
fn a_signed_paper_is_confirmed_by_guarded_roles_alone_and_by_those_who_read_what_is_judged_on_it() {
    let holders: BTreeSet<Role> = TABLE
        .iter()
        .filter(|(_, verb, _)| *verb == Verb::PaperConfirm)
        .map(|(role, _, _)| *role)
        .collect();
    let wanted = BTreeSet::from([Role::Approver, Role::DrawingOfficer, Role::Publisher]);
    assert_eq!(holders, wanted);
    for role in holders {
        assert!(is_guarded(role), "{role}");
        let reads = role_allows(role, Verb::CampaignRead, Relation::AnyUnit);
        assert!(reads, "{role}");
    }
}

#[test]
fn only_the_supervisor_holds_the_full_openings() {
    let holders: BTreeSet<Role> = TABLE
        .iter()
        .filter(|(_, v, _)| *v == Verb::OpeningRead)
        .map(|(r, _, _)| *r)
        .collect();
    assert_eq!(holders, BTreeSet::from([Role::Supervisor]));
}

#[test]
fn no_single_business_role_can_both_propose_approve_draw_and_publish() {
    let chain = [
        Verb::CampaignSubmit,
        Verb::CampaignApprove,
        Verb::CampaignDraw,
        Verb::OutcomePublish,
    ];
    for role in Role::ALL {
        let count = chain
            .iter()
            .filter(|verb| TABLE.iter().any(|(r, v, _)| r == role && v == *verb))
            .count();
        assert!(count <= 1, "{role} holds {count} links of the chain");
    }
}

#[test]
fn a_section_acts_on_its_own_campaigns_only() {
    let tree = tree();
    let grants = [grant(Role::Initiator, 2)];
    assert!(allows(&grants, Verb::CampaignSubmit, &Place::of(&unit(2)), &tree).is_ok());
    for other in [1, 3, 4] {
        let refusal = allows(
            &grants,
            Verb::CampaignSubmit,
            &Place::of(&unit(other)),
            &tree,
        )
        .expect_err("another unit's campaign");
        assert_eq!(refusal.code, "AUTH-001");
        assert!(refusal.sentence.contains("提交报批"));
    }
    assert!(
        allows(&grants, Verb::CampaignRead, &Place::of(&unit(4)), &tree).is_ok(),
        "its child"
    );
    assert!(
        allows(&grants, Verb::CampaignRead, &Place::of(&unit(3)), &tree).is_err(),
        "its sibling"
    );
}

#[test]
fn an_inspector_sees_what_is_assigned_to_him_and_nothing_beside_it() {
    let tree = tree();
    let grants = [grant(Role::Inspector, 3)];
    let third = unit(3);
    let own = Place::of(&third);
    assert!(allows(&grants, Verb::InspectionRecord, &own, &tree).is_err());
    assert!(allows(&grants, Verb::InspectionRecord, &own.assigned(), &tree).is_ok());
    assert!(
        allows(
            &grants,
            Verb::InspectionRecord,
            &Place::of(&unit(2)).assigned(),
            &tree
        )
        .is_ok()
    );
}

#[test]
fn nobody_signed_in_reads_what_is_public_and_nothing_else() {
    for verb in Verb::ALL {
        let answer = allows(&[], *verb, &Place::BUREAU, &OrgTree::default());
        assert_eq!(
            answer.is_ok(),
            role_allows(Role::Public, *verb, Relation::Anonymous),
            "{verb}"
        );
    }
}

#[test]
fn a_list_reaches_exactly_what_each_row_would_allow() {
    let tree = tree();
    let units: Vec<OrgUnitId> = (1..=4).map(unit).collect();
    for role in Role::ALL.iter().filter(|role| role.is_grantable()) {
        for second in Role::ALL.iter().filter(|role| role.is_grantable()) {
            for at in 1..=4 {
                let grants = [grant(*role, at), grant(*second, 3)];
                for verb in Verb::ALL {
                    let reach = reach(&grants, *verb, &tree);
                    for unit in &units {
                        for place in [Place::of(unit), Place::of(unit).assigned(), Place::BUREAU] {
                            let single = allows(&grants, *verb, &place, &tree).is_ok();
                            assert_eq!(
                                reach.covers(&place),
                                single,
                                "{role}@{at} {verb} {place:?}"
                            );
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn two_administrators_or_an_administrator_with_business_never_meet_in_one_account() {
    assert!(may_stand_together(&[Role::Inspector, Role::Publisher, Role::Leader]).is_ok());
    assert!(may_stand_together(&[Role::SystemAdmin]).is_ok());
    let both = may_stand_together(&[Role::SystemAdmin, Role::AuditAdmin]).expect_err("two");
    assert_eq!(both.code, "AUTH-021");
    let mixed = may_stand_together(&[Role::SecurityAdmin, Role::Inspector]).expect_err("mixed");
    assert_eq!(mixed.code, "AUTH-020");
}

#[test]
fn four_eyes_compare_persons() {
    let (one, two, three) = (account(1), account(2), account(3));
    let hands = Hands::of(&one);
    assert_eq!(
        four_eyes::hands_and_approver(&hands, &one)
            .expect_err("same")
            .code,
        "AUTH-012"
    );
    assert!(four_eyes::hands_and_approver(&hands, &two).is_ok());
    let both = hands.clone().and(&two).and(&one);
    for hand in [&one, &two] {
        assert!(four_eyes::hands_and_approver(&both, hand).is_err());
    }
    assert!(four_eyes::hands_and_approver(&both, &three).is_ok());
    assert_eq!(
        four_eyes::approver_and_drawer(&one, &one)
            .expect_err("same")
            .code,
        "AUTH-013"
    );
    assert_eq!(
        four_eyes::hands_and_confirmation(&hands, &one)
            .expect_err("same")
            .code,
        "AUTH-014"
    );
    assert_eq!(
        four_eyes::result_and_approval(&hands, &two, &one)
            .expect_err("entry")
            .code,
        "AUTH-015"
    );
    assert_eq!(
        four_eyes::result_and_approval(&hands, &two, &two)
            .expect_err("second")
            .code,
        "AUTH-015"
    );
    assert!(four_eyes::result_and_approval(&hands, &two, &three).is_ok());
    assert_eq!(
        four_eyes::grantor_and_grantee(&one, &one)
            .expect_err("same")
            .code,
        "AUTH-022"
    );
}

#[test]
fn the_matrix_shows_every_row_of_the_table() {
    let page = matrix();
    let marks: usize = page
        .lines()
        .filter(|line| line.contains('`') && line.starts_with("| "))
        .map(|line| {
            line.split('|')
                .skip(2)
                .flat_map(|cell| cell.split('、'))
                .filter(|mark| !mark.trim().is_empty())
                .count()
        })
        .sum();
    assert_eq!(marks, TABLE.len());
}
