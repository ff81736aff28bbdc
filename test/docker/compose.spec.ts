import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';

/* No Docker engine is needed: what is written down is held against what is promised, and read by compose itself. */

interface Service {
  image: string;
  build?: object;
  environment?: Record<string, string>;
  ports?: string[];
  user?: string;
  restart?: string;
  read_only?: boolean;
  tmpfs?: string[];
  cap_drop?: string[];
  security_opt?: string[];
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
}

const read = (path: string): string => readFileSync(path, 'utf8');
const servicesOf = (file: string): [string, Service][] =>
  Object.entries((parse(read(file), { merge: true }) as { services: Record<string, Service> }).services);

const DEVELOPMENT = 'docker/compose.yaml';
const PRODUCTION = 'docker/compose.production.yaml';
const FILES = [DEVELOPMENT, PRODUCTION];
const dockerfile = read('docker/Dockerfile');
const isOurs = ([, service]: [string, Service]): boolean => service.build !== undefined;
/** What has to end before others start. */
const endsByItself = (all: [string, Service][], name: string): boolean =>
  all.some(([, { depends_on }]) => depends_on?.[name]?.condition === 'service_completed_successfully');

describe.each(FILES)('%s', (file) => {
  const services = servicesOf(file);
  const ours = services.filter(isOurs);

  test('pins the image of every service that is not built here', () => {
    const images = services.filter((one) => !isOurs(one)).map(([, { image }]) => image);
    expect(images.length).toBeGreaterThan(0);
    for (const image of images)
      expect(image).toMatch(/^[\w/.-]+:\d+\.\d+(\.\d+)?(-[\w.-]+)?(@sha256:\w{64})?$/);
  });

  test('gives our processes nothing to write but /tmp, and no rights', () => {
    expect(ours.length).toBeGreaterThan(0);
    for (const [name, service] of ours) {
      expect({ name, ...service }).toMatchObject({
        name,
        read_only: true,
        tmpfs: ['/tmp'],
        cap_drop: ['ALL'],
      });
      expect({ name, user: service.user }).toEqual({ name, user: undefined });
    }
  });

  test('lets no process gain rights', () => {
    for (const [name, { security_opt }] of services) {
      expect({ name, security_opt }).toEqual({ name, security_opt: ['no-new-privileges:true'] });
    }
  });

  test('watches the health of everything that stays', () => {
    const staying = services.filter(([name]) => !endsByItself(services, name));
    expect(staying.length).toBeGreaterThanOrEqual(3);
    for (const [name, { build, healthcheck }] of staying) {
      // Ours have the health check of their image.
      expect({ name, watched: build !== undefined || healthcheck !== undefined }).toEqual({
        name,
        watched: true,
      });
    }
  });

  test('publishes ports on this machine alone', () => {
    const ports = services.flatMap((one) => one[1].ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test('sets no variable for the service that it does not read', () => {
    const readByConfig = new Set(
      [...read('src/config.ts').matchAll(/text\('([A-Z_]+)'\)/g)].map(([, name]) => name),
    );
    const serving = ours.filter(([name]) => !endsByItself(services, name));
    const set = serving.flatMap(([, { environment }]) => Object.keys(environment ?? {}));
    expect(set).toEqual(expect.arrayContaining(['EVENTSTORE_URL', 'DATABASE_URL']));
    expect(set.filter((name) => !readByConfig.has(name))).toEqual([]);
  });
});

describe(PRODUCTION, () => {
  const services = servicesOf(PRODUCTION);

  test('has no password of its own: each is asked for, and the start is refused without', () => {
    const secrets = services.flatMap(([service, { environment }]) =>
      Object.entries(environment ?? {}).flatMap(([name, value]) => {
        if (/PASSWORD/.test(name)) return [{ service, name, secret: value }];
        const inUrl = /^\w+:\/\/[^:/@]+:(.*)@/.exec(value)?.[1];
        return inUrl === undefined ? [] : [{ service, name, secret: inUrl }];
      }),
    );
    expect(secrets.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['EVENTSTORE_DEFAULT_ADMIN_PASSWORD', 'POSTGRES_PASSWORD', 'DATABASE_URL']),
    );
    expect(secrets.filter(({ secret }) => !/^\$\{[A-Z_]+:\?[^}]+\}$/.test(secret))).toEqual([]);
  });

  test('asks for nothing that the example of its settings does not name', () => {
    const asked = new Set([...read(PRODUCTION).matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name));
    const named = [...read('docker/production.env.example').matchAll(/^([A-Z_]+)=$/gm)].map(
      ([, name]) => name,
    );
    expect(named.sort()).toEqual([...asked].sort());
  });

  test('runs three nodes of a cluster that know each other, with TLS', () => {
    const nodes = services.filter(([, { image }]) => image.startsWith('eventstore/eventstore:'));
    const names = nodes.map(([name]) => name);
    expect(names).toHaveLength(3);
    for (const [name, { environment }] of nodes) {
      const others = names.filter((one) => one !== name);
      expect(environment).toMatchObject({
        EVENTSTORE_CLUSTER_SIZE: 3,
        EVENTSTORE_NODE_HOST_ADVERTISE_AS: name,
        EVENTSTORE_REPLICATION_HOST_ADVERTISE_AS: name,
        EVENTSTORE_GOSSIP_SEED: others.map((one) => `${one}:2113`).join(','),
        EVENTSTORE_CERTIFICATE_FILE: `/nodes/${name}/node.crt`,
        EVENTSTORE_CERTIFICATE_PRIVATE_KEY_FILE: `/nodes/${name}/node.key`,
      });
      expect(Object.keys(environment ?? {})).not.toContain('EVENTSTORE_INSECURE');
    }
  });
});

describe('docker/Dockerfile', () => {
  const [, final = ''] = dockerfile.split(/^FROM .*$/m).slice(1);

  test('uses the Node that the project is tested on, in every stage', () => {
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
    const bases = [...dockerfile.matchAll(/^FROM node:([\d.]+)-bookworm-slim\b/gm)].map(
      ([, version]) => version,
    );
    expect(bases).toEqual([dependencies['node'], dependencies['node']]);
  });

  test('ends as a user who is not root, with a health check', () => {
    expect([...final.matchAll(/^USER (.*)$/gm)].map(([, user]) => user)).toEqual(['1000:1000']);
    expect(final).toMatch(/^HEALTHCHECK .*\\\n\s+CMD \["node", "-e", /m);
    expect(final).toMatch(/^ENTRYPOINT \["arledger"\]\nCMD \["serve"\]$/m);
  });

  test.each([
    ['lives', 200, 0],
    ['answers otherwise', 503, 1],
    ['hears nothing', undefined, 1],
  ])('has a health check for a process that %s', async (_, answer, status) => {
    const [, line = ''] = /^\s+CMD (\["node", .*\])$/m.exec(final)!;
    const [, ...args] = JSON.parse(line) as string[];
    const asked: unknown[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(answer ?? 200).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    if (answer === undefined) server.close();
    const check = spawn(process.execPath, args, { env: { PORT: String(port) }, stdio: 'inherit' });
    expect(await once(check, 'close')).toEqual([status, null]);
    expect(asked).toEqual(answer === undefined ? [] : ['/health/live']);
    server.close();
  });

  test('copies only what .dockerignore lets through, and that is nothing else', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)].flatMap(([, from]) =>
      from!.split(' '),
    );
    const letThrough = read('.dockerignore')
      .split('\n')
      .flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []));
    expect([...new Set(copied)].sort()).toEqual(letThrough.sort());
  });
});

