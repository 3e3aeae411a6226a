//! How a time is written: a layout of Go, which is how a certain moment would be written, or the
//! name of one.

use std::fmt::Write as _;

use k8s_openapi::jiff::{
    Timestamp,
    civil::{DateTime, Weekday},
    tz::TimeZone,
};

use super::{json::Json, path::Wrong};

/// How a time is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout(How);

#[derive(Clone, Debug, PartialEq, Eq)]
enum How {
    /// As a text, of these parts.
    Text(Vec<Part>),
    /// As so many of these since 1970, each of so many nanoseconds.
    Since(i128),
}

/// A part of a layout.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// Something that stands there as it is.
    Plain(String),
    /// A part of the time.
    Of(Element),
}

/// A part of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Month(Written),
    Day(Written),
    DayOfYear(Written),
    WeekdayLong,
    WeekdayShort,
    MonthLong,
    MonthShort,
    Hour24,
    Hour12(Written),
    Minute(Written),
    Second(Written),
    Year4,
    Year2,
    Half(bool),
    Zone,
    /// The distance from Greenwich: whether Greenwich itself is `Z`, and how it is written.
    Offset(bool, &'static str),
    /// Parts of a second behind this character: how many digits, and whether zeros at the end stay.
    Fraction(char, usize, bool),
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Written {
    /// With as many digits as it has.
    Bare,
    /// Filled up with spaces.
    Spaced,
    /// Filled up with zeros.
    Zeroed,
}

/// Layouts by the names that Go has for them, and numbers.
const NAMED: [(&str, &str); 18] = [
    ("ANSIC", "Mon Jan _2 15:04:05 2006"),
    ("UnixDate", "Mon Jan _2 15:04:05 MST 2006"),
    ("RubyDate", "Mon Jan 02 15:04:05 -0700 2006"),
    ("RFC822", "02 Jan 06 15:04 MST"),
    ("RFC822Z", "02 Jan 06 15:04 -0700"),
    ("RFC850", "Monday, 02-Jan-06 15:04:05 MST"),
    ("RFC1123", "Mon, 02 Jan 2006 15:04:05 MST"),
    ("RFC1123Z", "Mon, 02 Jan 2006 15:04:05 -0700"),
    ("RFC3339", "2006-01-02T15:04:05Z07:00"),
    ("RFC3339Nano", "2006-01-02T15:04:05.999999999Z07:00"),
    ("Kitchen", "3:04PM"),
    ("Stamp", "Jan _2 15:04:05"),
    ("StampMilli", "Jan _2 15:04:05.000"),
    ("StampMicro", "Jan _2 15:04:05.000000"),
    ("StampNano", "Jan _2 15:04:05.000000000"),
    ("DateTime", "2006-01-02 15:04:05"),
    ("DateOnly", "2006-01-02"),
    ("TimeOnly", "15:04:05"),
];
const NUMBERS: [(&str, i128); 4] =
    [("Unix", 1_000_000_000), ("UnixMilli", 1_000_000), ("UnixMicro", 1_000), ("UnixNano", 1)];

/// What stands in a layout for a part of the time; of those that begin alike the longest first.
const ELEMENTS: [(&str, Element); 33] = [
    ("January", Element::MonthLong),
    ("Jan", Element::MonthShort),
    ("Monday", Element::WeekdayLong),
    ("Mon", Element::WeekdayShort),
    ("MST", Element::Zone),
    ("2006", Element::Year4),
    ("__2", Element::DayOfYear(Written::Spaced)),
    ("_2", Element::Day(Written::Spaced)),
    ("002", Element::DayOfYear(Written::Zeroed)),
    ("01", Element::Month(Written::Zeroed)),
    ("02", Element::Day(Written::Zeroed)),
    ("03", Element::Hour12(Written::Zeroed)),
    ("04", Element::Minute(Written::Zeroed)),
    ("05", Element::Second(Written::Zeroed)),
    ("06", Element::Year2),
    ("15", Element::Hour24),
    ("1", Element::Month(Written::Bare)),
    ("2", Element::Day(Written::Bare)),
    ("3", Element::Hour12(Written::Bare)),
    ("4", Element::Minute(Written::Bare)),
    ("5", Element::Second(Written::Bare)),
    ("PM", Element::Half(true)),
    ("pm", Element::Half(false)),
    ("Z07:00:00", Element::Offset(true, "+00:00:00")),
    ("Z07:00", Element::Offset(true, "+00:00")),
    ("Z070000", Element::Offset(true, "+000000")),
    ("Z0700", Element::Offset(true, "+0000")),
    ("Z07", Element::Offset(true, "+00")),
    ("-07:00:00", Element::Offset(false, "+00:00:00")),
    ("-07:00", Element::Offset(false, "+00:00")),
    ("-070000", Element::Offset(false, "+000000")),
    ("-0700", Element::Offset(false, "+0000")),
    ("-07", Element::Offset(false, "+00")),
];

impl Layout {
    /// Reads one.
    ///
    /// # Errors
    ///
    /// If nothing of it is a part of a time.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        if let Some((_, unit)) = NUMBERS.iter().find(|(name, _)| *name == text) {
            return Ok(Self(How::Since(*unit)));
        }
        let named = NAMED.iter().find(|(name, _)| *name == text).map(|(_, layout)| *layout);
        let parts = parts(named.unwrap_or(text));
        if parts.iter().any(|part| matches!(part, Part::Of(_))) {
            return Ok(Self(How::Text(parts)));
        }
        let remedy = "write RFC3339, Unix, another name that Go has, or how it writes the 2nd of \
                      January 2006, 15:04:05, such as 2006-01-02";
        Err(("nothing of it is a part of a time".to_owned(), remedy.to_owned()))
    }

    /// A time, as it is written. It is told as it is in Greenwich.
    pub fn write(&self, now: Timestamp) -> Json {
        match &self.0 {
            How::Since(unit) => Json::Number(now.as_nanosecond().div_euclid(*unit).to_string()),
            How::Text(parts) => {
                let time = now.to_zoned(TimeZone::UTC).datetime();
                let mut text = String::new();
                for part in parts {
                    match part {
                        Part::Plain(plain) => text.push_str(plain),
                        Part::Of(element) => element.write(time, &mut text),
                    }
                }
                Json::Text(text)
            }
        }
    }
}

