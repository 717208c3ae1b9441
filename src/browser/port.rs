//! Blocks between workers: one buffer a message, transferred, so that it is copied twice and never shared.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use shuffle_engine::EngineError;
use shuffle_engine::cluster::PeerMessage;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessagePort};

/// Sends a message to a peer. Its buffer is gone from here afterwards.
pub(super) fn send(port: &MessagePort, message: &PeerMessage) -> Result<(), EngineError> {
    let buffer = Uint8Array::from(message.encode().as_slice()).buffer();
    let transferred = Array::of1(&buffer);
    port.post_message_with_transferable(&buffer, &transferred).map_err(|error| EngineError::Protocol {
        expected: "a port that takes blocks".to_owned(),
        got: format!("{error:?}"),
    })
}

/// Sends rows of the result to the page.
pub(super) fn send_rows(page: &DedicatedWorkerGlobalScope, message: &PeerMessage) -> Result<(), EngineError> {
    let buffer = Uint8Array::from(message.encode().as_slice()).buffer();
    page.post_message_with_transfer(&buffer, &Array::of1(&buffer)).map_err(|error| EngineError::Protocol {
        expected: "a page that takes rows".to_owned(),
        got: format!("{error:?}"),
    })
}

/// The message in what a port delivered.
pub(super) fn receive(data: &JsValue) -> Result<PeerMessage, EngineError> {
    let Some(buffer) = data.dyn_ref::<ArrayBuffer>() else {
        return Err(EngineError::Protocol {
            expected: "blocks as a buffer".to_owned(),
            got: format!("{data:?}"),
        });
    };
    PeerMessage::decode(Uint8Array::new(buffer).to_vec())
}
