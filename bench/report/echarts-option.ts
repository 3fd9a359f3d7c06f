/** A chart as options of ECharts: plain JSON, so that it can be drawn here and again in a browser. */
import type { Axis, Chart, Series } from './chart.js';

const COLORS = [
  '#2458d3',
  '#e2711d',
  '#2a9d6f',
  '#b5179e',
  '#6c757d',
  '#d62839',
  '#0096c7',
  '#8d6a00',
];
const TEXT = '#30343b';
const FAINT = '#d9dde3';
const FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";

const LEGEND_WIDTH_PX = 820;
const LEGEND_LINE_PX = 24;
/** The symbol and the space beside it, and one character. */
const LEGEND_MARK_PX = 65;
const LEGEND_CHARACTER_PX = 8;

export function echartsOption(chart: Chart): Record<string, unknown> {
  const { x, right, series } = chart;
  const y = withRoomForLevels(chart);
  const [first, ...others] = series;
  return {
    animation: false,
    color: COLORS,
    textStyle: { fontFamily: FONT, color: TEXT },
    grid: {
      ...{ left: 76, right: right === undefined ? 36 : 76, bottom: 56 },
      top: 32 + LEGEND_LINE_PX * legendLines(series),
    },
    legend: {
      ...{ show: series.length > 1, top: 6, left: 'center', width: LEGEND_WIDTH_PX },
      // Fonts are not the same everywhere, and names may turn out wider than they were laid out for.
      itemGap: 30,
      textStyle: { fontSize: 14, color: TEXT },
    },
    tooltip: { trigger: x.kind === 'log' || x.kind === 'linear' ? 'item' : 'axis' },
    toolbox: { right: 6, top: 0, feature: { saveAsImage: { title: 'save as SVG' } } },
    xAxis: { ...axisOption(x), nameLocation: 'middle', nameGap: 32 },
    yAxis: [yAxisOption(y), ...(right === undefined ? [] : [yAxisOption(right)])],
    series:
      first === undefined
        ? []
        : [{ ...seriesOption(first), ...lines(chart) }, ...others.map((one) => seriesOption(one))],
  };
}

/** The axis is laid out for points alone: a level above all of them would not be seen. */
function withRoomForLevels({ y, series, levels = [] }: Chart): Axis {
  const top = Math.max(...levels.map((level) => level.y));
  const ys = series.flatMap(({ isOnRight, points }) =>
    isOnRight ? [] : points.map((at) => at[1]),
  );
  const isSeen = ys.some((value) => value !== null && value >= top);
  if (y.kind !== 'linear' || y.max !== undefined || levels.length === 0 || isSeen) return y;
  const step = 10 ** Math.floor(Math.log10(top)) / 2;
  return top > 0 ? { ...y, max: (Math.floor(top / step) + 1) * step } : y;
}

/** How many lines the legend will take, about: the plot begins below them. */
function legendLines(series: readonly Series[]): number {
  const widthPx = series.reduce(
    (sum, { name }) => sum + LEGEND_MARK_PX + name.length * LEGEND_CHARACTER_PX,
    0,
  );
  return Math.ceil(widthPx / LEGEND_WIDTH_PX);
}

function axisOption({ label, kind, categories, min, max }: Axis): Record<string, unknown> {
  const isCategory = kind === 'category' || kind === 'percentile';
  return {
    name: label,
    nameTextStyle: { fontSize: 14, color: TEXT },
    axisLabel: { fontSize: 13, color: TEXT, hideOverlap: true },
    axisLine: { lineStyle: { color: TEXT } },
    splitLine: { show: true, lineStyle: { color: FAINT } },
    type: isCategory ? 'category' : kind === 'log' ? 'log' : 'value',
    ...(isCategory ? { data: categories ?? [] } : {}),
    ...(kind === 'linear' && min === undefined && max === undefined ? { scale: false } : {}),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
  };
}

function yAxisOption(axis: Axis): Record<string, unknown> {
  return { ...axisOption(axis), nameLocation: 'middle', nameGap: 56 };
}

function seriesOption({ name, kind, points, isOnRight, labels }: Series): Record<string, unknown> {
  const data = points.map((point, i) => {
    const label = labels?.[i];
    if (label === undefined) return point;
    return { value: point, label: { show: true, formatter: label } };
  });
  const common = { name, data, yAxisIndex: isOnRight === true ? 1 : 0 };
  if (kind === 'bar') return { ...common, type: 'bar', barMaxWidth: 40 };
  if (kind === 'points') return { ...common, type: 'scatter', symbolSize: 9 };
  const isDense = points.length > 60;
  const symbol = isDense ? { showSymbol: false } : { symbol: 'circle', symbolSize: 7 };
  const label = { position: 'top', fontSize: 11, color: TEXT };
  return { ...common, type: 'line', lineStyle: { width: 2.5 }, ...symbol, label };
}

/** Moments and levels belong to a series in ECharts: the first. */
function lines({ marks = [], levels = [] }: Chart): Record<string, unknown> {
  const line = (formatter: string, position: string) => ({
    label: { formatter, position, fontSize: 13, color: TEXT },
  });
  const data = [
    ...marks.map(({ x, label }) => ({ xAxis: x, ...line(label, 'insideEndTop') })),
    ...levels.map(({ y, label }) => ({ yAxis: y, ...line(label, 'insideEndTop') })),
  ];
  if (data.length === 0) return {};
  const style = { color: TEXT, type: 'dashed', width: 1.5 };
  return { markLine: { symbol: 'none', silent: true, lineStyle: style, data } };
}