describe('docker compose', () => {
  const client = composeClient();
  /** What production asks for, and the words it asks with. */
  const asked = new Map(
    [...read(PRODUCTION).matchAll(/\$\{([A-Z_]+):\?([^}]+)\}/g)].map(([, name, words]) => [name!, words!]),
  );
  const filledIn = Object.fromEntries([...asked.keys()].map((name) => [name, 'x']));

  if (client === undefined) {
    test.skip('takes both files (no docker compose on this machine)', () => undefined);
    return;
  }

  test.each(FILES)('takes %s', (file) => {
    expect(client(file, filledIn)).toEqual({ status: 0, stderr: '' });
  });

  test.each([...asked])('refuses production without %s, and asks for %s', (missing, words) => {
    const { status, stderr } = client(PRODUCTION, { ...filledIn, [missing]: '' });
    expect({ status: status === 0, words: stderr.trim().endsWith(words) }).toEqual({
      status: false,
      words: true,
    });
  });
});

type ComposeClient = (
  file: string,
  variables: Record<string, string>,
) => { status: number | null; stderr: string };

/** `docker compose`, or Debian's `docker-compose`; undefined where there is neither. */
function composeClient(): ComposeClient | undefined {
  const commands = [['docker', 'compose'], ['docker-compose']];
  const command = commands.find(([name, ...args]) => spawnSync(name!, [...args, 'version']).status === 0);
  if (command === undefined) return undefined;
  const [name, ...args] = command;
  return (file, variables) => {
    // Version 1 knows no name of a project in the file.
    const input = name === 'docker-compose' ? read(file).replace(/^name: .*$/m, '') : read(file);
    const run = spawnSync(name!, [...args, '--project-directory', 'docker', '-f', '-', 'config', '--quiet'], {
      input,
      env: { PATH: process.env['PATH'], ...variables },
      encoding: 'utf8',
    });
    return { status: run.status, stderr: run.stderr };
  };
}
