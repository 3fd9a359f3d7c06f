/**
 * The charting library as one file: beside the compiled report, where the build puts it, or out of
 * `node_modules` when run from source. It is read, not imported, because the report carries its text.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const BUILT = './vendor/echarts.common.min.cjs';
const INSTALLED = 'echarts/dist/echarts.common.min.js';

interface EchartsInstance {
  setOption(option: Record<string, unknown>): void;
  renderToSVGString(): string;
  dispose(): void;
}

interface Echarts {
  init(element: null, theme: null, options: Record<string, unknown>): EchartsInstance;
}

let library: Echarts | undefined;

export function echartsText(): string {
  return readFileSync(echartsPath(), 'utf8');
}

/** One chart as SVG, without a browser. */
export function renderSvg(
  option: Record<string, unknown>,
  size: { width: number; height: number },
): string {
  library ??= createRequire(import.meta.url)(echartsPath()) as Echarts;
  const chart = library.init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    chart.setOption(option);
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

function echartsPath(): string {
  const beside = fileURLToPath(new URL(BUILT, import.meta.url));
  if (existsSync(beside)) return beside;
  return createRequire(import.meta.url).resolve(INSTALLED);
}
