/**
 * System calls from the text that strace writes (`strace -f -y`): one line a call, or two when another
 * thread's call came in between. Each call gets the moments when it began and ended, as positions in
 * the text: what ended before another began is known to have been done before it.
 */

export interface SystemCall {
  name: string;
  /** What is between the parentheses, unparsed. */
  args: string;
  /** Undefined: the process was killed before the call returned. */
  result: number | undefined;
  /** The path that strace shows with a file descriptor that was returned. */
  resultPath: string | undefined;
  beganAt: number;
  /** Infinity when it never returned. */
  endedAt: number;
}

const LINE = /^(\d+)\s+(?:([a-z_0-9]+)\(|<\.\.\. ([a-z_0-9]+) resumed>)/;
/** Another thread's call came in between, or the process ended. */
const UNFINISHED = / <(?:unfinished|detached) \.\.\.>$/;

/**
 * The calls in `text` in the order in which they began. `interesting` decides by the text of a call:
 * the others are not parsed. Positions count from `firstPosition`.
 */
export function parseStrace(
  text: string,
  firstPosition: number,
  interesting: (name: string, argsText: string) => boolean,
): { calls: SystemCall[]; nextPosition: number } {
  const calls: SystemCall[] = [];
  const begun = new Map<string, { call: SystemCall; head: string }>();
  let position = firstPosition;
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end < 0 ? text.length : end);
    start = end < 0 ? text.length : end + 1;
    const match = LINE.exec(line);
    if (match === null) continue;
    position += 2;
    const [head, pid = '', name, resumedName] = match;
    const rest = line.slice(head.length);
    if (name !== undefined) {
      if (!interesting(name, rest)) continue;
      const call = newCall(name, position);
      calls.push(call);
      const cut = rest.slice(-20).search(UNFINISHED);
      if (cut >= 0) {
        // Until it is resumed, all that is known are its arguments up to here.
        call.args = rest.slice(0, Math.max(0, rest.length - 20) + cut);
        begun.set(pid, { call, head: call.args });
      } else finish(call, rest, position + 1);
    } else if (resumedName !== undefined) {
      const pending = begun.get(pid);
      if (pending?.call.name !== resumedName) continue;
      begun.delete(pid);
      finish(pending.call, pending.head + rest, position);
    }
  }
  return { calls, nextPosition: position + 2 };
}

function newCall(name: string, beganAt: number): SystemCall {
  const endedAt = Number.POSITIVE_INFINITY;
  return { name, args: '', result: undefined, resultPath: undefined, beganAt, endedAt };
}

/** `-1 (errno N)`, with a number that is no error, is what is seen of a call that a kill cut short. */
const RESULT = /^ = (\?|-1 \(errno|-?\d+|0x[0-9a-f]+)(?:<([^>]*)>)?/;

function finish(call: SystemCall, text: string, endedAt: number): void {
  const at = text.lastIndexOf(' = ');
  const args = text.slice(0, Math.max(0, at)).trimEnd();
  const match = args.endsWith(')') ? RESULT.exec(text.slice(at)) : null;
  if (match === null) throw new Error(`strace: cannot read ${call.name}(${text.slice(-200)}`);
  call.args = args.slice(0, -1);
  if (match[1] === '?' || match[1]?.endsWith('errno')) return;
  call.result = Number(match[1]);
  call.resultPath = match[2];
  call.endedAt = endedAt;
}

/** Arguments at the top level, as written. */
export function splitArgs(args: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < args.length; i += 1) {
    const char = args.charCodeAt(i);
    if (char === QUOTE) i = closingQuote(args, i);
    else if (char === 0x5b || char === 0x7b) depth += 1;
    else if (char === 0x5d || char === 0x7d) depth -= 1;
    else if (char === 0x2c && depth === 0) {
      parts.push(args.slice(from, i).trim());
      from = i + 1;
    }
  }
  parts.push(args.slice(from).trim());
  return parts;
}

function closingQuote(text: string, openAt: number): number {
  for (let i = openAt + 1; i < text.length; i += 1) {
    const char = text.charCodeAt(i);
    if (char === BACKSLASH) i += 1;
    else if (char === QUOTE) return i;
  }
  throw new Error('strace: a string has no end');
}

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const ZERO = 0x30;

function isOctal(code: number): boolean {
  return code >= ZERO && code < ZERO + 8;
}

const ESCAPES = new Map([
  ['n', 10],
  ['t', 9],
  ['r', 13],
  ['v', 11],
  ['f', 12],
  ['a', 7],
  ['b', 8],
]);

/** The bytes of a quoted string at the beginning of `text`; what follows it is left alone. */
export function stringBytes(text: string): Buffer {
  if (text.charCodeAt(0) !== QUOTE) throw new Error(`strace: no string at ${text.slice(0, 40)}`);
  const end = closingQuote(text, 0);
  // Cut short by `-s`: the recording is worthless.
  if (text.startsWith('...', end + 1)) throw new Error('strace: a string was cut short');
  const bytes = Buffer.allocUnsafe(end);
  let length = 0;
  for (let i = 1; i < end; i += 1) {
    let byte = text.charCodeAt(i);
    if (byte === BACKSLASH) {
      i += 1;
      byte = text.charCodeAt(i);
      if (isOctal(byte)) {
        byte -= ZERO;
        for (let digits = 1; digits < 3 && isOctal(text.charCodeAt(i + 1)); digits += 1) {
          i += 1;
          byte = byte * 8 + text.charCodeAt(i) - ZERO;
        }
      } else byte = ESCAPES.get(text[i] as string) ?? byte;
    }
    bytes[length] = byte;
    length += 1;
  }
  return bytes.subarray(0, length);
}

/** The bytes of `[{iov_base="...", iov_len=N}, ...]`. */
export function vectorBytes(text: string): Buffer {
  const parts: Buffer[] = [];
  for (let at = text.indexOf('iov_base='); at >= 0; ) {
    const from = at + 'iov_base='.length;
    parts.push(stringBytes(text.slice(from)));
    at = text.indexOf('iov_base=', closingQuote(text, from));
  }
  return Buffer.concat(parts);
}

/** Of a file descriptor argument, `12</path>`. */
export function descriptorOf(arg: string): { fd: number; path: string } {
  const match = /^(-?\d+|AT_FDCWD)(?:<(.*)>)?$/s.exec(arg);
  if (match === null) throw new Error(`strace: no file descriptor: ${arg.slice(0, 80)}`);
  return { fd: Number(match[1]), path: match[2] ?? '' };
}
