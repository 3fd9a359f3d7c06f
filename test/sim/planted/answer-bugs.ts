/** Bugs of the coordinator's side: what it answers, and what it sends and hears over its links. */
import { RequestContext } from '../../../src/coordinator/request-context.js';
import type { SearchAnswer } from '../../../src/coordinator/search/search-service.js';
import type { LinkOutcome, ShardLink } from '../../../src/coordinator/transport/shard-link.js';
import type { LinkRequest } from '../../../src/wire/link-messages.js';

export function withTiesReversed(answer: SearchAnswer): SearchAnswer {
  const hits = [...answer.hits].sort(
    (a, b) => a.distance - b.distance || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0),
  );
  return { ...answer, hits };
}

export function withFirstHitTwice(answer: SearchAnswer): SearchAnswer {
  return { ...answer, hits: [...answer.hits.slice(0, 1), ...answer.hits] };
}

export function withFullCoverage(answer: SearchAnswer): SearchAnswer {
  const { partitionsTotal } = answer.coverage;
  const coverage = { ...answer.coverage, partitionsSearched: partitionsTotal, missing: [] };
  return { ...answer, coverage };
}

export function withReroutedCountedTwice(answer: SearchAnswer): SearchAnswer {
  const extra = answer.explain.attempts.filter((attempt) => attempt.cause !== 'first').length;
  const partitionsSearched = answer.coverage.partitionsSearched + extra;
  return { ...answer, coverage: { ...answer.coverage, partitionsSearched } };
}

export function withoutDeadline(context: RequestContext): RequestContext {
  const endless = new RequestContext(context.receivedAtMs, context.deadlineAtMs + 60_000);
  context.onCancelled(() => endless.cancel());
  return endless;
}

/** A hedge was sent: the answers of winner and loser are both merged. */
export function withLosersMerged(answer: SearchAnswer): SearchAnswer {
  const isHedged = answer.explain.attempts.some(({ cause }) => cause === 'hedge');
  if (!isHedged) return answer;
  return { ...answer, hits: answer.hits.flatMap((hit) => [hit, hit]) };
}

type Send = ShardLink['send'];

/** The link, with another way to send. */
function sending(link: ShardLink, send: Send): ShardLink {
  return {
    get nodeId() {
      return link.nodeId;
    },
    get isConnected() {
      return link.isConnected;
    },
    get outstanding() {
      return link.outstanding;
    },
    send,
    assign: (epoch, replicas) => link.assign(epoch, replicas),
    close: () => link.close(),
  };
}

export function withoutCancel(link: ShardLink): ShardLink {
  return sending(link, (request, timeoutMs, done) => {
    link.send(request, timeoutMs, done);
    return { cancel() {} };
  });
}

export function withFailedWritesAcknowledged(link: ShardLink): ShardLink {
  return sending(link, (request, timeoutMs, done) =>
    link.send(request, timeoutMs, (outcome) => done(acknowledged(request, outcome))),
  );
}

function acknowledged(request: LinkRequest, outcome: LinkOutcome): LinkOutcome {
  if (outcome.status === 'ok' || request.kind !== 'write') return outcome;
  const targets = request.targets.map(({ partition, version, ops }) => {
    const count = new DataView(ops.buffer, ops.byteOffset).getUint32(0, true);
    const results = new Array(count).fill({ isApplied: true, existed: false, version });
    return { partition, status: 'ok' as const, detail: '', results };
  });
  const load = { queueDepth: 0, queueMs: 0, serviceMs: 0, highestVersion: 0n };
  return { status: 'ok', reply: { kind: 'write', targets }, load };
}

const COUNTER_STEP = 1n << 16n;

/** The first replica gets a write as it was stamped, each further one with a version of its own. */
export function withVersionPerReplica(link: ShardLink): ShardLink {
  const isFirst = link.nodeId.endsWith('0');
  return sending(link, (request, timeoutMs, done) => {
    if (isFirst || request.kind !== 'write') return link.send(request, timeoutMs, done);
    const targets = request.targets.map((target) => {
      return { ...target, version: target.version + COUNTER_STEP };
    });
    return link.send({ ...request, targets }, timeoutMs, done);
  });
}
