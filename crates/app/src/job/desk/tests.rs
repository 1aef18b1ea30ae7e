use domain::id::AccountId;

use super::turn;

#[test]
fn who_orders_many_does_not_keep_who_orders_one_waiting() {
    let (busy, other) = (
        AccountId::from_entropy([1; 12]),
        AccountId::from_entropy([2; 12]),
    );
    let waiting = [(Some(&busy), "b"), (Some(&busy), "c"), (Some(&other), "d")];
    assert_eq!(
        turn(&waiting, &[]),
        Some(0),
        "the oldest, if nobody is at work"
    );
    assert_eq!(turn(&waiting, &[(Some(&busy), "a")]), Some(2));
    assert_eq!(
        turn(&waiting, &[(Some(&busy), "a"), (Some(&other), "x")]),
        Some(0)
    );
    assert_eq!(
        turn(&waiting[..2], &[(None, "a")]),
        Some(0),
        "the program is an owner like any other"
    );
}

#[test]
fn two_jobs_about_the_same_thing_take_turns() {
    let waiting = [(None, "a"), (None, "b")];
    assert_eq!(turn(&waiting, &[(None, "a")]), Some(1));
    assert_eq!(turn(&waiting[..1], &[(None, "a")]), None);
    assert_eq!(turn(&[], &[]), None);
}
