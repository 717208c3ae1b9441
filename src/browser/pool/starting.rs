//! Starting workers: what is missing of the first so many, then a channel for every pair.

use futures_channel::oneshot;
use js_sys::Array;
use wasm_bindgen::prelude::{Closure, JsCast, JsValue};
use web_sys::{ErrorEvent, MessageChannel, MessageEvent};

use super::{Pool, PooledWorker, StartFailure, TooFew};
use crate::browser::spawn::{self, Glue};
use crate::browser::task::sleep;
use crate::browser::worker::PEER;

/// A worker that is not ready by then will not be.
const START_LIMIT_MILLIS: i32 = 20_000;

impl Pool {
    /// Starts what is missing of the first `count` workers. On failure: how many can be used, and why no more.
    pub(super) async fn start_workers(&self, count: u32) -> Result<(), TooFew> {
        let mut outcome = self.try_start_workers(count, Glue::Inlined).await;
        if outcome.is_err() {
            spawn::nudge_the_collector();
            outcome = self.try_start_workers(count, Glue::Imported).await;
        }
        let usable = outcome.as_ref().map_or_else(|failure| failure.ready, |()| count);
        self.connect(usable).map_err(|error| TooFew { ready: 0, reason: in_words(&error) })?;
        outcome
    }

    async fn try_start_workers(&self, count: u32, glue: Glue) -> Result<(), TooFew> {
        let is_there = |id: u32| matches!(self.shared.state.borrow().workers.get(id as usize), Some(Some(_)));
        let missing: Vec<u32> = (0..count).filter(|&id| !is_there(id)).collect();
        let Some(&first) = missing.first() else { return Ok(()) };
        let too_few = |id| move |error: JsValue| TooFew { ready: id, reason: in_words(&error) };
        let script_url = spawn::script_url(glue).await.map_err(too_few(first))?;
        let mut starting = Vec::new();
        for id in missing {
            starting.push((id, self.start(id, &script_url).map_err(too_few(id))?));
        }
        for (id, ready) in starting {
            let outcome = ready.await.unwrap_or_else(|_| Err(StartFailure("it was given up".to_owned())));
            if let Err(reason) = outcome {
                self.discard(id);
                return Err(TooFew { ready: id, reason });
            }
        }
        Ok(())
    }

    fn start(
        &self,
        id: u32,
        script_url: &str,
    ) -> Result<oneshot::Receiver<Result<(), StartFailure>>, JsValue> {
        let mut state = self.shared.state.borrow_mut();
        let worker = spawn::spawn(id, self.shared.keeps_scans, script_url)?;
        let pool = self.downgrade();
        let hear = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            pool.with(|pool| pool.hear(id, &event.data()));
        });
        let pool = self.downgrade();
        let fail = Closure::<dyn FnMut(ErrorEvent)>::new(move |event: ErrorEvent| {
            // It is told here, at its place; the console need not show it as uncaught.
            event.prevent_default();
            pool.with(|pool| pool.lost(id, &event.message()));
        });
        worker.set_onmessage(Some(hear.as_ref().unchecked_ref()));
        worker.set_onerror(Some(fail.as_ref().unchecked_ref()));
        let (starting, ready) = oneshot::channel();
        let pooled = PooledWorker {
            worker,
            starting: Some(starting),
            answering: None,
            is_connected: false,
            _hear: hear,
            _fail: fail,
        };
        if state.workers.len() <= id as usize {
            state.workers.resize_with(id as usize + 1, || None);
        }
        state.workers[id as usize] = Some(pooled);
        drop(state);
        let pool = self.downgrade();
        wasm_bindgen_futures::spawn_local(async move {
            sleep(START_LIMIT_MILLIS).await;
            let seconds = START_LIMIT_MILLIS / 1000;
            let late = StartFailure(format!("it was not ready after {seconds} s"));
            pool.with(|pool| pool.started(id, Err(late)));
        });
        Ok(ready)
    }

    pub(super) fn started(&self, id: u32, outcome: Result<(), StartFailure>) {
        let mut state = self.shared.state.borrow_mut();
        if let Some(Some(worker)) = state.workers.get_mut(id as usize)
            && let Some(starting) = worker.starting.take()
        {
            // Whoever started it may have stopped waiting.
            let _ = starting.send(outcome);
        }
    }

    /// A channel for every pair in which one is new.
    fn connect(&self, count: u32) -> Result<(), JsValue> {
        let mut state = self.shared.state.borrow_mut();
        let workers = &mut state.workers[..count as usize];
        for right in 0..workers.len() {
            for left in 0..right {
                let (Some(a), Some(b)) = (&workers[left], &workers[right]) else { continue };
                if a.is_connected && b.is_connected {
                    continue;
                }
                let channel = MessageChannel::new()?;
                for (worker, peer, port) in [(a, right, channel.port1()), (b, left, channel.port2())] {
                    let message = Array::of2(&PEER.into(), &(peer as u32).into());
                    worker.worker.post_message_with_transfer(&message, &Array::of1(&port))?;
                }
            }
        }
        workers.iter_mut().flatten().for_each(|worker| worker.is_connected = true);
        Ok(())
    }
}

fn in_words(error: &JsValue) -> StartFailure {
    StartFailure(format!("{error:?}"))
}
