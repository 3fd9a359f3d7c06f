/** How a search was carried out, for people: a summary, and a line for each request to a node. */
import type { Explain, ExplainAttempt, SearchResult } from '../client/index.js';
import { formatTable } from './output.js';

const HEADER = [
  'sent_ms',
  'took_ms',
  'node',
  'cause',
  'partitions',
  'outcome',
  'queue_ms',
  'service_ms',
  'picked',
];

export function explainText({ coverage, explain }: SearchResult): string {
  if (explain === undefined) return '';
  const lines = [
    `${explain.totalMs.toFixed(2)} ms in the coordinator; ${coverage.partitionsSearched} of ` +
      `${coverage.partitionsTotal} partitions answered`,
    ...coverage.missing.map(({ partition, reason }) => `partition ${partition} missing: ${reason}`),
    ...waitLines(explain),
    ...retryLines(explain),
    `hits asked of each partition: ${explain.partitionTopK}${askedAgainText(explain)}`,
  ];
  return `${lines.join('\n')}\n${formatTable(HEADER, explain.attempts.map(attemptRow))}`;
}

function waitLines({ waitedMs }: Explain): string[] {
  return waitedMs === 0 ? [] : [`of that ${waitedMs.toFixed(2)} ms waiting to be let in`];
}

function retryLines({ attempts, retriesRefused }: Explain): string[] {
  const count = (cause: string) => attempts.filter((attempt) => attempt.cause === cause).length;
  const [hedges, reroutes] = [count('hedge'), count('reroute')];
  if (hedges + reroutes + retriesRefused === 0) return [];
  const won = attempts.filter((a) => a.cause === 'hedge' && a.answeredPartitions.length > 0).length;
  return [`${hedges} hedges (${won} won), ${reroutes} reroutes, ${retriesRefused} not allowed`];
}

function askedAgainText({ askedAgain }: Explain): string {
  return askedAgain.length === 0 ? '' : `; for all of them again: ${askedAgain.join(' ')}`;
}

function attemptRow(attempt: ExplainAttempt): string[] {
  return [
    attempt.sentMs.toFixed(2),
    attempt.tookMs.toFixed(2),
    attempt.nodeId,
    attempt.cause,
    partitionsText(attempt),
    attempt.wasLate ? `${attempt.outcome}, late` : attempt.outcome,
    attempt.queueMs.toFixed(2),
    attempt.serviceMs.toFixed(2),
    `${attempt.policy} of ${attempt.candidates} ${attempt.pickedFrom}, load ${attempt.load}`,
  ];
}

/** What was asked; where others were faster, what of it counted. */
function partitionsText({ partitions, answeredPartitions, outcome }: ExplainAttempt): string {
  const asked = partitions.join(',');
  if (outcome !== 'ok' || answeredPartitions.length === partitions.length) return asked;
  return `${asked} (first for ${answeredPartitions.join(',') || 'none'})`;
}
