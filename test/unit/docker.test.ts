/**
 * No container engine runs in the tests: what the image and the Compose file say is checked against the
 * real command line, the real status server and the files that are there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startStatusServer } from '../../src/base/status-server.js';
import { coordinatorOptionSpecs } from '../../src/cli/coordinator-option-table.js';
import { shardOptionSpecs } from '../../src/cli/option-tables.js';
import { type HostAndPort, type OptionSpec, resolveOption } from '../../src/cli/options.js';
import { buildProgram } from '../../src/cli/program.js';
import { parseDockerfile } from '../support/dockerfile.js';

interface Service {
  command: string[];
  ports?: string[];
  volumes: string[];
  healthcheck: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  restart: string;
  stop_grace_period: string;
  build: { context: string; args: Record<string, string> };
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8');

interface ComposeFile {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
}

function readCompose(path: string) {
  const compose = parse(read(path), { merge: true }) as ComposeFile;
  const services = Object.entries(compose.services);
  const withRole = (role: string) => services.filter(([, { command }]) => command[0] === role);
  const coordinators = withRole('coordinator');
  const shards = withRole('shard');
  return { compose, services: [...coordinators, ...shards], coordinators, shards };
}

const instructions = parseDockerfile(read('Dockerfile'));
const last = (name: string) => instructions.findLast((one) => one.name === name)?.args ?? '';
const specsOf: Record<string, readonly OptionSpec[]> = {
  coordinator: coordinatorOptionSpecs,
  shard: shardOptionSpecs,
};

/** The options of a service as the command line itself understands them. */
function optionsOf({ command }: Service): Map<string, unknown> {
  const [name = '', ...args] = command;
  const silent = { write: () => true, isTTY: false };
  const terminal = { stdout: silent, stderr: silent, env: {} } as never;
  const parser = buildProgram(terminal, () => {}).commands.find((one) => one.name() === name);
  expect(parser, `there is no command ${name}`).toBeDefined();
  expect(parser?.parseOptions(args)).toEqual({ operands: [], unknown: [] });
  const flags: Record<string, string> = {};
  for (let i = 0; i < args.length; i += 2) flags[args[i]?.slice(2) ?? ''] = args[i + 1] ?? '';
  const specs = specsOf[name] ?? [];
  return new Map(
    specs.map((spec) => [spec.name, resolveOption(spec, { flags, env: {} }).value] as const),
  );
}

const addressOf = (service: Service, name: string) => optionsOf(service).get(name) as HostAndPort;

/** Host, published and inner port of `[HOST:]PUBLISHED:INNER`, with variables at their defaults. */
function publishedPorts(service: Service) {
  return (service.ports ?? []).map((entry) => {
    const [inner, published, ...host] = entry
      .replace(/\$\{\w+:-([^}]*)\}/g, '$1')
      .split(':')
      .reverse();
    return { host: host.reverse().join(':'), published: Number(published), inner: Number(inner) };
  });
}

const files = [
  { path: 'docker-compose.yml', coordinatorCount: 1, shardCount: 3 },
  { path: 'docker-compose.etcd.yml', coordinatorCount: 2, shardCount: 4 },
];

