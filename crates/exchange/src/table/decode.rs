//! A text file as UTF-8, chunk by chunk; the first byte that does not belong refuses the file with
//! its line.

use std::io::Read;

use domain::refusal::Refusal;
use encoding_rs::{DecoderResult, GB18030, UTF_8};

use super::Encoding;
use crate::codes;

/// A piece of decoded text; a character is never split.
pub(super) type Chunk<'c> = &'c str;

/// Decodes the whole of `source` and hands it over in pieces, without byte order mark.
pub(super) fn chunks(
    mut source: impl Read,
    encoding: Encoding,
    take: &mut dyn FnMut(Chunk<'_>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut decoder = match encoding {
        Encoding::Utf8 => UTF_8.new_decoder_with_bom_removal(),
        Encoding::Gb18030 => GB18030.new_decoder_without_bom_handling(),
    };
    let mut bytes = vec![0_u8; 64 * 1024];
    let mut text = String::with_capacity(128 * 1024);
    let mut line = 1_usize;
    loop {
        let read = source
            .read(&mut bytes)
            .map_err(|why| codes::unreadable(&why))?;
        let mut rest = &bytes[..read];
        loop {
            text.clear();
            let (result, used) =
                decoder.decode_to_string_without_replacement(rest, &mut text, read == 0);
            rest = &rest[used..];
            // What stands before the fault as well: whoever looks for the encoding learns from it.
            if !text.is_empty() {
                line += newlines(&text);
                take(&text)?;
            }
            if matches!(result, DecoderResult::Malformed(..)) {
                return Err(codes::ENCODING.refuse(&[("line", &line)]));
            }
            if matches!(result, DecoderResult::InputEmpty) {
                break;
            }
        }
        if read == 0 {
            return Ok(());
        }
    }
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|&b| b == b'\n').count()
}
