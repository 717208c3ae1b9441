// The floor under any exchange between workers: an all-to-all of bare transferred buffers over a full mesh of
// MessageChannels between Blob workers, with nothing to compute, encode or account for.
//
//        page --go--> every worker --one buffer--> every other worker;  page <--done-- every worker
//
// A round ends for the page when every worker holds a buffer from each of its peers; then the next one starts.

const WORKER_SOURCE = `
  const peers = [];
  let blockBytes = 0, arrived = 0, sum = 0;
  let told = false;

  const finishRound = () => {
    if (!told || arrived < peers.length) return;
    arrived -= peers.length;
    told = false;
    postMessage(sum);
    sum = 0;
  };
  const onBlock = (event) => {
    // Look into the block, as any reader would.
    sum += event.data.byteLength === 0 ? 1 : new Uint8Array(event.data)[0];
    arrived += 1;
    finishRound();
  };
  self.onmessage = (event) => {
    if (event.data.port) {
      event.data.port.onmessage = onBlock;
      peers.push(event.data.port);
      return;
    }
    blockBytes = event.data.blockBytes;
    told = true;
    for (const peer of peers) {
      const block = new ArrayBuffer(blockBytes);
      if (blockBytes > 0) new Uint8Array(block)[0] = 1;
      peer.postMessage(block, [block]);
    }
    finishRound();
  };
`;

let workers = [];

/** Starts the workers and joins every pair by a channel. */
async function start(count) {
  const url = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: "text/javascript" }));
  workers = Array.from({ length: count }, () => new Worker(url));
  for (let left = 0; left < count; left++) {
    for (let right = left + 1; right < count; right++) {
      const { port1, port2 } = new MessageChannel();
      workers[left].postMessage({ port: port1 }, [port1]);
      workers[right].postMessage({ port: port2 }, [port2]);
    }
  }
  await round(0);
}

/** One all-to-all. */
function round(blockBytes) {
  return new Promise((done, failed) => {
    let waiting = workers.length;
    for (const worker of workers) {
      worker.onerror = (event) => failed(new Error(event.message));
      worker.onmessage = (event) => {
        if (event.data !== workers.length - 1) failed(new Error(`a worker counted ${event.data} blocks`));
        waiting -= 1;
        if (waiting === 0) done();
      };
    }
    for (const worker of workers) worker.postMessage({ blockBytes });
  });
}

/** `rounds` all-to-alls, one after the other: the mean time of one, and the blocks that crossed in one. */
async function exchange(blockBytes, rounds) {
  const begun = performance.now();
  for (let done = 0; done < rounds; done++) await round(blockBytes);
  const micros = ((performance.now() - begun) * 1000) / rounds;
  return { micros, blocks: workers.length * (workers.length - 1) };
}

window.bareChannels = { start, exchange };
