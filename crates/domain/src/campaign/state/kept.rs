//! How the state of a campaign is kept as JSON, and how what earlier builds kept is read.
//!
//! Each reader brings a text one version further and keeps its meaning. Deliberately absent: writing anything but the
//! newest version.

use serde_json::{Value, json};

use super::CampaignState;
use crate::versioned::Shape;

/// How a state is kept. Version 2: the approval names the version of the rulebook. Version 3: a frame knows
/// its roots, a plan everybody who wrote it. Version 4: a frame knows the version of its attempt, a commitment
/// from when nonces are taken and what the dice showed. Version 5: of dice two accounts are known, and where they
/// come from. Version 6: an entry of dice or a beacon says by what it counts, a commitment knows its ceremony. Version 7: what is given up
/// says the class the public reads.
pub static LIFE: Shape<CampaignState> = Shape::new(
    "campaigns.life",
    &[
        approval_names_no_rulebook,
        no_roots_and_one_hand,
        attempts_of_the_first_version,
        dice_of_one_account,
        no_ceremony,
        given_up_without_class,
    ],
);

/// What the first build approved stays without the name of a version.
fn approval_names_no_rulebook(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        if fields.contains_key("submitted") && fields.contains_key("attempt") {
            fields.insert("rulebook".to_owned(), Value::Null);
        }
        for field in fields.values_mut().filter(|field| field.is_object()) {
            *field = approval_names_no_rulebook(field.take());
        }
    }
    value
}

/// What was frozen before roots were kept stays without them; its FREEZE is refused. Of a plan written
/// before hands were kept only who drafted or submitted it is known.
fn no_roots_and_one_hand(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        if fields.contains_key("launched") && fields.contains_key("parties") {
            fields.insert("roots".to_owned(), Value::Null);
        }
        let hand = match fields.contains_key("plan_hash") {
            true => fields.get("step").map(|step| step["by"].clone()),
            false => fields.get("author").cloned(),
        };
        if let Some(hand) = hand {
            fields.insert("hands".to_owned(), Value::Array(vec![hand]));
        }
        for field in fields.values_mut().filter(|field| field.is_object()) {
            *field = no_roots_and_one_hand(field.take());
        }
    }
    value
}

/// Before frames said their version every attempt was of `shuang/1`.
fn attempts_of_the_first_version(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        if fields.contains_key("launched") && fields.contains_key("parties") {
            fields.insert("version".to_owned(), json!({ "shuang": "1" }));
        }
        if fields.contains_key("frozen") && fields.contains_key("freeze_hash") {
            fields.insert("reveal_from".to_owned(), Value::Null);
            fields.insert("dice".to_owned(), Value::Null);
        }
        for field in fields.values_mut().filter(|field| field.is_object()) {
            *field = attempts_of_the_first_version(field.take());
        }
    }
    value
}

/// Before a second account was asked for one entry counted, and goes on counting; where it came from was not kept.
fn dice_of_one_account(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        if let Some(Value::Object(dice)) = fields.get_mut("dice")
            && let Some(step) = dice.remove("step")
        {
            dice.insert("evidence".to_owned(), Value::Null);
            dice.insert("first".to_owned(), step.clone());
            dice.insert("second".to_owned(), step);
        }
        for field in fields.values_mut().filter(|field| field.is_object()) {
            *field = dice_of_one_account(field.take());
        }
    }
    value
}

/// Before ceremonies were kept none had begun, and no beacon was entered before its draw. Of dice a second account
/// stands as what makes them count.
fn no_ceremony(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut() {
        if fields.contains_key("frozen") && fields.contains_key("freeze_hash") {
            fields.insert("ceremony".to_owned(), Value::Null);
        }
        if fields.contains_key("committed") {
            fields.insert("beacon".to_owned(), Value::Null);
        }
        if let Some(Value::Object(dice)) = fields.get_mut("dice")
            && let Some(digits) = dice.remove("digits")
        {
            let counts = match dice.remove("second") {
                Some(Value::Object(mut step)) => {
                    step.insert("counted".to_owned(), json!("account"));
                    Value::Object(step)
                }
                _ => json!({ "counted": "awaited" }),
            };
            dice.insert("value".to_owned(), digits);
            dice.insert("counts".to_owned(), counts);
        }
        for field in fields.values_mut().filter(|field| field.is_object()) {
            *field = no_ceremony(field.take());
        }
    }
    value
}

/// What was given up before there were classes has none; the reason that was typed was public.
fn given_up_without_class(mut value: Value) -> Value {
    if let Some(fields) = value.as_object_mut()
        && fields.contains_key("void_attempts")
        && fields.contains_key("reason")
    {
        fields.insert("class".to_owned(), Value::Null);
    }
    value
}
