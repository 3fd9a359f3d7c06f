/**
 * How long a node's work will take, learned from what it took: per kind of work and unit of it (a
 * search that examines twice as many candidates takes about twice as long), and how much longer the
 * queue takes than its work alone, because replies leave, messages arrive and background slices run in
 * between, on a core that others may use as well. One pause does not spoil it (`robust-mean.ts`).
 */
import { RobustMean } from '../src/base/robust-mean.js';

export interface WorkSize {
  /** Work of one kind has the same cost per unit. */
  kind: string;
  /** At least 1. */
  units: number;
}

/** What is believed of a kind of work before any was done. */
const TASK_MS_START = 0.5;
/** Stretch is measured over so much busy time at once: single turns vary too much. */
const STRETCH_SPAN_MS = 20;
const STRETCH_SMOOTHING = 0.1;

export class ServiceEstimate {
  readonly #perUnit = new Map<string, RobustMean>();
  readonly #stretch = new RobustMean({ start: 1, smoothing: STRETCH_SMOOTHING });
  #spanMs = 0;
  #workedMs = 0;

  /** Of one piece of work, once begun. */
  workMs({ kind, units }: WorkSize): number {
    const perUnit = this.#perUnit.get(kind);
    return perUnit === undefined ? TASK_MS_START : perUnit.value * units;
  }

  /** How long so much work, one piece after the other, takes to get through. */
  passageMs(workMs: number): number {
    return workMs * Math.max(1, this.#stretch.value);
  }

  worked({ kind, units }: WorkSize, tookMs: number): void {
    let perUnit = this.#perUnit.get(kind);
    if (perUnit === undefined) {
      perUnit = new RobustMean({ start: TASK_MS_START / units });
      this.#perUnit.set(kind, perUnit);
    }
    perUnit.add(tookMs / units);
  }

  /** From one piece of work to the next that waited, `spanMs` passed, `workedMs` of it on work. */
  passed(spanMs: number, workedMs: number): void {
    this.#spanMs += spanMs;
    this.#workedMs += workedMs;
    if (this.#spanMs < STRETCH_SPAN_MS || this.#workedMs <= 0) return;
    this.#stretch.add(this.#spanMs / this.#workedMs);
    this.#spanMs = 0;
    this.#workedMs = 0;
  }
}
