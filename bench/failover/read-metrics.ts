/** What the coordinator sent beyond first attempts, as its metrics say. */
import type { BenchCluster } from '../cluster/bench-cluster.js';

export interface ReadMetrics {
  hedges: number;
  reroutes: number;
  probes: number;
  refused: number;
  /** What the budget would have paid for at that moment. */
  tokens: number;
}

const NAMES: Record<keyof ReadMetrics, string> = {
  hedges: 'annulus_hedges_sent_total',
  reroutes: 'annulus_reroutes_total',
  probes: 'annulus_probes_total',
  refused: 'annulus_retries_refused_total',
  tokens: 'annulus_retry_budget_tokens',
};

export async function readMetrics({ own }: BenchCluster): Promise<ReadMetrics> {
  const address = own?.coordinator.ready.http_address;
  if (typeof address !== 'string') throw new Error('the coordinator has no status port');
  const page = await (await fetch(`http://${address}/metrics`)).text();
  const counterOf = (name: string) => {
    const line = page.split('\n').find((text) => text.startsWith(`${name} `));
    return Number(line?.split(' ')[1] ?? 0);
  };
  const entries = Object.entries(NAMES).map(([key, name]) => [key, counterOf(name)] as const);
  return Object.fromEntries(entries) as unknown as ReadMetrics;
}

/** `tokens`: those that there were before. */
export function difference(after: ReadMetrics, before: ReadMetrics): ReadMetrics {
  return {
    hedges: after.hedges - before.hedges,
    reroutes: after.reroutes - before.reroutes,
    probes: after.probes - before.probes,
    refused: after.refused - before.refused,
    tokens: before.tokens,
  };
}
