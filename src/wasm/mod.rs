//! The browser doors.
