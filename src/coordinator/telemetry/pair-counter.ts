/**
 * A counter with two labels, for what happens with every request: it adds up in maps of its own and
 * hands the sums over when it is asked for them. Finding a counter by its labels, as prom-client does
 * each time that it is told, takes longer than the rest of what a request is counted for.
 */
import { Counter, type Registry } from 'prom-client';

export class PairCounter<First extends string, Second extends string> {
  readonly #sums = new Map<string, Map<string, number>>();

  constructor(registry: Registry, name: string, help: string, labelNames: [First, Second]) {
    const [first, second] = labelNames;
    const sums = this.#sums;
    new Counter<First | Second>({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        this.reset();
        for (const [a, bySecond] of sums) {
          for (const [b, sum] of bySecond) {
            this.inc({ [first]: a, [second]: b } as Record<First | Second, string>, sum);
          }
        }
      },
    });
  }

  add(first: string, second: string): void {
    let bySecond = this.#sums.get(first);
    if (bySecond === undefined) {
      bySecond = new Map();
      this.#sums.set(first, bySecond);
    }
    bySecond.set(second, (bySecond.get(second) ?? 0) + 1);
  }
}
