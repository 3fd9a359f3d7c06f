import { describe, expect, it } from 'vitest';
import type { Chart } from '../../../../bench/report/chart.js';
import { echartsOption } from '../../../../bench/report/echarts-option.js';

function yMaxOf(changes: Partial<Chart>): unknown {
  const option = echartsOption({
    title: 'searches',
    x: { label: 'at once', kind: 'category', categories: ['1', '16'] },
    y: { label: 'per second', kind: 'linear' },
    series: [
      {
        name: 'one',
        kind: 'bar',
        points: [
          [0, 1_700],
          [1, 4_300],
        ],
      },
    ],
    ...changes,
  });
  return (option.yAxis as { max?: number }[])[0]?.max;
}

describe('the option of a chart', () => {
  it('makes room for a level above all points', () => {
    expect(yMaxOf({ levels: [{ y: 5_077, label: 'bound' }] })).toBe(5_500);
    expect(yMaxOf({ levels: [{ y: 5_000, label: 'bound' }] })).toBe(5_500);
    expect(yMaxOf({ series: [], levels: [{ y: 0.03, label: 'bound' }] })).toBeCloseTo(0.035);
  });

  it('leaves the axis to the points when they reach as high, or when it is given', () => {
    expect(yMaxOf({})).toBeUndefined();
    expect(yMaxOf({ levels: [{ y: 4_000, label: 'bound' }] })).toBeUndefined();
    const y = { label: 'share', kind: 'linear', max: 1 } as const;
    expect(yMaxOf({ y, levels: [{ y: 2, label: 'bound' }] })).toBe(1);
  });
});
