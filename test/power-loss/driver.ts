/**
 * The process that is recorded: a shard node that is written to, and that tells a file of its own,
 * whose writes are recorded too, what it was sent and what it acknowledged. It kills itself where it
 * is told to, with commits and graph files under way.
 *
 *   node driver.js '{"directory": ..., "markers": ..., ...}'
 */
import { openSync, writeSync } from 'node:fs';
import type { ReplicaAssignment } from '../../shards/link-handler.js';
import { silentLogger } from '../../src/base/logger.js';
import { randomInt, seededRandom } from '../../src/base/random.js';
import { encodeWriteOps } from '../../src/wire/write-ops-codec.js';
import { assignmentOf, openRealNode } from './real-node.js';
import { CLUSTER, COLLECTION, LATE_PARTITION_ROUND, PARTITIONS, roundOf } from './workload.js';

export interface DriverOptions {
  directory: string;
  /** Where to say `started`, `sent ROUND`, `acknowledged ROUND`, `assigned EPOCH PARTITIONS`. */
  markers: string;
  seed: number;
  session: number;
  /** Partitions that earlier sessions were assigned. */
  assignedCount: number;
  /** Epoch of the first assignment of this session. */
  epoch: number;
  /** Written again, as a coordinator would that never heard of them. */
  resend: number[];
  firstRound: number;
  lastRound: number;
  /** Undefined: stops in good order after the last round. */
  killAfterRound: number | undefined;
  plantedNoSync: boolean;
}

const WRITERS = 4;
const ROUNDS_PER_EPOCH = 60;

const options = JSON.parse(process.argv[2] as string) as DriverOptions;
const markers = openSync(options.markers, 'a');
const random = seededRandom(options.seed * 31 + options.session);
const tell = (line: string) => writeSync(markers, `${line}\n`);

tell(`started ${options.session}`);
const real = await openRealNode(options.directory, silentLogger, options.plantedNoSync);
await real.node.reopen();
let { epoch, assignedCount } = options;
await assign(options.firstRound > LATE_PARTITION_ROUND ? PARTITIONS : PARTITIONS - 1);

async function assign(count: number): Promise<void> {
  const assignments: ReplicaAssignment[] = [];
  for (let partition = 0; partition < count; partition += 1) {
    assignments.push(assignmentOf(partition, 1, partition >= assignedCount));
  }
  await real.node.assign(CLUSTER, epoch, assignments);
  tell(`assigned ${epoch} ${count}`);
  assignedCount = count;
  epoch += 1;
}

async function write(round: number): Promise<void> {
  const { partition, version, ops } = roundOf(options.seed, round);
  const target = { partition, generation: 1, version, ops: encodeWriteOps(ops) };
  tell(`sent ${round}`);
  const reply = await real.ask({ kind: 'write', collection: COLLECTION, targets: [target] });
  if (reply.kind !== 'write') throw new Error(`round ${round}: ${JSON.stringify(reply)}`);
  const [answer] = reply.targets;
  if (answer?.status !== 'ok') throw new Error(`round ${round}: ${answer?.detail}`);
  tell(`acknowledged ${round}`);
}

/** At some moment of the work that is then under way. */
function killSoon(): void {
  let turnsLeft = randomInt(random, 12);
  const turn = () => {
    turnsLeft -= 1;
    if (turnsLeft < 0) process.kill(process.pid, 'SIGKILL');
    setImmediate(turn);
  };
  turn();
}

let next = options.firstRound;
const resend = [...options.resend];
let assigning: Promise<void> = Promise.resolve();

async function writer(): Promise<void> {
  for (let again = resend.shift(); again !== undefined; again = resend.shift()) await write(again);
  while (next <= options.lastRound) {
    const round = next;
    next += 1;
    if (round === LATE_PARTITION_ROUND || round % ROUNDS_PER_EPOCH === 0) {
      assigning = assigning.then(() =>
        assign(round >= LATE_PARTITION_ROUND ? PARTITIONS : PARTITIONS - 1),
      );
    }
    if (round >= LATE_PARTITION_ROUND) await assigning;
    if (round === options.killAfterRound) killSoon();
    await write(round);
  }
}

await Promise.all(Array.from({ length: WRITERS }, writer));
await assigning;
await real.stop();
tell('stopped');
process.exit(0);
