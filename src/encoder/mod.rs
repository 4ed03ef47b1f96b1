//! TEMP
use serde::{Deserialize, Serialize};
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VectorSpace { pub model: String, pub weights: String, pub pooling: String, pub prefix: String, pub dims: u32 }
