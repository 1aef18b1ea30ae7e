//! What a kept state is made of, told by the type itself: every field it has, also one that a text leaves out, and
//! every name an enum has, also one that no text says yet.
//!
//! Fields come from writing a value (`serde` names those it skips as well), names of an enum from reading a text in
//! which one of them was made nonsense: the answer lists what would have been right. Deliberately absent: names of
//! enums that are keys of a map.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::ser::{self, Impossible, Serialize};
use serde_json::Value;

/// The fields of a state by `Type.field`, each with the kinds of value seen there; an empty set was never filled.
#[derive(Debug, Default)]
pub struct Outline {
    fields: BTreeMap<String, BTreeSet<String>>,
    /// Where in the text a field stands, as a JSON pointer.
    places: Vec<(String, String)>,
}

impl Outline {
    /// Takes a state, and how its text is written and read; the reading must refuse what no state is.
    ///
    /// # Panics
    /// When a state cannot be written at all.
    pub fn take<T: Serialize>(
        &mut self,
        state: &T,
        text: &str,
        read: impl Fn(&str) -> Result<(), String>,
    ) {
        let walk = Walk {
            outline: self,
            field: "it".to_owned(),
            place: String::new(),
        };
        state.serialize(walk).expect("a state is written");
        let whole: Value = serde_json::from_str(text).expect("what is written is JSON");
        for (place, field) in std::mem::take(&mut self.places) {
            let mut wrong = whole.clone();
            let Some(said) = wrong.pointer_mut(&place).filter(|said| said.is_string()) else {
                continue;
            };
            *said = Value::from("\u{1}");
            if let Err(why) = read(&wrong.to_string())
                && let Some((_, names)) = why.split_once("unknown variant `\u{1}`, expected ")
            {
                let names = names.split('`').skip(1).step_by(2);
                let names: Vec<&str> = names.collect();
                self.fields
                    .entry(field)
                    .or_default()
                    .insert(format!("one of {}", names.join(" ")));
            }
        }
    }

    /// Fields that no state taken so far has filled.
    #[must_use]
    pub fn unfilled(&self) -> Vec<&str> {
        let empty = self.fields.iter().filter(|(_, kinds)| kinds.is_empty());
        empty.map(|(field, _)| field.as_str()).collect()
    }

    fn note(&mut self, field: &str, kind: Option<String>) {
        self.fields
            .entry(field.to_owned())
            .or_default()
            .extend(kind);
    }
}

/// One line for each field and kind of value; a text that is one of a list is told by the list alone.
impl fmt::Display for Outline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (field, kinds) in &self.fields {
            let listed = kinds.iter().any(|kind| kind.starts_with("one of "));
            for kind in kinds.iter().filter(|kind| !(listed && *kind == "text")) {
                writeln!(f, "{field}: {kind}")?;
            }
        }
        Ok(())
    }
}

/// A value that is not one of the few JSON has.
#[derive(Debug)]
pub struct Unfit(String);

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unfit {}

impl ser::Error for Unfit {
    fn custom<T: fmt::Display>(why: T) -> Self {
        Self(why.to_string())
    }
}

type Written = Result<(), Unfit>;

/// The serializer: which field is being written, and where in the text it stands.
struct Walk<'o> {
    outline: &'o mut Outline,
    field: String,
    place: String,
}

impl<'o> Walk<'o> {
    fn leaf(self, kind: &str) -> Written {
        self.outline.note(&self.field, Some(kind.to_owned()));
        self.outline.places.push((self.place, self.field));
        Ok(())
    }

    fn inside(self, kind: String, name: &'static str) -> Inside<'o> {
        self.outline.note(&self.field, Some(kind));
        Inside {
            name,
            at: 0,
            key: String::new(),
            walk: self,
        }
    }
}

/// Between the parts of a list, a map or a struct.
struct Inside<'o> {
    walk: Walk<'o>,
    /// The type, if its parts have names of their own.
    name: &'static str,
    at: usize,
    key: String,
}

