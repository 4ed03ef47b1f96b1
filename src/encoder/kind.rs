//! GGML's kinds of packed numbers.

/// How numbers are packed: the types that are read, with ggml's numbers for them.
#[allow(non_camel_case_types)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 4 bytes a number.
    F32 = 0,
    /// Half precision.
    F16 = 1,
    /// Blocks of 32 codes of 4 bits with a scale.
    Q4_0 = 2,
    /// The same with a minimum.
    Q4_1 = 3,
    /// Blocks of 32 codes of 5 bits with a scale.
    Q5_0 = 6,
    /// The same with a minimum.
    Q5_1 = 7,
    /// Blocks of 32 codes of 8 bits with a scale.
    Q8_0 = 8,
    /// Whole numbers of 8 bits; a matrix of them has a scale for each row in a tensor of its own.
    I8 = 24,
    /// The upper half of an f32.
    BF16 = 30,
}

impl Kind {
    const ALL: [Self; 9] =
        [Self::F32, Self::F16, Self::Q4_0, Self::Q4_1, Self::Q5_0, Self::Q5_1, Self::Q8_0, Self::I8, Self::BF16];

    /// The kind that ggml has that number for.
    pub(super) fn of(number: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|&kind| kind as u32 == number)
    }

    /// llama.cpp's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Q4_0 => "q4_0",
            Self::Q4_1 => "q4_1",
            Self::Q5_0 => "q5_0",
            Self::Q5_1 => "q5_1",
            Self::Q8_0 => "q8_0",
            Self::I8 => "i8",
            Self::BF16 => "bf16",
        }
    }

    /// How many numbers belong together.
    pub fn numbers(self) -> usize {
        match self {
            Self::F32 | Self::F16 | Self::BF16 | Self::I8 => 1,
            _ => 32,
        }
    }

    /// How many bytes those are.
    pub fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 | Self::BF16 => 2,
            Self::Q4_0 => 18,
            Self::Q4_1 => 20,
            Self::Q5_0 => 22,
            Self::Q5_1 => 24,
            Self::Q8_0 => 34,
            Self::I8 => 1,
        }
    }
}
