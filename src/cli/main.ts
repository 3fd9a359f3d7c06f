#!/usr/bin/env node
/** Entry of the `annulus` command: gives the program its process. */
import { run } from './program.js';

// A reader that has seen enough (`annulus list | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

const { stdout, stderr, stdin, env } = process;
process.exitCode = await run(process.argv.slice(2), { stdout, stderr, stdin, env });
// A server has closed everything by now; what may linger must not keep the process.
if (stdin.isPaused() === false) stdin.destroy();