impl Inside<'_> {
    fn part<T: Serialize + ?Sized>(&mut self, field: String, step: &str, value: &T) -> Written {
        let step = step.replace('~', "~0").replace('/', "~1");
        let place = format!("{}/{step}", self.walk.place);
        let outline = &mut *self.walk.outline;
        outline.note(&field, None);
        value.serialize(Walk {
            outline,
            field,
            place,
        })
    }

    fn named<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Written {
        self.part(format!("{}.{key}", self.name), key, value)
    }

    fn next<T: Serialize + ?Sized>(&mut self, mark: &str, value: &T) -> Written {
        let (field, step) = (format!("{}{mark}", self.walk.field), self.at.to_string());
        self.at += 1;
        self.part(field, &step, value)
    }
}

macro_rules! leaves {
    ($kind:literal: $($name:ident($given:ty)),+) => {
        $(fn $name(self, _: $given) -> Written { self.leaf($kind) })+
    };
}

impl<'o> ser::Serializer for Walk<'o> {
    type Ok = ();
    type Error = Unfit;
    type SerializeSeq = Inside<'o>;
    type SerializeTuple = Inside<'o>;
    type SerializeTupleStruct = Inside<'o>;
    type SerializeTupleVariant = Impossible<(), Unfit>;
    type SerializeMap = Inside<'o>;
    type SerializeStruct = Inside<'o>;
    type SerializeStructVariant = Impossible<(), Unfit>;

    leaves!("flag": serialize_bool(bool));
    leaves!("number": serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64), serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64), serialize_f32(f32), serialize_f64(f64));
    leaves!("text": serialize_char(char), serialize_str(&str), serialize_bytes(&[u8]));
    leaves!("nothing": serialize_unit_struct(&'static str));

    fn serialize_none(self) -> Written {
        self.outline.note(&self.field, None);
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        self.leaf("nothing")
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Written {
        self.leaf("text")
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Written {
        self.inside(name.to_owned(), name).named(variant, value)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Inside<'o>, Unfit> {
        Ok(self.inside("list".to_owned(), ""))
    }

    fn serialize_tuple(self, length: usize) -> Result<Inside<'o>, Unfit> {
        Ok(self.inside(format!("{length} in a row"), ""))
    }

    fn serialize_tuple_struct(self, name: &'static str, _: usize) -> Result<Inside<'o>, Unfit> {
        Ok(self.inside(name.to_owned(), name))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Unfit> {
        Err(Unfit(format!("{name}: no kept state has such a variant")))
    }

    /// A map knows its length beforehand; fields that are flattened into one do not.
    fn serialize_map(self, length: Option<usize>) -> Result<Inside<'o>, Unfit> {
        let name = if length.is_some() { "" } else { "flat" };
        Ok(self.inside("map".to_owned(), name))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Inside<'o>, Unfit> {
        Ok(self.inside(name.to_owned(), name))
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Unfit> {
        Err(Unfit(format!("{name}: no kept state has such a variant")))
    }
}

macro_rules! parts {
    ($($part:ident by $name:ident with $mark:literal),+) => {
        $(impl ser::$part for Inside<'_> {
            type Ok = ();
            type Error = Unfit;

            fn $name<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
                let at = self.at;
                self.next(&$mark.replace('#', &at.to_string()), value)
            }

            fn end(self) -> Written {
                Ok(())
            }
        })+
    };
}

parts!(
    SerializeSeq by serialize_element with "[]",
    SerializeTuple by serialize_element with "[#]",
    SerializeTupleStruct by serialize_field with "[#]"
);

impl ser::SerializeMap for Inside<'_> {
    type Ok = ();
    type Error = Unfit;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Written {
        let key = serde_json::to_value(key).map_err(|why| Unfit(why.to_string()))?;
        self.key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        let key = std::mem::take(&mut self.key);
        match self.name {
            "" => self.part(format!("{}{{}}", self.walk.field), &key, value),
            _ => self.part(format!("{}.{key}", self.walk.field), &key, value),
        }
    }

    fn end(self) -> Written {
        Ok(())
    }
}

impl ser::SerializeStruct for Inside<'_> {
    type Ok = ();
    type Error = Unfit;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Written {
        self.named(key, value)
    }

    fn skip_field(&mut self, key: &'static str) -> Written {
        self.walk
            .outline
            .note(&format!("{}.{key}", self.name), None);
        Ok(())
    }

    fn end(self) -> Written {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
