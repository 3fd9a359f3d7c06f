/**
 * What every `ShardLink` does, whatever carries it. An adapter's test opens a harness: a link that is
 * connected to a scripted node, and the means to kill and restart that node.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/base/clock.js';
import { AnnulusError } from '../../src/base/errors.js';
import { collectionId } from '../../src/base/ids.js';
import type {
  LinkOutcome,
  ReplicaAssignment,
  ShardLink,
} from '../../src/coordinator/transport/shard-link.js';
import type { LinkRequest } from '../../src/wire/link-messages.js';
import {
  type Answer,
  emptyReply,
  neverAnswer,
  type ScriptedLinkHandler,
} from '../support/scripted-link-handler.js';

export interface ShardLinkHarness {
  readonly link: ShardLink;
  readonly node: ScriptedLinkHandler;
  /** The link's clock, and the node's. */
  readonly clock: Clock;
  /** What the link told its owner, in order. */
  readonly events: ('connected' | 'disconnected')[];
  /** Lets time pass until the condition holds; throws when it does not within some seconds. */
  until(condition: () => boolean): Promise<void>;
  /** The node's process dies. */
  kill(): Promise<void>;
  /** It starts again at the same address, with the same script. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const heartbeat: LinkRequest = { kind: 'heartbeat' };
const collection = collectionId('c1');
/** A request that a test recognises by its limit. */
const numbered = (limit: number): LinkRequest => {
  return { kind: 'list', collection, afterId: '', limit, includeVector: false, targets: [] };
};
const LONG_MS = 20_000;

