import { describe, expect, it } from 'vitest';
import { LoadRecorder } from '../../../../bench/load/search-loops.js';
import type { Chart } from '../../../../bench/report/chart.js';
import { chartSvg, htmlReport } from '../../../../bench/report/html-report.js';
import { timelineChart } from '../../../../bench/report/timeline-chart.js';
import { sampleResult } from './sample-result.js';

const html = htmlReport([sampleResult]);

describe('the HTML report', () => {
  it('needs nothing from anywhere: no link, no image, no script of somebody else', () => {
    const own = html.replace(/<script>[\s\S]*?<\/script>/g, '');
    expect(own).not.toMatch(/<link|<img|<iframe|<script[^>]*\bsrc=|@import|url\((?!#)/i);
    const addresses = own.match(/https?:\/\/[^"\s<]+/g) ?? [];
    expect(addresses.filter((address) => !address.startsWith('http://www.w3.org/'))).toEqual([]);
  });

  it('shows its charts without scripts, and carries what makes them live', () => {
    const [before = ''] = html.split('<script>');
    expect(before).toContain('<svg');
    const option = /<script type="application\/json" id="option-1">(.*?)<\/script>/.exec(html)?.[1];
    expect(JSON.parse(option ?? '')).toMatchObject({ series: [{ name: 'one <at> once' }] });
    expect(html).toContain('echarts.init');
  });

  it('takes names and titles as text, whatever they are', () => {
    expect(html).toContain('A &lt;CPU&gt;');
    expect(html).toContain('T &amp; C');
    expect(html).toContain('<td>&lt;b&gt;</td>');
    expect(html).not.toContain('<h3>Latency </script>');
  });

  it('marks what passed and what failed', () => {
    expect(html).toContain('<td class="pass">PASS</td>');
    expect(html).toContain('<td class="fail">FAIL</td>');
  });

  it('leaves the charting library out when there are no charts', () => {
    expect(htmlReport([{ ...sampleResult, charts: [] }]).length).toBeLessThan(10_000);
  });
});

describe('charts', () => {
  it('are well-formed files of their own', () => {
    for (const chart of sampleResult.charts ?? []) {
      const tags = /<(\/?)[a-zA-Z]+(\s+[\w:-]+="[^"<]*")*\s*\/?>/g;
      const cdata = /<!\[CDATA\[[\s\S]*?\]\]>/g;
      expect(chartSvg(chart).replace(cdata, '').replace(tags, '')).not.toMatch(/[<>]/);
    }
  });

  it('become SVG of every kind that suites make', () => {
    const base: Chart = {
      title: 'x',
      x: { label: 'layouts', kind: 'category', categories: ['one', 'two'] },
      y: { label: 'us', kind: 'linear' },
      series: [
        {
          name: 'bars',
          kind: 'bar',
          points: [
            [0, 1],
            [1, 2],
          ],
        },
      ],
      levels: [{ y: 1, label: 'a level' }],
    };
    expect(chartSvg(base)).toContain('a level');
    const x = { label: 'recall', kind: 'log' } as const;
    const series = [
      { name: 'points', kind: 'points' as const, points: [[1, 2]] as [number, number][] },
    ];
    expect(chartSvg({ ...base, x, series })).toContain('recall');
    expect(chartSvg({ ...base, series: [] })).toContain('<svg');
  });

  it('draw timelines with their events, and gaps where nothing ended', () => {
    const recorder = new LoadRecorder(0, 100);
    recorder.answered(0, 50, { ids: [], coverageRatio: 0.5 });
    recorder.answered(0, 250, { ids: [], coverageRatio: 1 });
    recorder.failed(0, 260, {});
    const chart = timelineChart(recorder.result().intervals, {
      title: 'kill',
      marks: [{ atMs: 200, label: 'killed' }],
    });
    const [p50, , failed, missing] = chart.series;
    expect(p50?.points.map(([, ms]) => ms && Math.round(ms))).toEqual([50, null, 250]);
    expect(failed?.points.map(([, percent]) => percent)).toEqual([0, 0, 50]);
    expect(missing?.points.map(([, percent]) => percent)).toEqual([50, 0, 0]);
    expect(chartSvg(chart)).toContain('killed');
  });
});
