//! Messages between executors that are broken or come twice.

use super::*;

/// Plays to the first peer message, changes it, and returns how the run ends.
fn end_with(change: impl FnOnce(&mut PeerMessage)) -> shuffle_engine::Result<JobOutcome> {
    let mut cluster = HandCluster::start(&scenario());
    cluster.advance_to(is_peer);
    let Some(Mail::Peer(to, mut message)) = cluster.mail.pop_front() else { panic!("a peer message") };
    message.payload = Payload::Bytes(message.payload.into_bytes().expect("it fits"));
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

#[test]
fn every_action_and_skew_travels_as_it_is() {
    let mut cluster = HandCluster::start(&scenario());
    let Some(Mail::Executor(_, ToExecutor::Prepare(run, prepare))) = cluster.mail.pop_front() else {
        panic!("a run begins with preparing");
    };
    let actions = [
        Action::Write {},
        Action::Collect { of: CollectPoint::Input, memory_bytes: 7 },
        Action::Show { rows: 5, memory_bytes: 9 },
    ];
    let skews = [Skew::Uniform {}, Skew::Zipf { exponent: 1.1 }, Skew::HotKey { share: 0.1 }];
    for (action, skew) in actions.into_iter().zip(skews) {
        let mut prepare = prepare.clone();
        (prepare.run.action, prepare.data.skew) = (action, skew);
        let message = ToExecutor::Prepare(run, prepare);
        assert_eq!(ToExecutor::decode(&message.encode()).expect("what was written"), message);
    }
}

#[test]
fn bytes_that_are_no_control_message_are_a_protocol_error() {
    let written = ToExecutor::Ping(RunId(300)).encode();
    let cut = &written[..written.len() - 1];
    let longer = [written.as_slice(), &[0]].concat();
    for bytes in [&[][..], cut, &longer, &[99], b"{\"Ping\":300}"] {
        for refused in [ToExecutor::decode(bytes).err(), FromExecutor::decode(bytes).err()] {
            assert!(matches!(refused, Some(EngineError::Protocol { .. })), "{bytes:?}: {refused:?}");
        }
    }
}
