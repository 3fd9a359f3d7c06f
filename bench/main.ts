/** `npm run bench -- NAME [arguments]`, or after a build `node dist/bench/main.js NAME [arguments]`. */
import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const directory = fileURLToPath(new URL('.', import.meta.url));
const names = readdirSync(directory)
  .filter((file) => file.endsWith('.js') && file !== 'main.js')
  .map((file) => basename(file, '.js'));

// Without its name, so that a benchmark finds its own arguments where it does when run by itself.
const [name] = process.argv.splice(2, 1);
if (name === undefined || !names.includes(name)) {
  console.error(`usage: npm run bench -- NAME [arguments]\nnames: ${names.join(', ')}`);
  process.exit(1);
}
await import(new URL(`./${name}.js`, import.meta.url).href);
