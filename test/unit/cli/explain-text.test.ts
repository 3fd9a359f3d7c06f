import { expect, it } from 'vitest';
import { explainText } from '../../../src/cli/explain-text.js';

const attempt = {
  nodeId: 'node-1',
  partitions: [0, 1],
  outcome: 'ok',
  policy: 'least_outstanding',
  load: 2,
  sentMs: 0,
  tookMs: 4.5,
  queueMs: 1,
  serviceMs: 2,
  cause: 'first',
  pickedFrom: 'healthy',
  candidates: 3,
  answeredPartitions: [0],
  wasLate: true,
  nodeLimit: 64,
};
const coverage = {
  ratio: 0.75,
  partitionsTotal: 4,
  partitionsSearched: 3,
  documentsTotal: 4,
  documentsSearched: 3,
  topologyStaleMs: 0,
  missing: [{ partition: 3, reason: 'timed_out' }],
};

it('says what was hedged, cut, asked again and missing, a line for each request', () => {
  const hedge = {
    ...attempt,
    nodeId: 'node-2',
    partitions: [1],
    answeredPartitions: [1],
    cause: 'hedge',
    sentMs: 3,
    wasLate: false,
  };
  const explain = {
    totalMs: 5,
    attempts: [attempt, hedge],
    partitionTopK: 40,
    askedAgain: [2],
    retriesRefused: 1,
    waitedMs: 0.5,
  };
  const text = explainText({ hits: [], coverage, explain });
  expect(text.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
    '5.00 ms in the coordinator; 3 of 4 partitions answered',
    'partition 3 missing: timed_out',
    'of that 0.50 ms waiting to be let in',
    '1 hedges (1 won), 0 reroutes, 1 not allowed',
    'hits asked of each partition: 40; for all of them again: 2',
    'sent_ms took_ms node cause partitions outcome queue_ms service_ms picked',
    '0.00 4.50 node-1 first 0,1 (first for 0) ok, late 1.00 2.00 least_outstanding of 3 healthy, load 2',
    '3.00 4.50 node-2 hedge 1 ok 1.00 2.00 least_outstanding of 3 healthy, load 2',
    '',
  ]);
});

it('says nothing of a search that was not explained', () => {
  expect(explainText({ hits: [], coverage })).toBe('');
});
