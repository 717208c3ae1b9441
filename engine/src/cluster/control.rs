//! Control messages as bytes, for a transport whose two ends do not share a memory.
//!
//! The bytes are those of the crate `postcard`: the fields of a message one after the other, without their names. Both ends
//! are of one build, so they agree on the order. JSON would need code that finds each field by its name, and this code was
//! a tenth of what the page loads.
//!
//! The functions are inline so that they, and with them all of serde's code for the messages, are compiled with their caller:
//! the page is compiled for size, the engine for speed.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::protocol::{FromExecutor, ToExecutor};
use crate::error::{EngineError, Result};

/// A message that travels between driver and executor.
pub trait ControlMessage: Serialize + DeserializeOwned {
    /// The message as bytes.
    #[inline]
    fn encode(&self) -> Vec<u8> {
        postcard::to_allocvec(self)
            .expect("control messages hold only numbers, texts and lists of known length")
    }

    /// The message in these bytes.
    ///
    /// # Errors
    /// [`EngineError::Protocol`] when the bytes are no such message, or more than one.
    #[inline]
    fn decode(bytes: &[u8]) -> Result<Self> {
        let wrong =
            |got| EngineError::Protocol { expected: "a control message of this build".to_owned(), got };
        match postcard::take_from_bytes(bytes) {
            Ok((message, [])) => Ok(message),
            Ok((_, rest)) => Err(wrong(format!("{} bytes behind it", rest.len()))),
            Err(error) => Err(wrong(error.to_string())),
        }
    }
}

impl ControlMessage for ToExecutor {}

impl ControlMessage for FromExecutor {}
