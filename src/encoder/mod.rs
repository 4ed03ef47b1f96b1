//! TEMP
use serde::{Deserialize, Serialize};
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VectorSpace { pub model: String, pub weights: String, pub pooling: String, pub prefix: String, pub dims: u32 }
pub trait Encoder: Sync {
    fn space(&self) -> &VectorSpace;
    fn variant(&self) -> String { String::new() }
    fn count_tokens(&self, text: &str) -> usize;
    fn embed(&self, texts: &[&str], progress: &(dyn Fn(usize) + Sync)) -> crate::Result<Vec<Vec<f32>>>;
}