/// Takes a layout apart.
fn parts(layout: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut rest = layout;
    while let Some(next) = rest.chars().next() {
        let (part, length) = match element(rest) {
            Some((element, length)) => (Part::Of(element), length),
            None => (Part::Plain(next.to_string()), next.len_utf8()),
        };
        match (parts.last_mut(), part) {
            (Some(Part::Plain(before)), Part::Plain(more)) => before.push_str(&more),
            (_, part) => parts.push(part),
        }
        rest = &rest[length..];
    }
    parts
}

/// The part of a time that a layout begins with, and how long that is.
fn element(layout: &str) -> Option<(Element, usize)> {
    if let Some(mark @ ('.' | ',')) = layout.chars().next() {
        let digits = &layout[1..];
        let digit = digits.chars().next().filter(|digit| matches!(digit, '0' | '9'))?;
        let count = digits.chars().take_while(|next| *next == digit).count();
        // Before another digit it is a number like any other.
        let ends = !digits[count..].starts_with(|next: char| next.is_ascii_digit());
        return ends.then_some((Element::Fraction(mark, count.min(9), digit == '0'), 1 + count));
    }
    let (text, element) = ELEMENTS.iter().find(|(text, _)| layout.starts_with(text))?;
    let after = &layout[text.len()..];
    // A word may begin so, and a year may stand behind a line.
    let is_another = match *text {
        "Jan" | "Mon" => after.starts_with(|next: char| next.is_ascii_lowercase()),
        "_2" => after.starts_with("006"),
        _ => false,
    };
    (!is_another).then_some((*element, text.len()))
}

impl Element {
    fn write(self, time: DateTime, text: &mut String) {
        let number = |text: &mut String, number: i64, written, width: usize| {
            let _ = match written {
                Written::Bare => write!(text, "{number}"),
                Written::Spaced => write!(text, "{number:width$}"),
                Written::Zeroed => write!(text, "{number:0width$}"),
            };
        };
        let hour12 = |hour: i8| if hour % 12 == 0 { 12 } else { hour % 12 };
        match self {
            Self::Month(written) => number(text, time.month().into(), written, 2),
            Self::Day(written) => number(text, time.day().into(), written, 2),
            Self::DayOfYear(written) => number(text, time.day_of_year().into(), written, 3),
            Self::WeekdayLong => text.push_str(weekday(time.weekday())),
            Self::WeekdayShort => text.push_str(&weekday(time.weekday())[..3]),
            Self::MonthLong => text.push_str(month(time.month())),
            Self::MonthShort => text.push_str(&month(time.month())[..3]),
            Self::Hour24 => number(text, time.hour().into(), Written::Zeroed, 2),
            Self::Hour12(written) => number(text, hour12(time.hour()).into(), written, 2),
            Self::Minute(written) => number(text, time.minute().into(), written, 2),
            Self::Second(written) => number(text, time.second().into(), written, 2),
            Self::Year4 => number(text, time.year().into(), Written::Zeroed, 4),
            Self::Year2 => {
                number(text, time.year().rem_euclid(100).into(), Written::Zeroed, 2);
            }
            Self::Half(large) => text.push_str(match (large, time.hour() >= 12) {
                (true, true) => "PM",
                (true, false) => "AM",
                (false, true) => "pm",
                (false, false) => "am",
            }),
            Self::Zone => text.push_str("UTC"),
            Self::Offset(true, _) => text.push('Z'),
            Self::Offset(false, offset) => text.push_str(offset),
            Self::Fraction(mark, count, stays) => {
                let digits = format!("{:09}", time.subsec_nanosecond());
                let mut digits = &digits[..count];
                if !stays {
                    digits = digits.trim_end_matches('0');
                }
                if !digits.is_empty() {
                    text.push(mark);
                    text.push_str(digits);
                }
            }
        }
    }
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

fn month(month: i8) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    usize::try_from(month - 1).ok().and_then(|month| NAMES.get(month).copied()).unwrap_or("January")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(layout: &str, time: &str) -> Json {
        let time = time.parse().expect("it is a time");
        Layout::parse(layout).expect(layout).write(time)
    }

