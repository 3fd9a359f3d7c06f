#!/usr/bin/env node
/** Entry of the `annulus` command: gives the program its process. */

// What gRPC would write to stderr by itself comes back as errors, and is said once, in one line.
process.env.GRPC_VERBOSITY ??= 'NONE';
const { run } = await import('./program.js');

const args = process.argv.slice(2);
const isServer = ['dev', 'coordinator', 'shard'].includes(args[0] ?? '');
// A reader that has seen enough (`annulus topology --watch | head -1`) is no failure, and a server
// goes on without one.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (!isServer) process.exit(error.code === 'EPIPE' ? 0 : 1);
});
process.stderr.on('error', () => {});

const { stdout, stderr, stdin, env } = process;
process.exitCode = await run(args, { stdout, stderr, stdin, env });
// A server has closed everything by now; what may linger must not keep the process.
if (stdin.isPaused() === false) stdin.destroy();
