//! One macro for every closed list of the law: a stable name for files and rows, an official label.
//!
//! There is no fallback member: a stored name that is not in the list is an inconsistency and must
//! be reported as one, never silently read as something else.

/// What every closed list of the law can do, for code that reads or prints any of them.
pub trait ClosedList: Copy + 'static {
    /// Every member, in the order in which the list is printed.
    fn members() -> &'static [Self];
    /// The stable name.
    fn name(self) -> &'static str;
    /// The official Chinese term.
    fn label(self) -> &'static str;
}

/// Declares an enum whose members have a stable name (stored, logged) and an official label. The
/// crate that uses it has `serde`.
#[macro_export]
macro_rules! closed_list {
    (
        $(#[$meta:meta])*
        enum $name:ident {
            $( $(#[$member_meta:meta])* $member:ident = $stable:literal, $label:literal; )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $( #[doc = $label] $(#[$member_meta])* $member, )+
        }

        impl $name {
            /// Every member, in the order in which the list is printed.
            pub const ALL: &'static [Self] = &[ $( Self::$member ),+ ];

            /// The stable name: stored, logged and used in files; never translated.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( Self::$member => $stable ),+ }
            }

            /// The official Chinese term shown to people.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $( Self::$member => $label ),+ }
            }

            /// Reads a stable name; `None` for anything that is not in the list.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                match name { $( $stable => Some(Self::$member), )+ _ => None }
            }
        }

        impl $crate::ClosedList for $name {
            fn members() -> &'static [Self] {
                Self::ALL
            }
            fn name(self) -> &'static str {
                Self::name(self)
            }
            fn label(self) -> &'static str {
                Self::label(self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&name)
                    .ok_or_else(|| serde::de::Error::unknown_variant(&name, &[ $( $stable ),+ ]))
            }
        }
    };
}
