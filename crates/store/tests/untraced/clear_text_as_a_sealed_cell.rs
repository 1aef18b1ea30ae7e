//! Nobody outside makes a sealed cell of bytes he has.

fn main() {
    let number = b"XT-0000001".to_vec();
    let _ = store::SealedCell::of_ciphertext(number.clone());
    let _ = store::SealedCell(number);
}
