/** `npm run bench -- NAME [options]` and `annulus bench NAME [options]`. */
import { runBench } from './program.js';

const { stdout, stderr, stdin, env } = process;
const exitCode = await runBench(process.argv.slice(2), { stdout, stderr, stdin, env });
// A program may have set its own already.
process.exitCode = exitCode;
