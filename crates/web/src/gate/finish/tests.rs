use super::*;
use crate::gate::press::QUEUING;

#[test]
fn a_page_is_waited_for_half_a_minute_and_longer_than_its_act_queues_for_what_is_announced() {
    assert_eq!(PATIENCE, Duration::from_secs(30));
    assert_eq!(PATIENCE * TURNS, Duration::from_secs(150));
    assert!(QUEUING < PATIENCE * TURNS);
    assert!(TOO_SLOW.refuse(&[]).sentence.contains("30 秒"));
}
