/**
 * One HTML file with everything: charts as SVG, drawn here, so that they are there without scripts, in
 * print and in a preview; and the charting library with their options, which puts live ones with
 * tooltips in their place. Nothing is loaded from anywhere.
 */
import type { Chart } from './chart.js';
import { echartsText, renderSvg } from './echarts-library.js';
import { echartsOption } from './echarts-option.js';
import type { BenchResult } from './result-file.js';

const SIZE = { width: 960, height: 460 };

const STYLE = `
body { font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; color: #30343b;
  max-width: 1000px; margin: 2rem auto; padding: 0 1rem; background: #fff; }
h1 { font-size: 1.9rem; } h2 { margin-top: 3rem; border-bottom: 2px solid #30343b; }
h3 { margin-bottom: 0; } .note, .machine { color: #5c6470; margin-top: .2rem; }
.chart { width: 100%; height: ${SIZE.height}px; } .chart svg { max-width: 100%; }
table { border-collapse: collapse; margin: 1rem 0; font-size: .9rem; display: block; overflow-x: auto; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #d9dde3; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
td.pass { color: #1a7f4b; font-weight: 600; } td.fail { color: #c1121f; font-weight: 600; }
code { background: #f2f4f7; padding: .1rem .3rem; border-radius: 3px; }
@media print { .chart { break-inside: avoid; } }`;

const SCRIPT = `
for (const element of document.querySelectorAll('.chart')) {
  const option = JSON.parse(document.getElementById(element.dataset.option).textContent);
  element.innerHTML = '';
  const chart = echarts.init(element, null, { renderer: 'svg' });
  chart.setOption(option);
  addEventListener('resize', () => chart.resize());
}`;

export function htmlReport(results: readonly BenchResult[]): string {
  let chartCount = 0;
  const sections = results.map((result) =>
    sectionOf(result, () => {
      chartCount += 1;
      return `option-${chartCount}`;
    }),
  );
  // Without charts the library would be dead weight.
  const scripts = chartCount === 0 ? '' : scriptTag(echartsText()) + scriptTag(SCRIPT);
  return (
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">` +
    `<title>Annulus: benchmarks</title><style>${STYLE}</style></head>\n<body>` +
    `<h1>Annulus: benchmarks</h1>\n${sections.join('\n')}\n${scripts}</body></html>\n`
  );
}

export function chartSvg(chart: Chart): string {
  return renderSvg(echartsOption(chart), SIZE);
}

function sectionOf(result: BenchResult, nextId: () => string): string {
  const charts = result.charts.map((chart) => chartOf(chart, nextId()));
  const tables = result.tables.map(({ title, header, rows }) => {
    const head = header.map((name) => `<th>${escapeHtml(name)}</th>`).join('');
    const body = rows.map((row) => `<tr>${row.map(cellOf).join('')}</tr>`).join('\n');
    return `<h3>${escapeHtml(title)}</h3>\n<table><tr>${head}</tr>\n${body}</table>`;
  });
  return (
    `<h2 id="${escapeHtml(result.suite)}">${escapeHtml(result.suite)}</h2>\n` +
    `<p class="machine">${escapeHtml(machineText(result))}<br>` +
    `<code>${escapeHtml(result.command)}</code></p>\n${charts.join('\n')}\n${tables.join('\n')}`
  );
}

function chartOf(chart: Chart, id: string): string {
  const note = chart.note === undefined ? '' : `<p class="note">${escapeHtml(chart.note)}</p>`;
  const option = JSON.stringify(echartsOption(chart)).replaceAll('<', '\\u003c');
  return (
    `<h3>${escapeHtml(chart.title)}</h3>${note}\n` +
    `<div class="chart" data-option="${id}">${chartSvg(chart)}</div>\n` +
    `<script type="application/json" id="${id}">${option}</script>`
  );
}

function machineText({ machine, versions, commit, startedAt }: BenchResult): string {
  return (
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.os}, ` +
    `Node ${versions.node}, commit ${commit ?? 'unknown'}, ${startedAt.slice(0, 16)}Z, ` +
    `load average before ${machine.loadAverage}`
  );
}

function cellOf(value: string | number): string {
  const text = escapeHtml(String(value));
  if (value === 'PASS' || value === 'FAIL')
    return `<td class="${value.toLowerCase()}">${text}</td>`;
  return typeof value === 'number' ? `<td class="number">${text}</td>` : `<td>${text}</td>`;
}

function scriptTag(code: string): string {
  return `<script>${code.replaceAll('</script', '<\\/script')}</script>\n`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ENTITIES[character] as string);
}