export function shardLinkContract(name: string, open: () => Promise<ShardLinkHarness>): void {
  describe(`${name} as a shard link`, () => {
    let harness: ShardLinkHarness;
    let link: ShardLink;
    let node: ScriptedLinkHandler;

    beforeEach(async () => {
      harness = await open();
      ({ link, node } = harness);
    });
    afterEach(() => harness.close());

    /** Sends, and gathers every outcome: a contract says there is one. */
    function sendAll(requests: readonly LinkRequest[], timeoutMs = LONG_MS): LinkOutcome[][] {
      return requests.map((request) => {
        const outcomes: LinkOutcome[] = [];
        link.send(request, timeoutMs, (outcome) => outcomes.push(outcome));
        return outcomes;
      });
    }

    async function outcomeOf(request: LinkRequest, timeoutMs = LONG_MS): Promise<LinkOutcome> {
      const [outcomes] = sendAll([request], timeoutMs) as [LinkOutcome[]];
      await harness.until(() => outcomes.length > 0);
      return outcomes[0] as LinkOutcome;
    }

    describe('a call', () => {
      test('ends with the reply of the node, and its load', async () => {
        const load = { queueDepth: 3, queueMs: 1.5, serviceMs: 2.5, highestVersion: 77n };
        node.script = (request, answer) => answer(emptyReply(request), load);
        const reply = { kind: 'heartbeat', epoch: 0, replicas: [] };
        expect(await outcomeOf(heartbeat)).toEqual({ status: 'ok', reply, load });
      });

      test('of each class of work arrives as it was sent', async () => {
        const target = { partition: 4, generation: 7 };
        const requests: LinkRequest[] = [
          {
            kind: 'search',
            collection,
            vector: Float32Array.of(1, 2, 3),
            exact: true,
            includeText: true,
            includeMetadata: false,
            includeVector: true,
            targets: [{ ...target, k: 10, ef: 100 }],
          },
          {
            kind: 'write',
            collection,
            targets: [{ ...target, version: 9n, ops: Buffer.from('ops') }],
          },
        ];
        for (const request of requests) expect((await outcomeOf(request)).status).toBe('ok');
        expect(node.received).toEqual(requests);
      });

      test('is not done before send returns, even when it fails at once', async () => {
        await harness.kill();
        await harness.until(() => !link.isConnected);
        let hasReturned = false;
        let wasEarly: boolean | undefined;
        link.send(heartbeat, LONG_MS, () => {
          wasEarly = !hasReturned;
        });
        hasReturned = true;
        await harness.until(() => wasEarly !== undefined);
        expect(wasEarly).toBe(false);
      });

      test('ends with its own reply when replies come in another order', async () => {
        const answers: Answer[] = [];
        node.script = (_request, answer) => answers.push(answer);
        const outcomes = sendAll([0, 1, 2, 3].map(numbered));
        await harness.until(() => answers.length === 4);
        for (const at of [2, 0, 3, 1])
          answers[at]?.({ kind: 'heartbeat', epoch: at, replicas: [] });
        await harness.until(() => outcomes.every((list) => list.length === 1));
        expect(outcomes.map(([outcome]) => outcome)).toMatchObject(
          [0, 1, 2, 3].map((epoch) => ({ status: 'ok', reply: { epoch } })),
        );
      });

      test('that the node refuses ends with the status that it gave', async () => {
        const refused = { kind: 'refused', status: 'rejected', detail: 'busy' } as const;
        const load = { queueDepth: 512, queueMs: 0, serviceMs: 0, highestVersion: 5n };
        node.script = (_request, answer) => answer({ ...refused, retryAfterMs: 25 }, load);
        expect(await outcomeOf(heartbeat)).toEqual({
          status: 'rejected',
          detail: 'busy',
          retryAfterMs: 25,
          load,
        });
      });

      test('reaches the node with a deadline that is not later than its own', async () => {
        const timesLeft: number[] = [];
        node.script = (request, answer, deadlineAtMs) => {
          timesLeft.push(deadlineAtMs - harness.clock.nowMs());
          answer(emptyReply(request));
        };
        await outcomeOf(heartbeat, 5000);
        expect(timesLeft[0]).toBeGreaterThan(0);
        expect(timesLeft[0]).toBeLessThanOrEqual(5000);
      });
    });

    describe('a call without a reply', () => {
      beforeEach(() => {
        node.script = neverAnswer;
      });

      test('times out, once, however late the reply comes', async () => {
        let late: Answer | undefined;
        node.script = (request, answer) => {
          if (request.kind === 'list') late = answer;
          else answer(emptyReply(request));
        };
        const [outcomes] = sendAll([numbered(1)], 30) as [LinkOutcome[]];
        await harness.until(() => outcomes.length > 0 && late !== undefined);
        expect(outcomes[0]?.status).toBe('timed_out');
        late?.(emptyReply(numbered(1)));
        await outcomeOf(heartbeat);
        expect(outcomes).toHaveLength(1);
        expect(link.outstanding).toBe(0);
      });

      test('times out before one that was sent earlier and has more time', async () => {
        const [patient, hasty] = [sendAll([numbered(1)]), sendAll([numbered(2)], 20)].flat();
        await harness.until(() => hasty?.length === 1);
        expect(patient).toEqual([]);
        expect(link.outstanding).toBe(1);
      });

      test('ends as cancelled before cancel returns, and the node is told', async () => {
        const outcomes: LinkOutcome[] = [];
        const call = link.send(numbered(1), LONG_MS, (outcome) => outcomes.push(outcome));
        await harness.until(() => node.received.length === 1);
        call.cancel();
        expect(outcomes.map(({ status }) => status)).toEqual(['cancelled']);
        call.cancel();
        await harness.until(() => node.cancelledCount === 1);
        expect(outcomes).toHaveLength(1);
      });

      test('can be cancelled in the tick that sent it', async () => {
        const outcomes: LinkOutcome[] = [];
        link.send(numbered(1), LONG_MS, (outcome) => outcomes.push(outcome)).cancel();
        expect(outcomes.map(({ status }) => status)).toEqual(['cancelled']);
        node.script = (request, answer) => answer(emptyReply(request));
        expect((await outcomeOf(heartbeat)).status).toBe('ok');
        expect(outcomes).toHaveLength(1);
      });

      test('is outstanding until it ends', async () => {
        const calls = [1, 2, 3].map((limit) => link.send(numbered(limit), LONG_MS, () => {}));
        expect(link.outstanding).toBe(3);
        calls[1]?.cancel();
        expect(link.outstanding).toBe(2);
      });

      test('ends as cancelled when the link is closed', () => {
        const outcomes = sendAll([numbered(1), numbered(2)]);
        link.close();
        expect(outcomes.map(([outcome]) => outcome?.status)).toEqual(['cancelled', 'cancelled']);
        expect(link.isConnected).toBe(false);
      });
    });

    describe('when the node dies', () => {
      test('every call ends as unavailable, once, and so do later ones', async () => {
        node.script = neverAnswer;
        const outcomes = sendAll([1, 2, 3].map(numbered));
        await harness.until(() => node.received.length === 3);
        await harness.kill();
        await harness.until(() => outcomes.every((list) => list.length > 0));
        outcomes.push(...sendAll([heartbeat]));
        await harness.until(() => outcomes.every((list) => list.length > 0));
        const statuses = outcomes.map((list) => list.map(({ status }) => status));
        expect(statuses).toEqual(Array(4).fill(['unavailable']));
        expect(link.outstanding).toBe(0);
        expect(harness.events).toEqual(['connected', 'disconnected']);
      });

      test('and comes back, the link does so too, by itself', async () => {
        await harness.kill();
        await harness.until(() => !link.isConnected);
        await harness.restart();
        await harness.until(() => link.isConnected);
        expect((await outcomeOf(heartbeat)).status).toBe('ok');
        expect(harness.events.at(-1)).toBe('connected');
      });

      test('a call that was sent from the end of another ends too', async () => {
        node.script = neverAnswer;
        const statuses: string[] = [];
        link.send(numbered(1), LONG_MS, (first) => {
          statuses.push(first.status);
          link.send(numbered(2), LONG_MS, (second) => statuses.push(second.status));
        });
        await harness.until(() => node.received.length === 1);
        await harness.kill();
        await harness.until(() => statuses.length === 2);
        expect(statuses).toEqual(['unavailable', 'unavailable']);
      });
    });

    test('ten thousand calls at once each end once, with their own reply', async () => {
      node.script = (request, answer) => {
        answer({
          kind: 'heartbeat',
          epoch: request.kind === 'list' ? request.limit : -1,
          replicas: [],
        });
      };
      const outcomes = sendAll(Array.from({ length: 10_000 }, (_, i) => numbered(i)));
      await harness.until(() => link.outstanding === 0);
      const strays = outcomes.filter(([outcome, ...others], i) => {
        const reply = outcome?.status === 'ok' ? outcome.reply : undefined;
        return others.length > 0 || reply?.kind !== 'heartbeat' || reply.epoch !== i;
      });
      expect(strays).toEqual([]);
    });

    describe('an assignment', () => {
      const replica: ReplicaAssignment = {
        collection,
        partition: 3,
        generation: 2 ** 40,
        dimension: 100,
        metric: 'l2',
        m: 16,
        efConstruction: 128,
        create: true,
        state: 'in_sync' as const,
      };

      test('reaches the node as it is, and what the node holds comes back', async () => {
        const seen: unknown[] = [];
        const report = {
          collection,
          partition: 3,
          condition: 'loading',
          detail: 'its graph is being built',
          documentCount: 12,
        } as const;
        node.assignScript = async (_clusterId, epoch, replicas) => {
          seen.push(epoch, ...replicas);
          return [report];
        };
        expect(await link.assign(41, [replica])).toEqual([report]);
        expect(seen).toEqual([41, replica]);
      });

      test('that the node rejects fails with the error of the node', async () => {
        node.assignScript = async () => {
          throw new AnnulusError('ABORTED', 'STALE_TOPOLOGY', 'epoch 3 is older than 4');
        };
        await expect(link.assign(3, [replica])).rejects.toMatchObject({
          code: 'ABORTED',
          reason: 'STALE_TOPOLOGY',
          message: 'epoch 3 is older than 4',
        });
      });

      test('without a connection fails as unavailable', async () => {
        await harness.kill();
        await harness.until(() => !link.isConnected);
        await expect(link.assign(1, [])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      });
    });
  });
}
