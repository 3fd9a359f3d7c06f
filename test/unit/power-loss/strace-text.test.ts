import { describe, expect, it } from 'vitest';
import {
  descriptorOf,
  parseStrace,
  splitArgs,
  stringBytes,
  vectorBytes,
} from '../../power-loss/strace-text.js';

const everything = () => true;

describe('the text of strace', () => {
  it('gives each call its arguments, its result and its place', () => {
    const text = [
      '7 openat(AT_FDCWD</>, "/d/f", O_RDWR|O_CREAT, 0664) = 18</d/f>',
      '7 +++ exited with 0 +++',
      '8 fdatasync(18</d/f>)         = 0',
      '8 unlink("/d/g") = -1 ENOENT (No such file or directory)',
    ].join('\n');
    const { calls } = parseStrace(text, 0, everything);
    expect(calls).toMatchObject([
      { name: 'openat', result: 18, resultPath: '/d/f' },
      { name: 'fdatasync', args: '18</d/f>', result: 0 },
      { name: 'unlink', result: -1 },
    ]);
    for (const { beganAt, endedAt } of calls) expect(beganAt).toBeLessThan(endedAt);
  });

  it('joins a call that others came in between of, from its beginning to its end', () => {
    const text = [
      '7 pwrite64(18</d/f>, "ab", 2, 0 <unfinished ...>',
      '8 fdatasync(19</d/g>) = 0',
      '7 <... pwrite64 resumed>) = 2',
    ].join('\n');
    const [write, sync] = parseStrace(text, 0, everything).calls;
    expect(write).toMatchObject({ args: '18</d/f>, "ab", 2, 0', result: 2 });
    expect(write?.beganAt).toBeLessThan(sync?.beganAt as number);
    expect(write?.endedAt).toBeGreaterThan(sync?.endedAt as number);
  });

  it.each(['<unfinished ...>', '<detached ...>', ') = ?', ') = -1 (errno 18446744073709551554)'])(
    'knows no result of a call that the process did not survive: %s',
    (end) => {
      const text = `7 pwrite64(18</d/f>, "ab", 2, 0 ${end}`;
      const [call] = parseStrace(text, 0, everything).calls;
      expect(call).toMatchObject({ result: undefined, endedAt: Number.POSITIVE_INFINITY });
      expect(splitArgs(call?.args ?? '')).toEqual(['18</d/f>', '"ab"', '2', '0']);
    },
  );

  it('parses only what is asked for', () => {
    const text = '7 write(1</dev/pts/0>, "x", 1) = 1\n7 fsync(3</d>) = 0';
    const { calls } = parseStrace(text, 0, (_, args) => args.includes('/d>'));
    expect(calls.map(({ name }) => name)).toEqual(['fsync']);
  });
});

describe('arguments', () => {
  it('are split at the commas that are in no string and no list', () => {
    const args = '3</d/f>, [{iov_base="a,\\"b]", iov_len=5}, {iov_base="c", iov_len=1}], 2';
    expect(splitArgs(args)).toEqual([
      '3</d/f>',
      '[{iov_base="a,\\"b]", iov_len=5}, {iov_base="c", iov_len=1}]',
      '2',
    ]);
  });

  it('that are strings become bytes', () => {
    expect([...stringBytes('"a\\n\\0\\1778\\"\\\\\\377", 4')]).toEqual([
      ...[97, 10, 0, 127, 56, 34, 92, 255],
    ]);
    expect(() => stringBytes('"abc"..., 4')).toThrow(/cut short/);
  });

  it('that are lists of buffers become their bytes, one after the other', () => {
    const text = '[{iov_base="a\\"b", iov_len=3}, {iov_base="\\0", iov_len=1}]';
    expect(vectorBytes(text)).toEqual(Buffer.from('a"b\0'));
  });

  it('that are file descriptors say which path they stand for', () => {
    expect(descriptorOf('18</d/f>')).toEqual({ fd: 18, path: '/d/f' });
  });
});