    /// What Go 1.26 writes of the 4th of March 2026, 5:06:07.08091, and of the 24th of November
    /// 2026, 17:06:07.
    const GO: [(&str, &str, &str); 30] = [
        ("ANSIC", "Wed Mar  4 05:06:07 2026", "Tue Nov 24 17:06:07 2026"),
        ("UnixDate", "Wed Mar  4 05:06:07 UTC 2026", "Tue Nov 24 17:06:07 UTC 2026"),
        ("RubyDate", "Wed Mar 04 05:06:07 +0000 2026", "Tue Nov 24 17:06:07 +0000 2026"),
        ("RFC822", "04 Mar 26 05:06 UTC", "24 Nov 26 17:06 UTC"),
        ("RFC822Z", "04 Mar 26 05:06 +0000", "24 Nov 26 17:06 +0000"),
        ("RFC850", "Wednesday, 04-Mar-26 05:06:07 UTC", "Tuesday, 24-Nov-26 17:06:07 UTC"),
        ("RFC1123", "Wed, 04 Mar 2026 05:06:07 UTC", "Tue, 24 Nov 2026 17:06:07 UTC"),
        ("RFC1123Z", "Wed, 04 Mar 2026 05:06:07 +0000", "Tue, 24 Nov 2026 17:06:07 +0000"),
        ("RFC3339", "2026-03-04T05:06:07Z", "2026-11-24T17:06:07Z"),
        ("RFC3339Nano", "2026-03-04T05:06:07.08091Z", "2026-11-24T17:06:07Z"),
        ("Kitchen", "5:06AM", "5:06PM"),
        ("Stamp", "Mar  4 05:06:07", "Nov 24 17:06:07"),
        ("StampMilli", "Mar  4 05:06:07.080", "Nov 24 17:06:07.000"),
        ("StampMicro", "Mar  4 05:06:07.080910", "Nov 24 17:06:07.000000"),
        ("StampNano", "Mar  4 05:06:07.080910000", "Nov 24 17:06:07.000000000"),
        ("DateTime", "2026-03-04 05:06:07", "2026-11-24 17:06:07"),
        ("DateOnly", "2026-03-04", "2026-11-24"),
        ("TimeOnly", "05:06:07", "17:06:07"),
        ("2006_01_02", "2026_03_04", "2026_11_24"),
        ("_2006", "_2026", "_2026"),
        ("__2 002 2", " 63 063 4", "328 328 24"),
        ("Janus Mond Monday Mon.", "Janus Mond Wednesday Wed.", "Janus Mond Tuesday Tue."),
        ("15h 3h 03h 4m 5s pm", "05h 5h 05h 6m 7s am", "17h 5h 05h 6m 7s pm"),
        ("Z0700 Z07 -07 -070000 Z07:00:00", "Z Z +00 +000000 Z", "Z Z +00 +000000 Z"),
        (".000 .999999999 .9 ,00", ".080 .08091  ,08", ".000   ,00"),
        ("1.0001 05.0", "3.0003 07.0", "11.0011 07.0"),
        ("06/1/2", "26/3/4", "26/11/24"),
        ("20060102150405", "20260304050607", "20261124170607"),
        ("Jan_2", "Mar 4", "Nov24"),
        ("x2 .00 y.99", "x4 .08 y.08", "x24 .00 y"),
    ];

    #[test]
    fn a_layout_is_written_as_go_does() {
        for (layout, march, november) in GO {
            let march = Json::Text(march.to_owned());
            assert_eq!(written(layout, "2026-03-04T05:06:07.08091Z"), march, "{layout}");
            let november = Json::Text(november.to_owned());
            assert_eq!(written(layout, "2026-11-24T17:06:07Z"), november, "{layout}");
        }
    }

    #[test]
    fn a_number_counts_since_1970() {
        for (layout, number) in [
            ("Unix", "1772600767"),
            ("UnixMilli", "1772600767080"),
            ("UnixMicro", "1772600767080910"),
            ("UnixNano", "1772600767080910000"),
        ] {
            let number = Json::Number(number.to_owned());
            assert_eq!(written(layout, "2026-03-04T05:06:07.08091Z"), number);
        }
    }

    #[test]
    fn what_says_nothing_of_a_time_is_no_layout() {
        for layout in ["", "rfc", "YYYY-MM-DD", "%Y"] {
            let (why, remedy) = Layout::parse(layout).expect_err(layout);
            assert!(why.contains("part of a time") && remedy.contains("RFC3339"));
        }
    }
}
