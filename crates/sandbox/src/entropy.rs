//! Randomness from the operating system.

/// `N` fresh random bytes.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("an operating system without randomness runs no sandbox");
    bytes
}
