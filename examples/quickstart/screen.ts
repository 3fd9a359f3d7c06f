/** What the quickstart prints: on a terminal with colour and progress, in a pipe as plain lines. */
import type { WriteStream } from 'node:tty';

export interface Screen {
  title(text: string): void;
  heading(text: string): void;
  gap(): void;
  question(text: string): void;
  hit(score: number, text: string): void;
  note(text: string): void;
  command(command: string, purpose: string): void;
  dim(text: string): string;
  /** Shows what is being done, then, in its place, what came of it. */
  step<T>(
    doing: string,
    run: (progress: (ratio: number) => void) => Promise<T>,
    done: (result: T) => string,
  ): Promise<T>;
}

const WIDTH = 96;

export function createScreen(out: WriteStream): Screen {
  const hasColour = out.isTTY && process.env.NO_COLOR === undefined;
  const style = (code: string) => (text: string) =>
    hasColour ? `\u001b[${code}m${text}\u001b[0m` : text;
  const [bold, dim, green, cyan, yellow] = ['1', '2', '32', '36', '33'].map(style) as [
    (text: string) => string,
    (text: string) => string,
    (text: string) => string,
    (text: string) => string,
    (text: string) => string,
  ];
  const line = (text = '') => out.write(`${text}\n`);
  const transient = (text: string) => {
    if (out.isTTY) out.write(`\r\u001b[2K${text}`);
  };
  return {
    title: (text) => line(`\n  ${bold(text)}\n`),
    heading: (text) => line(`\n  ${bold(text)}`),
    gap: () => line(),
    question: (text) => line(`\n  ${cyan('?')} ${bold(text)}`),
    hit: (score, text) => line(`    ${yellow(score.toFixed(3))}  ${headword(text, bold)}`),
    note: (text) => line(`    ${dim(text)}`),
    command: (command, purpose) => line(`    ${command.padEnd(46)} ${dim(purpose)}`),
    dim,
    async step(doing, run, done) {
      const startMs = performance.now();
      transient(`  ${dim('…')} ${doing}`);
      const result = await run((ratio) => transient(`  ${dim('…')} ${doing} ${bar(ratio)}`));
      const tookSeconds = ((performance.now() - startMs) / 1_000).toFixed(1);
      transient('');
      line(`  ${green('✓')} ${done(result)} ${dim(`${tookSeconds} s`)}`);
      return result;
    },
  };
}

/** The text up to its colon stands out; the whole is cut to one line. */
function headword(text: string, emphasise: (text: string) => string): string {
  const cut = text.length > WIDTH - 12 ? `${text.slice(0, WIDTH - 13)}…` : text;
  const colon = cut.indexOf(':');
  return colon < 0 ? cut : emphasise(cut.slice(0, colon)) + cut.slice(colon);
}

function bar(ratio: number): string {
  const filled = Math.round(Math.min(1, ratio) * 20);
  return `${'█'.repeat(filled)}${'░'.repeat(20 - filled)} ${Math.round(ratio * 100)} %`;
}
