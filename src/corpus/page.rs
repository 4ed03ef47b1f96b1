//! tmp
use std::collections::BTreeMap;
use serde::{Deserialize, Serialize};
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Page { pub id: String, pub url: String, pub title: String, pub lang: Option<String>, pub meta: BTreeMap<String, Meta>, pub sections: Vec<Section> }
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Section { pub anchor: Option<String>, pub heading: String, pub level: u8, pub text: String }
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Meta { Bool(bool), Number(f64), Text(String), List(Vec<String>) }
