/**
 * Opens a folder that a power loss left behind with the production code, and compares what the node
 * says with what was sent and acknowledged.
 */
import type { ReplicaAssignment } from '../../shards/link-handler.js';
import { delay } from '../../src/base/clock.js';
import type { Logger } from '../../src/base/logger.js';
import { holdProcessOpen, systemClock } from '../../src/base/system-clock.js';
import type { StoredDocument, WriteOp } from '../../src/wire/link-messages.js';
import { unpackVector } from '../../src/wire/vector-codec.js';
import { encodeWriteOps } from '../../src/wire/write-ops-codec.js';
import { assignmentOf, openRealNode, type RealNode } from './real-node.js';
import { CLUSTER, COLLECTION, roundOf, roundOfVersion } from './workload.js';

/** What the markers said at the moment of the power loss. */
export interface Expectation {
  seed: number;
  sent: number[];
  acknowledged: number[];
  epoch: number;
  /** Partitions that the node had said it holds. */
  assignedCount: number;
}

export interface StateVerdict {
  violations: string[];
  /** How each replica's graph was found: `loaded`, `absent`, `damaged`, ... */
  graphs: string[];
  documentCount: number;
}

const GRAPH_WAIT_MS = 20_000;

export async function checkState(directory: string, expected: Expectation): Promise<StateVerdict> {
  const verdict: StateVerdict = { violations: [], graphs: [], documentCount: 0 };
  const letGo = holdProcessOpen();
  let real: RealNode | undefined;
  try {
    real = await openRealNode(directory, graphLogger(verdict.graphs));
    await real.node.reopen();
    await checkNode(real, expected, verdict);
  } catch (error) {
    verdict.violations.push(`cannot be opened: ${(error as Error).stack ?? String(error)}`);
  } finally {
    await real?.stop();
    letGo();
  }
  return verdict;
}

async function checkNode(real: RealNode, expected: Expectation, verdict: StateVerdict) {
  const { assignedCount, epoch } = expected;
  const assignments: ReplicaAssignment[] = [];
  for (let partition = 0; partition < assignedCount; partition += 1) {
    assignments.push(assignmentOf(partition, 1, false));
  }
  if (assignedCount === 0) return;
  // An assignment that was under way may have been remembered already.
  const reports = await real.node.assign(CLUSTER, epoch + 2, assignments);
  for (const { partition, condition, detail } of reports) {
    if (condition === 'open' || condition === 'loading') continue;
    verdict.violations.push(`cannot be opened: partition ${partition} is ${condition}: ${detail}`);
  }
  if (verdict.violations.length > 0) return;
  await untilOpen(real);
  const histories = historiesOf(expected);
  for (const { partition } of assignments) {
    const documents = await allDocuments(real, partition);
    verdict.documentCount += documents.size;
    const history = histories.get(partition) ?? new Map();
    verdict.violations.push(...compare(partition, history, documents));
    await checkSearch(real, partition, documents, verdict);
    await checkWrite(real, partition, verdict);
  }
}

type Written = { round: number; op: WriteOp; isAcknowledged: boolean };

/** By partition and id, everything sent, oldest first. */
function historiesOf({ seed, sent, acknowledged }: Expectation) {
  const isAcknowledged = new Set(acknowledged);
  const histories = new Map<number, Map<string, Written[]>>();
  for (const round of [...sent].sort((a, b) => a - b)) {
    const { partition, ops } = roundOf(seed, round);
    const history = histories.get(partition) ?? new Map<string, Written[]>();
    histories.set(partition, history);
    const last = new Map(ops.map((op) => [op.id, op]));
    for (const [id, op] of last) {
      const written = history.get(id) ?? [];
      history.set(id, written);
      written.push({ round, op, isAcknowledged: isAcknowledged.has(round) });
    }
  }
  return histories;
}

