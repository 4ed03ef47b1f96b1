//! Which instructions this machine has.

/// Instructions that there are kernels for. A value is proof that this machine has them, since only detection makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instructions(Set);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Set {
    /// AVX-512 as servers have had it since 2019: F, BW, DQ, VL and VNNI.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// What machines without AVX-512 have of VNNI.
    #[cfg(target_arch = "x86_64")]
    AvxVnni,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// NEON with dot products of bytes: what there is since 2018.
    #[cfg(target_arch = "aarch64")]
    Dot,
    /// Every aarch64 target of Rust's that has `std` has it.
    #[cfg(target_arch = "aarch64")]
    Neon,
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Simd128,
    /// Those that the build is for.
    Plain,
}

impl Set {
    /// The fastest first; those that the build is for are always there.
    const ALL: &[Self] = &[
        #[cfg(target_arch = "x86_64")]
        Self::Avx512,
        #[cfg(target_arch = "x86_64")]
        Self::AvxVnni,
        #[cfg(target_arch = "x86_64")]
        Self::Avx2,
        #[cfg(target_arch = "aarch64")]
        Self::Dot,
        #[cfg(target_arch = "aarch64")]
        Self::Neon,
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        Self::Simd128,
        Self::Plain,
    ];

    fn is_here(self) -> bool {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512vnni")
            }
            #[cfg(target_arch = "x86_64")]
            Self::AvxVnni => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("avxvnni"),
            #[cfg(target_arch = "aarch64")]
            Self::Dot => std::arch::is_aarch64_feature_detected!("dotprod"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2"),
            _ => true,
        }
    }
}

impl Instructions {
    /// Those that this machine has: the fastest first, those that the build is for last.
    pub fn available() -> impl Iterator<Item = Self> {
        Set::ALL.iter().copied().filter(|set| set.is_here()).map(Self)
    }

    /// The fastest of them.
    pub fn best() -> Self {
        Self::available().next().unwrap_or(Self(Set::Plain))
    }

    pub(super) fn set(self) -> Set {
        self.0
    }
}
