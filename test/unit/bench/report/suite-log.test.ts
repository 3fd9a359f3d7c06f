import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { openSuiteLog } from '../../../../bench/report/suite-log.js';

function logTo(isTTY: boolean) {
  const stderr = Object.assign(new PassThrough(), { isTTY });
  let text = '';
  stderr.on('data', (chunk) => {
    text += chunk;
  });
  return { log: openSuiteLog({ stderr }), text: () => text };
}

describe('what a suite says while it goes on', () => {
  it('is one line a step in a pipe, and no bar', () => {
    const { log, text } = logTo(false);
    log.step('loading');
    log.progress(5, 10);
    log.step('searching');
    log.stop();
    expect(text()).toMatch(/^ +\d+ s {2}loading\n +\d+ s {2}searching\n$/);
  });

  it('is a bar on a terminal, gone with its step', () => {
    const { log, text } = logTo(true);
    log.step('loading');
    log.progress(5, 10);
    log.step('searching');
    log.stop();
    expect(text()).toContain('searching');
  });
});
