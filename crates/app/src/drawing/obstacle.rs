//! What stands in the way of a frame besides the draw's own rules: a pool of one, and too few people
//! because the register left some out.

use domain::campaign::eligibility::Eligibility;
use domain::refusal::{Code, Refusal};

use crate::AppError;

static POOL_OF_ONE: Code = Code::new(
    "DRAW-039",
    "“{strata}”只有 1 个对象可抽，抽取不是随机的。",
    Some("摇号协议第 4 节"),
    "扩大名录或合并事项后再冻结；确需照此办理的，勾选“知道并照此冻结”，各文书将注明“非随机”。",
);
static LEFT_OUT: &str = "未列入抽取的人员：";

/// Refuses a stratum from which the only one there is would be “drawn”.
pub(super) fn none_alone(eligibility: &Eligibility) -> Result<(), Refusal> {
    let alone: Vec<&str> = eligibility.not_random().collect();
    if alone.is_empty() {
        Ok(())
    } else {
        Err(POOL_OF_ONE.refuse(&[("strata", &alone.join("、"))]))
    }
}

/// Too few inspectors: says as well who was left out of the register, and why.
pub(super) fn naming_left_out(error: AppError, eligibility: &Eligibility) -> AppError {
    let AppError::Refused(mut refusal) = error else {
        return error;
    };
    let left_out: Vec<String> = eligibility
        .left_out
        .iter()
        .take(8)
        .map(|(code, why)| format!("{code}（{}）", why.label()))
        .collect();
    if !left_out.is_empty() {
        refusal.remedy = format!("{LEFT_OUT}{}。{}", left_out.join("、"), refusal.remedy);
    }
    AppError::Refused(refusal)
}
