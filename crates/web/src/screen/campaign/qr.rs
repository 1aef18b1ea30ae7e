//! A QR code as one inline SVG path: no image file, no inline style, sharp on paper and on a wall.

use std::fmt::Write as _;

use askama::Template;
use fast_qr::{ECL, QRBuilder};

use crate::component::Fragment;

/// The drawing of a code, with four modules of quiet zone.
#[derive(Template)]
#[template(
    source = r##"<svg class="qr" viewBox="-4 -4 {{ side + 8 }} {{ side + 8 }}" role="img" aria-label="{{ label }}"><rect x="-4" y="-4" width="{{ side + 8 }}" height="{{ side + 8 }}" fill="#fff"/><path fill="#000" d="{{ path }}"/></svg>"##,
    ext = "html"
)]
struct Code<'a> {
    side: usize,
    path: String,
    label: &'a str,
}

/// The code of a text; nothing if it is too long for any code.
pub(in crate::screen) fn code(text: &str, label: &str) -> Fragment {
    let Ok(code) = QRBuilder::new(text).ecl(ECL::M).build() else {
        return Fragment::default();
    };
    let side = code.size;
    let mut path = String::new();
    for row in 0..side {
        let mut column = 0;
        while column < side {
            let run = (column..side)
                .take_while(|at| code[row][*at].value())
                .count();
            if run > 0 {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{column} {row}h{run}v1h-{run}z");
            }
            column += run.max(1);
        }
    }
    Fragment::of(&Code { side, path, label })
}
