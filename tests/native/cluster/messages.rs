//! Messages between executors that are broken or come twice.

use super::*;

/// Plays to the first peer message, changes it, and returns how the run ends.
fn end_with(change: impl FnOnce(&mut PeerMessage)) -> shuffle_engine::Result<JobOutcome> {
    let mut cluster = HandCluster::start(&scenario());
    cluster.advance_to(is_peer);
    let Some(Mail::Peer(to, mut message)) = cluster.mail.pop_front() else { panic!("a peer message") };
    message.payload = Payload::Bytes(message.payload.into_bytes());
    change(&mut message);
    cluster.mail.push_front(Mail::Peer(to, message));
    cluster.finish()
}

fn bytes_of(message: &PeerMessage) -> Vec<u8> {
    message.payload.pieces().flatten().copied().collect()
}

fn is_protocol(outcome: shuffle_engine::Result<JobOutcome>) -> bool {
    matches!(outcome, Err(EngineError::Protocol { .. }))
}

#[test]
fn a_broken_message_between_executors_is_a_protocol_error() {
    let with_bytes =
        |message: &mut PeerMessage, bytes: Vec<u8>| message.payload = Payload::Bytes(bytes.into());
    assert!(end_with(|_| {}).is_ok(), "unchanged, it is fine");
    assert!(is_protocol(end_with(|message| {
        let mut bytes = bytes_of(message);
        bytes.pop();
        with_bytes(message, bytes);
    })));
    assert!(is_protocol(end_with(|message| message.payload = Payload::Empty)));
    assert!(is_protocol(end_with(|message| message.from = 7)));
    assert!(is_protocol(end_with(|message| message.blocks[0].block.shuffle = 99)));
    assert!(is_protocol(end_with(|message| message.blocks[0].block.map = 99)));
    assert!(is_protocol(end_with(|message| {
        let mut bytes = bytes_of(message);
        bytes[0] ^= 1;
        with_bytes(message, bytes);
    })));
    assert!(is_protocol(end_with(|message| {
        message.blocks.clear();
        message.payload = Payload::Empty;
    })));
}

#[test]
fn a_message_that_comes_twice_is_a_protocol_error_and_no_doubled_row() {
    let mut cluster = HandCluster::start(&scenario());
    cluster.advance_to(is_peer);
    let Some(Mail::Peer(to, message)) = cluster.mail.pop_front() else { panic!("a peer message") };
    cluster.mail.push_front(Mail::Peer(to, message.clone()));
    cluster.mail.push_front(Mail::Peer(to, message));
    assert!(is_protocol(cluster.finish()));
}
