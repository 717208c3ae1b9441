//! Blocks between workers: one buffer a message, transferred, so that it is copied once on each side and never shared.

use js_sys::{Array, ArrayBuffer, Uint8Array};
use shuffle_engine::EngineError;
use shuffle_engine::cluster::PeerMessage;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessagePort};

/// Pieces of at least so many bytes go straight into the buffer; smaller ones are put together first, since a call out of
/// the module costs as much as copying some kilobytes.
const DIRECT_PIECE_BYTES: usize = 16 << 10;

/// Sends a message to a peer. Its buffer is gone from here afterwards.
pub(super) fn send(port: &MessagePort, message: &PeerMessage) -> Result<(), EngineError> {
    let buffer = encode(message)?.buffer();
    let transferred = Array::of1(&buffer);
    port.post_message_with_transferable(&buffer, &transferred).map_err(|error| EngineError::Protocol {
        expected: "a port that takes blocks".to_owned(),
        got: format!("{error:?}"),
    })
}

/// Sends rows of the result to the page.
pub(super) fn send_rows(page: &DedicatedWorkerGlobalScope, message: &PeerMessage) -> Result<(), EngineError> {
    let buffer = encode(message)?.buffer();
    page.post_message_with_transfer(&buffer, &Array::of1(&buffer)).map_err(|error| EngineError::Protocol {
        expected: "a page that takes rows".to_owned(),
        got: format!("{error:?}"),
    })
}

fn encode(message: &PeerMessage) -> Result<Uint8Array, EngineError> {
    let payload_bytes = message.payload.len();
    if payload_bytes < DIRECT_PIECE_BYTES * message.blocks.len().max(1) {
        return Ok(Uint8Array::from(message.encode()?.as_slice()));
    }
    let trailer = message.encode_trailer();
    let bytes = Uint8Array::new_with_length((payload_bytes + trailer.len()) as u32);
    let mut at = 0;
    for piece in message.payload.pieces().chain([trailer.as_slice()]) {
        let end = at + piece.len() as u32;
        bytes.subarray(at, end).copy_from(piece);
        at = end;
    }
    Ok(bytes)
}

/// The message in what a port delivered.
pub(super) fn receive(data: &JsValue) -> Result<PeerMessage, EngineError> {
    let Some(buffer) = data.dyn_ref::<ArrayBuffer>() else {
        return Err(EngineError::Protocol {
            expected: "blocks as a buffer".to_owned(),
            got: format!("{data:?}"),
        });
    };
    let from = Uint8Array::new(buffer);
    let mut bytes = Vec::new();
    let needed_bytes = u64::from(from.length());
    let reserved = bytes.try_reserve_exact(from.length() as usize);
    reserved.map_err(|_| EngineError::OutOfMemory { needed_bytes, limit_bytes: 0 })?;
    bytes.resize(from.length() as usize, 0);
    from.copy_to(&mut bytes);
    PeerMessage::decode(bytes)
}
