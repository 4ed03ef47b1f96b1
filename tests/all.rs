//! One integration binary: its modules are the suites.

mod encoder;
