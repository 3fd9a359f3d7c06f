// Makes a checkout ready to run: dependencies installed as the lockfile says, `dist` built from the
// sources as they are now. Every other command starts with it, so it is silent and quick when there is
// nothing to do. `--no-build` leaves `dist` alone.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  buildFingerprint,
  buildStamp,
  fail,
  root,
  run,
  runNode,
  say,
  sha256,
} from './workspace.mjs';

const NODE_VERSION_MIN = [20, 19];
const modules = join(root, 'node_modules');
const lockStamp = join(modules, '.annulus-lock');
const nativeIndex = join(modules, 'hnswlib-node', 'build', 'Release', 'addon.node');

checkNodeVersion();
installWhenNeeded();
if (!process.argv.includes('--no-build')) buildWhenNeeded();

function checkNodeVersion() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [majorMin, minorMin] = NODE_VERSION_MIN;
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return;
  fail(
    `Annulus needs Node ${majorMin}.${minorMin} or later and this is ${process.versions.node}: ` +
      'install a current one from https://nodejs.org or with "nvm install 24"',
  );
}

function installWhenNeeded() {
  // A linked folder belongs to another checkout, which keeps it up to date itself.
  if (isSymbolicLink(modules)) return;
  const wanted = `${sha256(readFileSync(join(root, 'package-lock.json')))} ${platform()}`;
  if (readOr(lockStamp) === wanted) return;
  const stamped = readOr(lockStamp);
  if ((stamped === undefined || stamped.endsWith(` ${platform()}`)) && isInstalledAsLocked()) {
    writeFileSync(lockStamp, wanted);
    return;
  }
  checkToolchain();
  const command = isLockComplete() ? ['ci'] : ['install', '--no-save'];
  say(`Installing dependencies (npm ${command.join(' ')})...`);
  const options = ['--no-fund', '--no-audit', '--loglevel=error'];
  if (!run('npm', [...command, ...options], installEnvironment())) {
    fail('The installation failed: see above, then run the same command again');
  }
  if (!existsSync(nativeIndex)) {
    fail('hnswlib-node was not compiled: npm must be allowed to run install scripts');
  }
  writeFileSync(lockStamp, wanted);
}

function buildWhenNeeded() {
  if (readOr(buildStamp) === buildFingerprint()) return;
  say('Building...');
  if (!runNode('scripts/build.mjs')) fail('The build failed: see above');
}

/** Compiled modules fit one kind of machine: a folder copied from another kind is not installed. */
function platform() {
  return `${process.platform}-${process.arch}`;
}

/** True after somebody's own `npm ci`: npm's record of the folder holds all that is locked. */
function isInstalledAsLocked() {
  const recordText = readOr(join(modules, '.package-lock.json'));
  if (recordText === undefined || !existsSync(nativeIndex)) return false;
  const record = JSON.parse(recordText).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { optional, integrity }]) =>
      path === '' || optional === true || record[path]?.integrity === integrity,
  );
}

/**
 * `npm ci` refuses a lockfile without an entry for each platform's optional package, and a registry that
 * lacks one leaves such a lockfile. `npm install --no-save` takes it, keeps to what it pins, and changes
 * neither the lockfile nor package.json.
 */
function isLockComplete() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages).every(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).every((name) => isLocked(packages, path, name)),
  );
}

/** Looks a package up as Node does: beside its user, then beside each folder above. */
function isLocked(packages, userPath, name) {
  for (let path = userPath; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('/')))) {
    if (packages[`${path}/node_modules/${name}`]) return true;
  }
  return packages[`node_modules/${name}`] !== undefined;
}

function checkToolchain() {
  const missing = [
    ['Python 3', ['python3'], 'python3'],
    ['make', ['make'], 'make'],
    ['a C++ compiler', [process.env.CXX, 'g++', 'c++', 'clang++'], 'g++'],
  ].filter(([, commands]) => !commands.some((command) => command && answers(command)));
  for (const [name, , debian] of missing) {
    say(
      `Annulus compiles its vector index and needs ${name}: ` +
        `"apt-get install ${debian}" on Debian or Ubuntu, "xcode-select --install" on macOS`,
    );
  }
  if (missing.length > 0) process.exit(1);
}

function answers(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Where Node came with its own headers, node-gyp need not download them. */
function installEnvironment() {
  const prefix = dirname(dirname(process.execPath));
  const hasHeaders = existsSync(join(prefix, 'include', 'node', 'node.h'));
  const isChosen = Object.keys(process.env).some((name) => /^npm_.*nodedir$/i.test(name));
  if (!hasHeaders || isChosen) return process.env;
  return { ...process.env, npm_package_config_node_gyp_nodedir: prefix };
}

function isSymbolicLink(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function readOr(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
