/** Text on a terminal that is drawn over what was drawn before. */
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
    // Each line is cleared as it is written: clearing all of it first would flicker.
    const start = this.#isFirst ? `${HOME}${CLEAR_BELOW}` : HOME;
    this.#isFirst = false;
    const lines = text.replaceAll('\n', `${CLEAR_LINE}\n`);
    this.#terminal.stdout.write(`${start}${lines}${CLEAR_BELOW}`);
  }
}
