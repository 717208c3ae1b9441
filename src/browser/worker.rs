//! Inside a Web Worker: one executor, its ports, and its turns.

use std::cell::RefCell;
use std::collections::BTreeMap;

use js_sys::{Array, Reflect, Uint8Array};
use shuffle_engine::EngineError;
use shuffle_engine::cluster::{
    Clock, ControlMessage, Executor, ExecutorEffect, ExecutorEvent, FromExecutor, PeerMessage, ToExecutor,
    WallMicros,
};
use wasm_bindgen::prelude::{Closure, JsCast, JsValue, wasm_bindgen};
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessageEvent, MessagePort};

use super::clock::BrowserClock;
use super::port;

/// An executor works this long before it lets messages in: a small part of the 100 ms in which a cancel must be heard.
const WORK_SLICE: WallMicros = WallMicros(4_000);

/// What the page is told beside the protocol, as the only field of an object.
pub(super) const READY: &str = "ready";
/// A panic or rejection, with its words; the worker is unusable after it.
pub(super) const FATAL: &str = "fatal";
/// First element of the page's message that carries a peer's port.
pub(super) const PEER: &str = "peer";
/// First element of the page's message that makes the worker misbehave, for tests.
#[cfg(feature = "hooks")]
pub(super) const MISBEHAVE: &str = "misbehave";
/// The field of an answer that is a number.
pub(super) const ANSWER: &str = "answer";
/// First element of the page's message that lets the worker spin so many times; it answers how long it took, in microseconds.
pub(super) const SPIN: &str = "spin";
/// First element of the page's question how large the worker's memory is, in bytes; for tests.
#[cfg(feature = "hooks")]
pub(super) const MEMORY: &str = "memory";

thread_local! {
    static WORKER: RefCell<Option<Worker>> = const { RefCell::new(None) };
}

struct Worker {
    executor: Executor,
    scope: DedicatedWorkerGlobalScope,
    peers: BTreeMap<u32, Peer>,
    /// A message to oneself is the quickest way back from the event loop.
    turn_sender: MessagePort,
    turn_is_posted: bool,
    _closures: Vec<Closure<dyn FnMut(MessageEvent)>>,
}

struct Peer {
    port: MessagePort,
    _hear: Closure<dyn FnMut(MessageEvent)>,
}

/// Entry point of a worker, called by the lines in `browser::spawn` once the module is there.
#[wasm_bindgen]
pub fn worker_main(id: u32, keeps_scans: bool) {
    let executor = Executor::new(id);
    let executor = if keeps_scans { executor.keeping_scans() } else { executor };
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    install_panic_hook();
    let Ok(channel) = MessageChannel::new() else { return fatal(&scope, "no MessageChannel in this worker") };
    let hear_page =
        Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| hear_page(&event.data(), &event));
    let hear_turn = Closure::<dyn FnMut(MessageEvent)>::new(|_| {
        with_worker(|worker| worker.turn_is_posted = false);
        work();
    });
    scope.set_onmessage(Some(hear_page.as_ref().unchecked_ref()));
    channel.port1().set_onmessage(Some(hear_turn.as_ref().unchecked_ref()));
    let worker = Worker {
        executor,
        scope: scope.clone(),
        peers: BTreeMap::new(),
        turn_sender: channel.port2(),
        turn_is_posted: false,
        _closures: vec![hear_page, hear_turn],
    };
    WORKER.with_borrow_mut(|slot| *slot = Some(worker));
    tell(&scope, READY, &JsValue::TRUE);
}

/// A panic traps, which the page sees as "unreachable": its words have to be sent before.
fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
        fatal(&scope, &panic.to_string());
    }));
}

fn fatal(scope: &DedicatedWorkerGlobalScope, words: &str) {
    tell(scope, FATAL, &JsValue::from_str(words));
}

fn tell(scope: &DedicatedWorkerGlobalScope, name: &str, value: &JsValue) {
    let message = js_sys::Object::new();
    // Setting a field of a fresh object cannot fail, and a page that is gone hears nothing anyway.
    let _ = Reflect::set(&message, &name.into(), value);
    let _ = scope.post_message(&message);
}

fn with_worker<T>(f: impl FnOnce(&mut Worker) -> T) -> T {
    WORKER.with_borrow_mut(|slot| f(slot.as_mut().expect("worker_main has set the worker up")))
}

