//! Amounts of things, as Kubernetes writes them: `500m`, `10Gi`, `1e3`.
//!
//! `k8s_openapi`'s own type is a bare text, so it can neither be compared nor refused; and it does
//! not take the integers that people write (`cpu: 2`). This one is parsed where it enters, and is
//! equal by value: `1024Mi` is `1Gi`, which is how the API server sees it too.

use std::{borrow::Cow, cmp::Ordering, fmt, str::FromStr};

use k8s_openapi::apimachinery::pkg::api::resource;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What the text of a quantity looks like: an unsigned number and perhaps a suffix. At most 19
/// digits before the point, 9 behind it and an exponent of two: what Kubernetes itself can hold.
pub const PATTERN: &str = concat!(
    r"^([0-9]{1,19}(\.[0-9]{0,9})?|\.[0-9]{1,9})",
    r"([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,2})?$"
);

/// Billionths: nothing smaller exists, here and in Kubernetes.
const NANO: i128 = 1_000_000_000;

/// The largest value that Kubernetes holds exactly.
const MOST: i128 = i64::MAX as i128 * NANO;

const BINARY: [&str; 6] = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL: [(&str, i32); 10] = [
    ("n", -9),
    ("u", -6),
    ("m", -3),
    ("", 0),
    ("k", 3),
    ("M", 6),
    ("G", 9),
    ("T", 12),
    ("P", 15),
    ("E", 18),
];

/// An amount that is not negative: bytes, cores or items. Equality and order are by value; the
/// text stays as it was written. Fractions below a billionth are rounded up.
#[derive(Clone, Debug)]
pub struct Quantity {
    text: String,
    nano: i128,
    form: Form,
}

/// The family of suffixes that a quantity was written with, which Kubernetes keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Binary,
    Decimal,
    Exponent,
}

/// Why a text is no quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// It does not begin with a number.
    Number(String),
    /// What follows the number is no suffix.
    Suffix(String),
    /// It is more than 2^63 - 1.
    TooLarge(String),
}

impl Quantity {
    /// The text as it was written, without surrounding blanks.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The value in billionths, exactly.
    pub fn nano(&self) -> i128 {
        self.nano
    }

    /// The value in whole units (bytes, cores), rounded up.
    pub fn units(&self) -> i64 {
        let units = (self.nano + NANO - 1) / NANO;
        i64::try_from(units).expect("parsing refuses more than an i64 holds")
    }

    /// Whether it is nothing.
    pub fn is_zero(&self) -> bool {
        self.nano == 0
    }

    /// The text that the API server would store: no fraction, the largest suffix that leaves none.
    /// Whoever compares with an object read back should send this one.
    pub fn canonical(&self) -> String {
        let whole = self.nano % NANO == 0;
        match self.form {
            Form::Binary if whole && self.nano >= 1024 * NANO => self.canonical_binary(),
            Form::Binary | Form::Decimal => {
                let (number, power) = self.scaled();
                let suffix = DECIMAL.iter().find(|(_, p)| *p == power).map_or("", |(s, _)| s);
                format!("{number}{suffix}")
            }
            Form::Exponent => match self.scaled() {
                (number, 0) => number.to_string(),
                (number, power) => format!("{number}e{power}"),
            },
        }
    }

    fn canonical_binary(&self) -> String {
        let mut number = self.nano / NANO;
        let mut suffix = "";
        for next in BINARY {
            if number % 1024 != 0 {
                break;
            }
            number /= 1024;
            suffix = next;
        }
        format!("{number}{suffix}")
    }

    /// A number and a power of a thousand, as large as leaves no fraction.
    fn scaled(&self) -> (i128, i32) {
        if self.nano == 0 {
            return (0, 0);
        }
        let (mut number, mut power) = (self.nano, -9);
        while number % 1000 == 0 && power < 18 {
            number /= 1000;
            power += 3;
        }
        (number, power)
    }
}

impl FromStr for Quantity {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let text = text.trim();
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, suffix) = text.split_at(end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || fraction.contains('.') {
            return Err(Malformed::Number(text.to_owned()));
        }
        let too_large = || Malformed::TooLarge(text.to_owned());
        let digits: i128 = digits.parse().map_err(|_| too_large())?;
        let places = i32::try_from(fraction.len()).map_err(|_| too_large())?;
        let (form, factor, power) =
            suffix_of(suffix).ok_or_else(|| Malformed::Suffix(text.to_owned()))?;
        let nano = digits
            .checked_mul(factor)
            .and_then(|value| shifted(value, power - places + 9))
            .filter(|nano| *nano <= MOST)
            .ok_or_else(too_large)?;
        Ok(Self { text: text.to_owned(), nano, form })
    }
}

