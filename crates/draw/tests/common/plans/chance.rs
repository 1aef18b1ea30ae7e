//! Chance that is the same for ever: SplitMix64 from the number of a plan. Deliberately absent: everything
//! of the crate under test.

pub struct Chance(u64);

impl Chance {
    pub fn of(number: u64) -> Self {
        Self(number.wrapping_mul(0xd134_2543_de82_ef95))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// A place in a list of `n`.
    pub fn index(&mut self, n: usize) -> usize {
        usize::try_from(self.below(n as u64)).expect("below a length")
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.index(of.len())]
    }

    /// So many of them, in their order.
    pub fn some<T: Copy>(&mut self, of: &[T], count: u64) -> Vec<T> {
        let mut left = of.to_vec();
        while left.len() as u64 > count {
            let out = self.index(left.len());
            left.remove(out);
        }
        left
    }

    /// 64 hexadecimal digits.
    pub fn hash(&mut self) -> String {
        (0..4).map(|_| format!("{:016x}", self.next())).collect()
    }

    /// So many decimal digits.
    pub fn digits(&mut self, count: u64) -> String {
        (0..count).map(|_| self.below(10).to_string()).collect()
    }
}