/// A control message is bytes, anything else an array that begins with its name.
fn hear_page(data: &JsValue, event: &MessageEvent) {
    if let Some(bytes) = data.dyn_ref::<Uint8Array>() {
        match ToExecutor::decode(&bytes.to_vec()) {
            Ok(message) => hear_driver(message),
            Err(error) => fail(&error.to_string()),
        }
        return;
    }
    let parts: &Array = data.unchecked_ref();
    match parts.get(0).as_string().as_deref() {
        Some(PEER) => add_peer(parts.get(1).as_f64().unwrap_or(0.0) as u32, event),
        Some(SPIN) => {
            let micros = spin(parts.get(1).as_f64().unwrap_or(0.0) as u64);
            with_worker(|worker| tell(&worker.scope, ANSWER, &micros.into()));
        }
        #[cfg(feature = "hooks")]
        Some(MEMORY) => with_worker(|worker| tell(&worker.scope, ANSWER, &super::memory_bytes().into())),
        #[cfg(feature = "hooks")]
        Some(MISBEHAVE) => misbehave(&parts.get(1).as_string().unwrap_or_default()),
        Some(_) | None => fail(&format!("neither bytes nor a port: {data:?}")),
    }
}

/// Computes in registers alone, so that nothing but the core can be short; how long it took, in microseconds.
fn spin(loops: u64) -> f64 {
    let started = BrowserClock.now();
    let mut value = started.0 | 1;
    for _ in 0..loops {
        value ^= value << 13;
        value ^= value >> 7;
        value ^= value << 17;
    }
    std::hint::black_box(value);
    BrowserClock.now().since(started).0 as f64
}

/// Breaks on purpose, so that tests can see what the page does: a panic, an endless loop, a full memory.
#[cfg(feature = "hooks")]
fn misbehave(how: &str) {
    assert!(how != "panic", "asked to panic by a test");
    if how == "memory" {
        loop {
            // Reserved, never touched: it fills the address space, not the machine.
            std::mem::forget(std::hint::black_box(Vec::<u8>::with_capacity(64 << 20)));
        }
    }
    if how == "loop" {
        loop {
            std::hint::black_box(how);
        }
    }
}

fn add_peer(peer: u32, event: &MessageEvent) {
    let port: MessagePort = event.ports().get(0).unchecked_into();
    let hear =
        Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| match port::receive(&event.data()) {
            Ok(message) => step(ExecutorEvent::Peer(message)),
            Err(error) => fail(&error.to_string()),
        });
    port.set_onmessage(Some(hear.as_ref().unchecked_ref()));
    with_worker(|worker| worker.peers.insert(peer, Peer { port, _hear: hear }));
}

/// A fault of this worker that belongs to no run.
fn fail(words: &str) {
    with_worker(|worker| fatal(&worker.scope, words));
}

/// A word of the driver is worked on at once: a turn through the event loop would cost as much as sending a block. Answers
/// to it have left before.
fn hear_driver(message: ToExecutor) {
    let waits = with_worker(|worker| {
        worker.step(ExecutorEvent::Driver(message));
        worker.turn_is_posted
    });
    // A turn that is on its way would find nothing left to do.
    if !waits {
        work();
    }
}

fn step(event: ExecutorEvent) {
    with_worker(|worker| {
        worker.step(event);
        worker.post_turn();
    });
}

/// Works until the slice is over or there is nothing to do.
fn work() {
    with_worker(|worker| {
        let started = BrowserClock.now();
        while worker.executor.wants_turn() && BrowserClock.now().since(started) < WORK_SLICE {
            worker.step(ExecutorEvent::Turn);
        }
        worker.post_turn();
    });
}

impl Worker {
    fn step(&mut self, event: ExecutorEvent) {
        for effect in self.executor.step(event, &BrowserClock) {
            match effect {
                ExecutorEffect::Driver(message) => self.send(&message),
                ExecutorEffect::Rows(message) => {
                    if let Err(error) = port::send_rows(&self.scope, &message) {
                        self.send(&FromExecutor::Failed(message.run, error.into()));
                    }
                }
                ExecutorEffect::Peer(peer, message) => self.send_peer(peer, &message),
            }
        }
    }

    fn send(&self, message: &FromExecutor) {
        // The page is gone when it cannot hear.
        let _ = self.scope.post_message(&Uint8Array::from(message.encode().as_slice()));
    }

    fn send_peer(&self, peer: u32, message: &PeerMessage) {
        let sent = match self.peers.get(&peer) {
            Some(peer) => port::send(&peer.port, message),
            None => Err(EngineError::Protocol {
                expected: format!("a port to worker {peer}"),
                got: "none".into(),
            }),
        };
        if let Err(error) = sent {
            self.send(&FromExecutor::Failed(message.run, error.into()));
        }
    }

    fn post_turn(&mut self) {
        if self.executor.wants_turn() && !self.turn_is_posted {
            self.turn_is_posted = self.turn_sender.post_message(&JsValue::NULL).is_ok();
        }
    }
}
