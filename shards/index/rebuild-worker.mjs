// @ts-check
/**
 * The worker thread that builds a graph: takes blocks of vectors, inserts them, writes hnswlib's file.
 * It knows nothing else, so that it needs no other module of ours and can stay plain JavaScript: a
 * worker's entry runs as it is, from the sources and from the compiled copy, on every Node.
 *
 * It lowers its own priority where it can: on a machine with one core per node, searches on the main
 * thread come first.
 *
 * @typedef {import('./rebuild-messages.js').RebuildSetup} RebuildSetup
 * @typedef {import('./rebuild-messages.js').RebuildRequest} RebuildRequest
 * @typedef {import('./rebuild-messages.js').RebuildReply} RebuildReply
 */
import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import hnswlib from 'hnswlib-node';

const port = parentPort;
if (port === null) throw new Error('rebuild-worker runs as a worker thread only');

/** @type {RebuildSetup} */
const setup = workerData;
const { dimension, m, efConstruction, levelSeed } = setup;
let capacity = Math.max(1, setup.capacity);
let count = 0;
const input = new Array(dimension).fill(0);

lowerPriority();
const graph = new hnswlib.HierarchicalNSW(setup.space, dimension);
graph.initIndex(capacity, m, efConstruction, levelSeed);

port.on('message', (/** @type {RebuildRequest} */ request) => {
  if (request.kind === 'block') addBlock(request.vectors, request.count);
  if (isStopped()) {
    port.close();
  } else if (request.kind === 'block') {
    port.postMessage(reply({ kind: 'added' }));
  } else if (request.kind === 'write') {
    graph.writeIndexSync(request.path);
    port.postMessage(reply({ kind: 'written', count }));
  }
});

/** @param {Float32Array} vectors @param {number} rowCount */
function addBlock(vectors, rowCount) {
  if (count + rowCount > capacity) {
    capacity = Math.ceil((count + rowCount) * 1.5);
    graph.resizeIndex(capacity);
  }
  for (let row = 0; row < rowCount && !isStopped(); row += 1) {
    for (let i = 0; i < dimension; i += 1) input[i] = vectors[row * dimension + i];
    graph.addPoint(input, count);
    count += 1;
  }
}

function isStopped() {
  return Atomics.load(setup.stopFlag, 0) === 1;
}

/** @param {RebuildReply} message */
function reply(message) {
  return message;
}

function lowerPriority() {
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').pop());
    setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not Linux, or not allowed: only a courtesy.
  }
}
