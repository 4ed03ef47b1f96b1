//! Dates as spans of time, so that `2024` and `2024-05-17T08:30Z` can be compared.

/// The span of time that an ISO 8601 date names, in milliseconds since the beginning of 1970 in UTC.
///
/// ```
/// use bifocal::corpus::Span;
/// let [year, day] = ["2024", "2024-12-31"].map(|date| Span::parse(date).unwrap());
/// assert!(year.start < day.start && year.end == day.end);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// When it begins.
    pub start: i64,
    /// When it is over: the first millisecond that is no more in it.
    pub end: i64,
}

const MINUTE: i64 = 60_000;
const DAY: i64 = 1_440 * MINUTE;

impl Span {
    /// Reads `2024`, `2024-05`, `2024-05-17`, or that with a time: `T08:30`, `T08:30:05`, `T08:30:05.250`, each with `Z` or an
    /// offset such as `+02:00` after it; a time without either is taken for UTC. A space may stand for the `T`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = Digits(text.as_bytes());
        let year = i64::from(rest.number(4)?);
        let of = |start, end| Some(Self { start: start * DAY, end: end * DAY });
        if rest.0.is_empty() {
            return of(days(year, 1, 1), days(year + 1, 1, 1));
        }
        let month = rest.after(b'-', 2, 1, 12)?;
        let next = if month == 12 { days(year + 1, 1, 1) } else { days(year, month + 1, 1) };
        if rest.0.is_empty() {
            return of(days(year, month, 1), next);
        }
        let day = days(year, month, rest.after(b'-', 2, 1, 31)?);
        if day >= next {
            return None;
        }
        if rest.0.is_empty() {
            return of(day, day + 1);
        }
        let separator = if rest.0.first() == Some(&b' ') { b' ' } else { b'T' };
        let hour = rest.after(separator, 2, 0, 23)?;
        let mut start = day * DAY + (hour * 60 + rest.after(b':', 2, 0, 59)?) * MINUTE;
        let mut length = MINUTE;
        if rest.0.first() == Some(&b':') {
            start += rest.after(b':', 2, 0, 60)? * 1_000;
            length = 1_000;
            if let Some((b'.', fraction)) = rest.0.split_first() {
                let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let mut thousandths = Digits(fraction.get(..digits.min(3))?);
                let value = i64::from(thousandths.number(digits.min(3))?);
                length = [1_000, 100, 10, 1][digits.min(3)];
                start += value * length;
                rest.0 = &fraction[digits..];
            }
        }
        start -= rest.offset()? * MINUTE;
        rest.0.is_empty().then_some(Self { start, end: start + length })
    }
}

/// What is still to be read of a date.
struct Digits<'t>(&'t [u8]);

impl Digits<'_> {
    /// A number of so many digits.
    fn number(&mut self, digits: usize) -> Option<u32> {
        let (head, rest) = self.0.split_at_checked(digits).filter(|_| digits > 0)?;
        self.0 = rest;
        head.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
    }

    /// A number within bounds that stands after a sign.
    fn after(&mut self, sign: u8, digits: usize, least: i64, most: i64) -> Option<i64> {
        self.0 = self.0.strip_prefix(&[sign])?;
        self.number(digits).map(i64::from).filter(|number| (least..=most).contains(number))
    }

    /// Minutes east of Greenwich.
    fn offset(&mut self) -> Option<i64> {
        let sign = match self.0.first() {
            None => return Some(0),
            Some(b'Z' | b'z') => {
                self.0 = &self.0[1..];
                return Some(0);
            }
            Some(&sign) => sign,
        };
        if !matches!(sign, b'+' | b'-') {
            return None;
        }
        let hours = self.after(sign, 2, 0, 23)?;
        self.0 = self.0.strip_prefix(b":").unwrap_or(self.0);
        let minutes = if self.0.is_empty() { 0 } else { i64::from(self.number(2)?) };
        let east = hours * 60 + minutes;
        Some(if sign == b'-' { -east } else { east })
    }
}

/// Days from the beginning of 1970 to a day of the Gregorian calendar: `days_from_civil` of Howard Hinnant,
/// "chrono-Compatible Low-Level Date Algorithms", for years from 0 on.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(i64, i64)>) {
        assert_eq!(Span::parse(text).map(|span| (span.start, span.end - span.start)), expected, "{text}");
    }

    #[test]
    fn dates_are_spans() {
        check("1970", Some((0, 365 * DAY)));
        check("2024-02", Some((1_706_745_600_000, 29 * DAY)));
        check("2024-12", Some((1_733_011_200_000, 31 * DAY)));
        check("2024-05-17", Some((1_715_904_000_000, DAY)));
        check("2024-05-17T08:30", Some((1_715_934_600_000, MINUTE)));
        check("2024-05-17 08:30:05Z", Some((1_715_934_605_000, 1_000)));
        check("2024-05-17T08:30:05.250+02:00", Some((1_715_927_405_250, 1)));
        check("2024-05-17T08:30:05.2-0130", Some((1_715_940_005_200, 100)));
        check("1600-03-01", Some((-11_670_912_000_000, DAY)));
        for text in
            ["", "24", "2024-", "2024-13", "2024-02-30", "2024-1-1", "2024-05-17T", "2024-05-17T25:00", "2024-05-17x"]
        {
            check(text, None);
        }
        for text in ["May 2024", "2024-05-17T08:30:05.", "2024-05-17T08:30 +2", "２０２４", "-2024"] {
            check(text, None);
        }
    }
}