function compare(
  partition: number,
  history: ReadonlyMap<string, Written[]>,
  documents: ReadonlyMap<string, StoredDocument>,
): string[] {
  const violations: string[] = [];
  const say = (what: string) => violations.push(`partition ${partition}: ${what}`);
  for (const id of documents.keys()) if (!history.has(id)) say(`${id} was never sent`);
  for (const [id, written] of history) {
    const found = documents.get(id);
    const last = written.findLast(({ isAcknowledged }) => isAcknowledged);
    const lastRound = last?.round ?? 0;
    if (found === undefined) {
      const mayBeGone = written.some(({ round, op }) => round >= lastRound && op.kind === 'delete');
      if (last !== undefined && !mayBeGone) say(`${id} is lost, of round ${lastRound}`);
      continue;
    }
    const round = roundOfVersion(found.version);
    const source = written.find((each) => each.round === round);
    if (source === undefined) say(`${id} has version ${round}, which was never sent`);
    else if (!isSame(found, source.op)) say(`${id} is not what round ${round} wrote`);
    else if (round < lastRound) say(`${id} is of round ${round}, ${lastRound} is lost`);
  }
  return violations;
}

function isSame(found: StoredDocument, op: WriteOp): boolean {
  if (op.kind === 'delete') return false;
  return (
    Buffer.compare(found.vector, op.vector) === 0 &&
    Buffer.compare(found.text, op.text) === 0 &&
    Buffer.compare(found.metadata, op.metadata) === 0
  );
}

async function allDocuments(real: RealNode, partition: number) {
  const documents = new Map<string, StoredDocument>();
  for (let afterId = '', hasMore = true; hasMore; ) {
    const reply = await real.ask({
      kind: 'list',
      collection: COLLECTION,
      afterId,
      limit: 1_000,
      includeVector: true,
      targets: [{ partition, generation: 1 }],
    });
    const target = reply.kind === 'list' ? reply.targets[0] : undefined;
    if (target?.status !== 'ok') throw new Error(`list: ${JSON.stringify(reply)}`);
    for (const document of target.documents) documents.set(document.id, document);
    hasMore = target.hasMore;
    afterId = target.documents.at(-1)?.id ?? afterId;
  }
  return documents;
}

/** The graph finds what is there, and nothing else, at the right distance. */
async function checkSearch(
  real: RealNode,
  partition: number,
  documents: ReadonlyMap<string, StoredDocument>,
  { violations }: StateVerdict,
): Promise<void> {
  const [first] = documents.values();
  if (first === undefined) return;
  const vector = unpackVector(first.vector);
  const common = { includeText: false, includeMetadata: false, includeVector: false };
  const reply = await real.ask({
    kind: 'search',
    collection: COLLECTION,
    vector,
    exact: false,
    ...common,
    targets: [{ partition, generation: 1, k: 10, ef: 200 }],
  });
  const target = reply.kind === 'search' ? reply.targets[0] : undefined;
  const hits = target?.hits ?? [];
  const say = (what: string) => violations.push(`partition ${partition}: ${what}`);
  if (target?.status !== 'ok' || hits.length === 0) say(`a search found ${target?.status}`);
  for (const { id, distance } of hits) {
    const found = documents.get(id);
    if (found === undefined) say(`a search found ${id}, which is not there`);
    else if (Math.abs(distance - squaredDistance(vector, unpackVector(found.vector))) > 1e-6) {
      say(`a search found ${id} at the wrong distance`);
    }
  }
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0);
}

/** It goes on: what comes next is taken. */
async function checkWrite(real: RealNode, partition: number, verdict: StateVerdict) {
  const { ops } = roundOf(1, 1);
  const version = (1n << 79n) - 1n;
  const targets = [{ partition, generation: 1, version, ops: encodeWriteOps(ops) }];
  const reply = await real.ask({ kind: 'write', collection: COLLECTION, targets });
  const status = reply.kind === 'write' ? reply.targets[0]?.status : reply.kind;
  if (status !== 'ok') verdict.violations.push(`partition ${partition}: a write ended ${status}`);
}

async function untilOpen(real: RealNode): Promise<void> {
  const giveUpAtMs = systemClock.nowMs() + GRAPH_WAIT_MS;
  while (real.node.reports().some(({ condition }) => condition === 'loading')) {
    if (systemClock.nowMs() > giveUpAtMs) throw new Error('a graph is loading for ever');
    await delay(systemClock, 1);
  }
}

/** Notes how graphs were found, from what the replicas say when they are opened. */
function graphLogger(graphs: string[]): Logger {
  const note = (_: object, message: string) => {
    const found = /^replica opened, (graph file (?:loaded|absent|damaged|mismatch|does not fit))/;
    const match = found.exec(message);
    if (match?.[1] !== undefined) graphs.push(match[1]);
  };
  return { debug: note, info: note, warn: note, error: note };
}
