#![doc = include_str!("../README.md")]

pub mod figure;
pub mod sheet;

pub mod report;

pub mod auth;
pub mod generate;
pub mod streams;

pub mod part;
pub mod stub;
pub mod valgrind;
