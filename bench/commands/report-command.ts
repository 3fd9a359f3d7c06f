/** `annulus bench report FILE.json...`: results as one HTML file, to be looked at and handed on. */
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argumentList, flagOnly } from '../../src/cli/client-command.js';
import type { CommandSpec } from '../../src/cli/command.js';
import { chartSvg, htmlReport } from '../report/html-report.js';
import { readResult } from '../report/result-file.js';

const REPORT_NAME = 'report.html';

export const reportCommand: CommandSpec = {
  usage: 'report <file...>',
  description: 'Results as one HTML file that needs no network; charts as SVG on demand.',
  options: [
    flagOnly({
      name: 'out',
      type: 'text',
      placeholder: 'FILE',
      default: REPORT_NAME,
      description: `The HTML file, or a folder for one called ${REPORT_NAME}.`,
    }),
    flagOnly({
      name: 'svg',
      type: 'text',
      placeholder: 'DIR',
      description: 'Folder for every chart as a file of its own.',
    }),
  ],
  async run(call) {
    const results = argumentList(call, 0).map(readResult);
    const given = call.options.text('out');
    const isFolder = statSync(given, { throwIfNoEntry: false })?.isDirectory() === true;
    const out = isFolder ? join(given, REPORT_NAME) : given;
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, htmlReport(results));
    call.terminal.stderr.write(`written: ${out}\n`);
    if (!call.options.has('svg')) return 0;
    const directory = call.options.text('svg');
    mkdirSync(directory, { recursive: true });
    for (const { suite, charts } of results) {
      charts.forEach((chart, i) => {
        const path = join(directory, `${suite}-${i + 1}.svg`);
        writeFileSync(path, chartSvg(chart));
        call.terminal.stderr.write(`written: ${path}\n`);
      });
    }
    return 0;
  },
};