describe.each(files)('$path', ({ path, coordinatorCount, shardCount }) => {
  const { compose, services, coordinators, shards } = readCompose(path);

  it('starts its coordinators and shard nodes', () => {
    expect(coordinators).toHaveLength(coordinatorCount);
    expect(shards).toHaveLength(shardCount);
  });

  it.each(services)(
    '%s calls the command line with options and values that it has',
    (_, service) => {
      const options = optionsOf(service);
      for (const spec of specsOf[service.command[0] ?? ''] ?? []) {
        if (spec.isRequired) expect(options.get(spec.name), spec.name).toBeDefined();
      }
    },
  );

  it.each(services)('%s keeps its data in a named volume of its own', (_, service) => {
    const mounts = service.volumes.map((volume) => volume.split(':') as [string, string]);
    expect(mounts.map(([, path]) => path)).toEqual([optionsOf(service).get('data')]);
    expect(Object.keys(compose.volumes)).toContain(mounts[0]?.[0]);
    const users = services.filter(([, other]) => other.volumes.includes(service.volumes[0] ?? ''));
    expect(users).toHaveLength(1);
  });

  it.each(services)('%s is asked for its health where it serves it', async (_, service) => {
    const url = new URL(/https?:\/\/[^'"]+/.exec(service.healthcheck.test.join(' '))?.[0] ?? '');
    expect(Number(url.port)).toBe(addressOf(service, 'http').port);
    const source = { notReadyReason: () => undefined, metrics: async () => '' };
    const server = await startStatusServer({ host: '127.0.0.1', port: 0 }, source);
    try {
      expect((await fetch(`http://${server.address}${url.pathname}`)).status).toBe(200);
    } finally {
      await server.close();
    }
  });

  it.each(services)('%s restarts, and stops within the time that a stop may take', (_, service) => {
    expect(service.restart).toBe('unless-stopped');
    const graceMs = Number.parseInt(service.stop_grace_period, 10) * 1000;
    expect(graceMs).toBeGreaterThan((optionsOf(service).get('stop-timeout-ms') as number) + 1000);
  });

  it.each(services)('%s listens where other containers reach it', (_, service) => {
    expect(addressOf(service, 'listen').host).toBe('0.0.0.0');
    expect(addressOf(service, 'http').host).toBe('0.0.0.0');
  });

  it('publishes both ports of each coordinator, on loopback, and none of the shard nodes', () => {
    coordinators.forEach(([, coordinator], i) => {
      const ports = ['listen', 'http'].map((name) => addressOf(coordinator, name).port);
      expect(ports).toEqual([7700, 7780]);
      expect(publishedPorts(coordinator)).toEqual(
        ports.map((port) => ({ host: '127.0.0.1', published: port + i, inner: port })),
      );
    });
    for (const [, shard] of shards) expect(shard.ports).toBeUndefined();
  });

  it.each(shards)('%s joins the coordinators and is reached by its own name', (name, service) => {
    const reached = coordinators.map(([host, one]) => {
      return { host, port: addressOf(one, 'listen').port };
    });
    expect(optionsOf(service).get('join')).toEqual(reached);
    const listenPort = addressOf(service, 'listen').port;
    expect(addressOf(service, 'advertise')).toEqual({ host: name, port: listenPort });
    expect(Object.keys(service.depends_on ?? {})).toEqual(reached.map(({ host }) => host));
  });

  it('gives each shard node an id and a zone of its own', () => {
    for (const option of ['node-id', 'zone']) {
      const values = shards.map(([, service]) => optionsOf(service).get(option));
      expect(new Set(values).size).toBe(shards.length);
    }
  });

  it.each(services)(
    '%s is built from the Dockerfile, with arguments that it takes',
    (_, service) => {
      expect(service.build.context).toBe('.');
      const taken = instructions
        .filter(({ name }) => name === 'ARG')
        .map(({ args }) => args.split('=')[0]);
      expect(taken).toEqual(expect.arrayContaining(Object.keys(service.build.args)));
    },
  );
});

describe('docker-compose.etcd.yml', () => {
  const { compose, coordinators } = readCompose('docker-compose.etcd.yml');
  const members = Object.entries(compose.services).filter(([, one]) => one.command[0] === 'etcd');
  const flagOf = ({ command }: Service, name: string) =>
    command.find((one) => one.startsWith(`--${name}=`))?.slice(name.length + 3);

  it('starts three members of one etcd, each with a volume of its own', () => {
    expect(members).toHaveLength(3);
    const cluster = members.map(([name]) => `${name}=http://${name}:2380`).join(',');
    for (const [name, service] of members) {
      expect(flagOf(service, 'name')).toBe(name);
      expect(flagOf(service, 'initial-cluster')).toBe(cluster);
      expect(flagOf(service, 'advertise-client-urls')).toBe(`http://${name}:2379`);
      expect(service.volumes).toEqual([`${name}:${flagOf(service, 'data-dir')}`]);
      expect(Object.keys(compose.volumes)).toContain(name);
    }
  });

  it('has every coordinator know all of them', () => {
    const endpoints = members.map(([name]) => `${name}:2379`);
    for (const [, service] of coordinators) {
      expect(optionsOf(service).get('etcd')).toEqual(endpoints);
      expect(Object.keys(service.depends_on ?? {})).toEqual(members.map(([name]) => name));
    }
  });
});

describe('Dockerfile', () => {
  const copies = instructions.filter(({ name }) => name === 'COPY');
  const ignored = read('.dockerignore').split('\n');

  it('copies only what exists and what .dockerignore lets through', () => {
    const sources = copies
      .filter(({ args }) => !args.startsWith('--from='))
      .flatMap(({ args }) => args.split(' ').slice(0, -1));
    expect(sources.length).toBeGreaterThan(5);
    for (const source of sources) {
      expect(existsSync(`${root}${source}`), `${source} exists`).toBe(true);
      expect(ignored).toContain(`!${source}`);
    }
  });

  it('calls scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const commands = instructions.filter(({ name }) => name === 'RUN').map(({ args }) => args);
    const called = commands.flatMap((args) =>
      [...args.matchAll(/npm run ([a-z:]+)/g)].map((m) => m[1]),
    );
    expect(called).toEqual(['build:native', 'build']);
    for (const name of called) expect(scripts).toHaveProperty([name as string]);
    expect(commands.join(' ')).toContain('node scripts/setup.mjs --no-build');
    expect(existsSync(`${root}scripts/setup.mjs`)).toBe(true);
  });

  it('builds before it copies into the last stage, all that the program needs', () => {
    const stages = instructions.filter(({ name }) => name === 'FROM').map(({ args }) => args);
    expect(stages).toEqual(['node:24-bookworm AS build', 'node:24-bookworm-slim']);
    const copied = copies.filter(({ stage }) => stage === 1).map(({ args }) => args);
    for (const path of ['package.json', 'node_modules', 'dist/src', 'dist/shards', 'dist/proto']) {
      expect(copied.some((args) => args.startsWith(`--from=build /app/${path} `))).toBe(true);
    }
  });

  it('runs the command line of package.json, as a user without rights', () => {
    const { bin } = JSON.parse(read('package.json')) as { bin: { annulus: string } };
    expect(JSON.parse(last('ENTRYPOINT'))).toEqual(['node', `/app/${bin.annulus}`]);
    expect(last('USER')).toBe('node');
  });

  it('keeps data in a volume, and serves health where it is asked for it', () => {
    const env = Object.fromEntries(
      instructions
        .filter(({ name }) => name === 'ENV')
        .flatMap(({ args }) => args.split(' ').map((pair) => pair.split('='))),
    );
    expect(last('VOLUME')).toBe(env.ANNULUS_DATA);
    for (const specs of Object.values(specsOf)) {
      const values = specs
        .filter(({ name }) => name === 'http' || name === 'data')
        .map((spec) => resolveOption(spec, { flags: {}, env }).source);
      expect(values).toEqual(['environment', 'environment']);
    }
    const url = new URL(/http:[^']+/.exec(last('HEALTHCHECK'))?.[0] ?? '');
    expect(`0.0.0.0:${url.port}`).toBe(env.ANNULUS_HTTP);
    expect(['/healthz', '/readyz']).toContain(url.pathname);
  });
});
