//! An executor's side of an exchange: it sends each peer its blocks in one message, and waits for theirs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::super::exchange::Route;
use super::super::protocol::{Payload, PeerBlock, PeerMessage, RunId};
use super::super::{Clock, WallMicros};
use super::run::Run;
use crate::error::{EngineError, Result};
use crate::shuffle::{BlockId, BlockSlice, MapOutput};

/// An exchange in progress.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) stage: u32,
    pub(super) started: WallMicros,
    /// Peers that still have to be sent to, with the blocks for each.
    to_send: VecDeque<(u32, Outgoing)>,
    /// Peers whose message has not come.
    awaited: BTreeSet<u32>,
    pub(super) bytes_from: Vec<u64>,
    /// When each peer was sent its message, counted from `started`.
    pub(super) sent_after: Vec<WallMicros>,
    /// When each peer's message was taken in, counted from `started`.
    pub(super) arrived_after: Vec<WallMicros>,
}

/// The blocks for one peer.
#[derive(Debug, Default)]
struct Outgoing {
    blocks: Vec<PeerBlock>,
    pieces: Vec<(Arc<MapOutput>, u32)>,
}

impl Exchange {
    pub(super) fn wants_turn(&self) -> bool {
        !self.to_send.is_empty()
    }

    /// Whether everything was sent and has arrived.
    pub(super) fn is_over(&self) -> bool {
        self.to_send.is_empty() && self.awaited.is_empty()
    }

    /// The next message and whom it is for.
    pub(super) fn next_message(
        &mut self,
        run: RunId,
        from: u32,
        clock: &dyn Clock,
    ) -> Option<(u32, PeerMessage)> {
        let (peer, Outgoing { blocks, pieces }) = self.to_send.pop_front()?;
        if let Some(sent_after) = self.sent_after.get_mut(peer as usize) {
            *sent_after = clock.now().since(self.started);
        }
        Some((peer, PeerMessage { run, stage: self.stage, from, blocks, payload: Payload::Pieces(pieces) }))
    }
}

/// What the driver asks for.
pub(super) struct Order {
    pub(super) stage: u32,
    pub(super) peers: Vec<u32>,
    pub(super) routes: Vec<Route>,
    pub(super) released: Vec<u32>,
    /// What bounds the ranges into which the stage cuts its rows.
    pub(super) bounds: Option<Vec<u8>>,
}

impl Run {
    /// Sorts what was written here by who gets it. What stays here becomes readable at once.
    pub(super) fn start_exchange(&mut self, own: u32, order: Order, clock: &dyn Clock) -> Result<()> {
        let started = clock.now();
        self.interrupt_task();
        order.released.iter().for_each(|&shuffle| self.release(shuffle));
        let count = self.executor_count;
        if let Some(stranger) = order.peers.iter().find(|&&peer| peer >= count) {
            let expected = format!("executors below {count}");
            return Err(EngineError::Protocol { expected, got: stranger.to_string() });
        }
        let others = order.peers.iter().copied().filter(|&peer| peer != own);
        if let Some(bounds) = &order.bounds {
            self.note_bounds(order.stage, bounds)?;
        }
        let (mut outgoing, mut awaited) = (BTreeMap::<u32, Outgoing>::new(), BTreeSet::new());
        for peer in others {
            outgoing.insert(peer, Outgoing::default());
            awaited.insert(peer);
        }
        let mut bytes_from = vec![0; count as usize];
        for route in &order.routes {
            for (map, output) in self.store.written(route.shuffle) {
                if !route.maps.contains(&map) {
                    continue;
                }
                for (reduce, to) in (route.first_partition..output.block_count() as u32).zip(&route.to) {
                    let block = BlockId { shuffle: route.shuffle, reduce, map };
                    let bytes = output.block_length(reduce);
                    for peer in to {
                        if let Some(outgoing) = outgoing.get_mut(peer) {
                            outgoing.blocks.push(PeerBlock { block, bytes });
                            outgoing.pieces.push((output.clone(), reduce));
                        } else if *peer == own {
                            bytes_from[own as usize] += u64::from(bytes);
                            self.store.offer(block, BlockSlice::Local { output: output.clone(), reduce })?;
                        }
                    }
                }
            }
        }
        // Each executor begins with its right-hand neighbour, so that not all send to the first at once.
        let mut to_send: VecDeque<_> = outgoing.into_iter().collect();
        to_send.rotate_left(awaited.range(..own).count());
        let no_message = vec![WallMicros(0); count as usize];
        self.exchange = Some(Exchange {
            stage: order.stage,
            started,
            to_send,
            awaited,
            bytes_from,
            sent_after: no_message.clone(),
            arrived_after: no_message,
        });
        Ok(())
    }

    /// Makes a peer's blocks readable. The caller has seen that there is an exchange of this stage.
    pub(super) fn receive(&mut self, message: PeerMessage, clock: &dyn Clock) -> Result<()> {
        let Some(exchange) = &mut self.exchange else { return Ok(()) };
        let from = message.from as usize;
        let payload = message.payload.into_bytes()?;
        let announced: u64 = message.blocks.iter().map(|block| u64::from(block.bytes)).sum();
        if announced != payload.len() as u64 {
            let (expected, got) = (format!("{announced} bytes of blocks"), payload.len().to_string());
            return Err(EngineError::Protocol { expected, got });
        }
        if !exchange.awaited.remove(&message.from) {
            let expected = format!("one message from each of {:?}", exchange.awaited);
            return Err(EngineError::Protocol { expected, got: format!("one from {}", message.from) });
        }
        if let Some(bytes) = exchange.bytes_from.get_mut(message.from as usize) {
            *bytes += announced;
        }
        let mut at = 0;
        for PeerBlock { block, bytes } in message.blocks {
            let range = at..at + bytes as usize;
            at = range.end;
            self.store.offer(block, BlockSlice::Received { payload: payload.clone(), range })?;
        }
        if let Some(arrived_after) = exchange.arrived_after.get_mut(from) {
            *arrived_after = clock.now().since(exchange.started);
        }
        Ok(())
    }
}
