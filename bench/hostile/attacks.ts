/** What strangers send to a port. Each attack opens a connection or stream of its own and goes away. */
import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Random, randomInt } from '../../src/base/random.js';
import { packageDefinition } from '../../src/wire/proto-package.js';
import { damaged } from './damage.js';
import { randomBatch, randomQuestion } from './link-batches.js';
import { anyOf, type MessageType, randomBytes, randomMessage } from './random-message.js';

export interface Ports {
  /** Of the coordinator, public. */
  coordinator: string;
  /** Of each node, for coordinators and other nodes. */
  nodes: string[];
  /** HTTP of the coordinator. */
  status: string;
}

export interface Attack {
  kind: string;
  weight: number;
  /** Resolves when it is over: answered, refused, or left alone for long enough. */
  make(ports: Ports, random: Random): Promise<void>;
}

interface Method {
  path: string;
  requestStream: boolean;
  requestType: { type: MessageType };
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
/** A server that waits for the rest of a frame keeps the connection: the client goes. */
const LINGER_MS = 100;
const CALL_TIMEOUT_MS = 5_000;
const FRAME_BYTES_MAX = 64 * 1024;

function methodsOf(service: string): Method[] {
  return Object.values(packageDefinition[service] as unknown as Record<string, Method>);
}

const publicMethods = [...methodsOf('annulus.v1.Annulus'), ...methodsOf('annulus.v1.Cluster')];
const linkMethods = methodsOf('annulus.v1.ShardLink');

const rawBytes: Attack = {
  kind: 'raw bytes',
  weight: 3,
  async make({ coordinator, nodes, status }, random) {
    const length = 2 ** randomInt(random, 15);
    const noise = Buffer.from(Array.from({ length }, () => randomInt(random, 256)));
    const openings = [
      Buffer.alloc(0),
      Buffer.from('GET / HTTP/1.1\r\n'),
      Buffer.from(`POST /metrics HTTP/1.1\r\ncontent-length: ${2 ** 40}\r\n\r\n`),
      PREFACE,
      Buffer.concat([PREFACE, SETTINGS]),
      Buffer.concat([PREFACE, SETTINGS, randomFrames(random)]),
      PREFACE.subarray(0, randomInt(random, PREFACE.length)),
    ];
    const address = anyOf([coordinator, status, ...nodes], random);
    await sendRaw(address, Buffer.concat([anyOf(openings, random), noise]));
  },
};

/** Frames of HTTP/2 with any type, flags, stream and length. */
function randomFrames(random: Random): Buffer {
  const frames = Array.from({ length: 1 + randomInt(random, 8) }, () => {
    const body = randomBytes(random, 200);
    const header = Buffer.alloc(9);
    const length = random.next() < 0.8 ? body.length : randomInt(random, 2 ** 24);
    header.writeUIntBE(length, 0, 3);
    header.writeUInt8(randomInt(random, 12), 3);
    header.writeUInt8(randomInt(random, 256), 4);
    header.writeUInt32BE(randomInt(random, random.next() < 0.7 ? 6 : 2 ** 31), 5);
    return Buffer.concat([header, body]);
  });
  return Buffer.concat(frames);
}

async function sendRaw(address: string, bytes: Buffer): Promise<void> {
  const [host, port] = address.split(':') as [string, string];
  const socket = connect(Number(port), host);
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.setTimeout(LINGER_MS, () => socket.destroy());
  socket.resume();
  socket.end(bytes);
  await closed;
}

const oddRequest: Attack = {
  kind: 'public call, odd values',
  weight: 6,
  make: ({ coordinator }, random) => {
    const method = anyOf(publicMethods, random);
    return post(coordinator, method.path, framesOf(method, random, false), random);
  },
};

const damagedRequest: Attack = {
  kind: 'public call, damaged message',
  weight: 3,
  make: ({ coordinator }, random) => {
    const method = anyOf(publicMethods, random);
    return post(coordinator, method.path, framesOf(method, random, true), random);
  },
};

const linkCall: Attack = {
  kind: 'link call, odd or damaged',
  weight: 2,
  make: ({ nodes }, random) => {
    const method = anyOf(linkMethods, random);
    const frames = framesOf(method, random, random.next() < 0.5);
    return post(anyOf(nodes, random), method.path, frames, random);
  },
};

const linkBatch: Attack = {
  kind: 'link batch, odd or damaged',
  weight: 3,
  make: ({ nodes }, random) => {
    const name = anyOf(['Search', 'Write'], random);
    const batches = Array.from({ length: 1 + randomInt(random, 3) }, () => randomBatch(random));
    return postBatches(anyOf(nodes, random), name, batches, random);
  },
};

const recoveryQuestion: Attack = {
  kind: 'recovery question, odd or damaged',
  weight: 1,
  make: ({ nodes }, random) =>
    postBatches(anyOf(nodes, random), 'Recovery', [randomQuestion(random)], random),
};

const wrongPort: Attack = {
  kind: 'call of no such method, or on the wrong port',
  weight: 1,
  make: ({ coordinator, nodes }, random) => {
    const method = anyOf([...publicMethods, ...linkMethods], random);
    const isPublic = publicMethods.includes(method);
    const path = random.next() < 0.5 ? method.path : `/annulus.v1.${randomInt(random, 99)}/x`;
    const address = isPublic ? anyOf(nodes, random) : coordinator;
    return post(address, path, framesOf(method, random, true), random);
  },
};

const brokenFrame: Attack = {
  kind: 'message whose frame lies',
  weight: 2,
  make: ({ coordinator, nodes }, random) => {
    const method = anyOf([...publicMethods, ...linkMethods], random);
    const address = publicMethods.includes(method) ? coordinator : anyOf(nodes, random);
    const header = Buffer.alloc(5);
    header.writeUInt8(randomInt(random, 3), 0);
    header.writeUInt32BE(randomInt(random, 2 ** 32), 1);
    const body = Buffer.alloc(randomInt(random, FRAME_BYTES_MAX), randomInt(random, 256));
    return post(address, method.path, Buffer.concat([header, body]), random);
  },
};

export const attacks: readonly Attack[] = [
  ...[rawBytes, oddRequest, damagedRequest, linkCall, linkBatch, recoveryQuestion],
  ...[wrongPort, brokenFrame],
];

function framesOf(method: Method, random: Random, isDamaged: boolean): Buffer {
  const count = method.requestStream ? 1 + randomInt(random, 5) : 1;
  const frames = Array.from({ length: count }, () => {
    const message = randomMessage(method.requestType.type, random);
    return framed(isDamaged ? damaged(message, random) : message);
  });
  return Buffer.concat(frames);
}

function postBatches(address: string, name: string, batches: Buffer[], random: Random) {
  const frames = batches.map((items) => {
    const length = Buffer.alloc(4);
    let size = 0;
    for (let rest = items.length; size === 0 || rest > 0; rest = Math.floor(rest / 128)) {
      length[size] = (rest % 128) | (rest >= 128 ? 128 : 0);
      size += 1;
    }
    return framed(Buffer.concat([Buffer.from([10]), length.subarray(0, size), items]));
  });
  return post(address, `/annulus.v1.ShardLink/${name}`, Buffer.concat(frames), random);
}

function framed(message: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

/** Calls a method with these bytes; most callers wait for the answer, some leave. */
async function post(address: string, path: string, body: Buffer, random: Random): Promise<void> {
  const session = connectHttp2(`http://${address}`);
  session.on('error', () => {});
  const leavesEarly = random.next() < 0.1;
  const oddTimeout = random.next() < 0.05;
  try {
    await exchange(session, path, body, oddTimeout ? '99999999999H' : '2000m', leavesEarly);
  } finally {
    session.destroy();
  }
}

async function exchange(
  session: ClientHttp2Session,
  path: string,
  body: Buffer,
  timeout: string,
  leavesEarly: boolean,
): Promise<void> {
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
    'grpc-timeout': timeout,
  });
  stream.on('error', () => {});
  stream.resume();
  stream.end(body);
  const closed = stream.closed ? Promise.resolve() : once(stream, 'close');
  // Some calls are streams without an end.
  const leaveAfterMs = leavesEarly ? 1 : CALL_TIMEOUT_MS;
  const timer = new AbortController();
  const left = sleep(leaveAfterMs, undefined, { signal: timer.signal }).catch(() => {});
  await Promise.race([closed, left]);
  timer.abort();
}
