/**
 * Text on a terminal that is drawn over what was drawn before. What does not fit is cut off: a line
 * that wraps, or one too many, would move all others.
 */
import type { Terminal } from './output.js';

const HOME = '\u001b[H';
const CLEAR_BELOW = '\u001b[J';
const CLEAR_LINE = '\u001b[K';

export class LiveScreen {
  readonly #terminal: Terminal;
  #isFirst = true;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  draw(text: string): void {
    const { stdout } = this.#terminal;
    // Each line is cleared as it is written: clearing all of it first would flicker.
    const start = this.#isFirst ? `${HOME}${CLEAR_BELOW}` : HOME;
    this.#isFirst = false;
    const lines = fitting(text.trimEnd().split('\n'), stdout.rows, stdout.columns);
    const drawn = lines.map((line) => `${line}${CLEAR_LINE}\n`).join('');
    stdout.write(`${start}${drawn}${CLEAR_BELOW}`);
  }
}

/** The cursor needs a row of its own. */
function fitting(lines: readonly string[], rows = lines.length + 1, columns?: number): string[] {
  const room = Math.max(1, rows - 1);
  const hidden = lines.length - room;
  const kept =
    hidden > 0 ? [...lines.slice(0, room - 1), `and ${hidden + 1} more lines`] : [...lines];
  return columns === undefined ? kept : kept.map((line) => line.slice(0, columns));
}