/// The family, the factor and the power of ten that a suffix stands for.
fn suffix_of(suffix: &str) -> Option<(Form, i128, i32)> {
    if let Some(at) = BINARY.iter().position(|known| *known == suffix) {
        return Some((Form::Binary, 1 << (10 * (at + 1)), 0));
    }
    if let Some((_, power)) = DECIMAL.iter().find(|(known, _)| *known == suffix) {
        return Some((Form::Decimal, 1, *power));
    }
    let exponent = suffix.strip_prefix(['e', 'E'])?;
    // Two digits, as the pattern has it: more would only ever overflow or vanish.
    (exponent.trim_start_matches(['+', '-']).len() <= 2)
        .then(|| exponent.parse().ok())
        .flatten()
        .map(|power| (Form::Exponent, 1, power))
}

/// The value times a power of ten, rounded up, if it fits.
fn shifted(value: i128, power: i32) -> Option<i128> {
    let ten = 10_i128.checked_pow(power.unsigned_abs());
    match (power >= 0, ten) {
        _ if value == 0 => Some(0),
        (true, ten) => value.checked_mul(ten?),
        // Dividing by more than fits leaves a crumb, and crumbs are rounded up.
        (false, None) => Some(1),
        (false, Some(ten)) => Some(value / ten + i128::from(value % ten != 0)),
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nano == other.nano
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nano.cmp(&other.nano)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(text) => write!(f, "{text:?} is no quantity: it must begin with a number"),
            Self::Suffix(text) => {
                write!(f, "{text:?} is no quantity: known suffixes are n u m k M G T P E, ")?;
                f.write_str("Ki Mi Gi Ti Pi Ei, and an exponent such as e3")
            }
            Self::TooLarge(text) => write!(f, "{text:?} is more than 2^63 - 1"),
        }
    }
}

impl std::error::Error for Malformed {}

impl From<&Quantity> for resource::Quantity {
    /// In the canonical text, so that what is read back compares equal.
    fn from(quantity: &Quantity) -> Self {
        Self(quantity.canonical())
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

struct Visitor;

impl de::Visitor<'_> for Visitor {
    type Value = Quantity;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a quantity: a text such as \"10Gi\", or an integer that is not negative")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Quantity, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Quantity, E> {
        number.to_string().parse().map_err(E::custom)
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Quantity, E> {
        number.to_string().parse().map_err(E::custom)
    }
}

impl JsonSchema for Quantity {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Quantity".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "x-kubernetes-int-or-string": true,
            "pattern": PATTERN,
            "minimum": 0,
            "maxLength": 32,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(text: &str) -> Quantity {
        text.parse().unwrap()
    }

    #[test]
    fn equal_by_value() {
        for (one, other) in [
            ("1024Mi", "1Gi"),
            ("1000m", "1"),
            ("0.5", "500m"),
            ("1e3", "1k"),
            ("1E3", "1000"),
            ("12e-3", "12m"),
            ("1.5Gi", "1536Mi"),
            (".5", "0.5"),
            ("5.", "5"),
            ("1E", "1000P"),
            ("1Ei", "1024Pi"),
            ("1Pi", "1024Ti"),
            ("1Ti", "1024Gi"),
            ("1Mi", "1024Ki"),
            ("1T", "1000G"),
            ("1M", "1000k"),
            ("1u", "1000n"),
            ("0", "0Gi"),
        ] {
            assert_eq!(q(one), q(other), "{one} and {other}");
        }
        assert!(q("1G") < q("1Gi") && q("999m") < q("1") && q("7Ei") > q("7E"));
    }

    #[test]
    fn canonical_is_what_the_api_server_stores() {
        for (text, canonical) in [
            ("1024Mi", "1Gi"),
            ("1000m", "1"),
            ("0.5", "500m"),
            ("1.5Gi", "1536Mi"),
            ("0.1Gi", "107374182400m"),
            ("0.5Ki", "512"),
            ("1e3", "1e3"),
            ("1e2", "100"),
            ("1e4", "10e3"),
            ("12e-3", "12e-3"),
            ("1500Mi", "1500Mi"),
            ("0.9Ki", "921600m"),
            ("1500", "1500"),
            ("2000", "2k"),
            ("1025", "1025"),
            ("0", "0"),
        ] {
            assert_eq!(q(text).canonical(), canonical, "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in ["", "Gi", "-1", "+1", "1 Gi", "1gi", "1K", "1.2.3", "1e", "1e123", "one"] {
            assert!(text.parse::<Quantity>().is_err(), "{text:?}");
        }
        assert_eq!("9Ei".parse::<Quantity>(), Err(Malformed::TooLarge("9Ei".to_owned())));
        assert_eq!(q("0.0000000001").nano(), 1, "rounded up");
        assert_eq!(q("1e-99").nano(), 1, "rounded up");
        assert_eq!(q("1.1").units(), 2);
    }

    #[test]
    fn integers_decode_and_the_text_is_kept() {
        let decoded: Quantity = serde_json::from_str("2").unwrap();
        assert_eq!(serde_json::to_string(&decoded).unwrap(), "\"2\"");
        let decoded: Quantity = serde_json::from_str("\"1024Mi\"").unwrap();
        assert_eq!(serde_json::to_string(&decoded).unwrap(), "\"1024Mi\"");
        assert!(serde_json::from_str::<Quantity>("-2").is_err());
        assert!(serde_json::from_str::<Quantity>("true").is_err());
    }
}
