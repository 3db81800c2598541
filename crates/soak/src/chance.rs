//! Chance that a seed decides, so that a run can be made again.

/// SplitMix64 (Steele, Lea and Flood, 2014): short, and as random as a choice of faults needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// What is drawn for one of many things depends on the seed and the thing, not on the order of drawing.
    pub(crate) fn of(seed: u64, thing: u64) -> Self {
        Self(Self(seed ^ Self(thing).next()).next())
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// One of `0..count`, as good as evenly.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.next() % count.max(1) as u64) as usize
    }
}
