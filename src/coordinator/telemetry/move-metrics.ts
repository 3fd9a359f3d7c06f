/** Metrics of moves: how many there are and were, and how even the load is. Asked at each scrape. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { MoveDriver } from '../moves/move-driver.js';

export function watchMoves(registry: Registry, moves: MoveDriver): void {
  new Gauge({
    name: 'annulus_moves',
    help: 'Moves of replicas, by cause and state: waiting, copying or in_sync.',
    labelNames: ['cause', 'state'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { cause, state } of moves.overview().moves) this.inc({ cause, state });
    },
  });
  new Counter({
    name: 'annulus_moves_total',
    help: 'Moves seen by this coordinator, by cause and outcome: begun, finished or cancelled.',
    labelNames: ['cause', 'outcome'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [outcome, counts] of Object.entries(moves.tracker.counters)) {
        for (const [cause, count] of counts) this.inc({ cause, outcome }, count);
      }
    },
  });
  new Gauge({
    name: 'annulus_imbalance_ratio',
    help: 'Replicas of the fullest node over its share.',
    registers: [registry],
    collect() {
      this.set(moves.overview().imbalanceRatio);
    },
  });
}
