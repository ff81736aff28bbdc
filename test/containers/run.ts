import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { GenericContainer, Wait, getContainerRuntimeClient } from 'testcontainers';
import { parse } from 'yaml';

/*
 * npm run test:containers: the specs that can use real servers, on EventStoreDB and PostgreSQL in containers, of the
 * images that docker/compose.yaml names. Ends as the specs end; where no engine answers it says so and ends with 0.
 */

const SPECS = [
  'test/event-store/eventstoredb.spec.ts',
  'test/event-store/user-projections/server.spec.ts',
  'test/containers/service.spec.ts',
];
const PASSWORD = 'only-for-tests';

if (await engineAnswers()) {
  process.exitCode = await onServers();
} else {
  console.log('test:containers: no Docker engine answers, skipped');
}

async function engineAnswers(): Promise<boolean> {
  try {
    await getContainerRuntimeClient();
    return true;
  } catch {
    // It says no more than that none of its ways to an engine led to one.
    return false;
  }
}

/** Starts both servers, runs the specs on them, and stops them; gives the exit code of the specs. */
async function onServers(): Promise<number> {
  const [eventStore, postgres] = await Promise.all([
    new GenericContainer(imageOf('eventstore'))
      .withEnvironment({
        EVENTSTORE_INSECURE: 'true',
        EVENTSTORE_CLUSTER_SIZE: '1',
        EVENTSTORE_DISCOVER_VIA_DNS: 'false',
        EVENTSTORE_RUN_PROJECTIONS: 'All',
        EVENTSTORE_PROJECTION_COMPILATION_TIMEOUT: '5000',
        EVENTSTORE_MEM_DB: 'true',
        EVENTSTORE_TELEMETRY_OPTOUT: 'true',
      })
      .withExposedPorts(2113)
      .withWaitStrategy(Wait.forHttp('/health/live', 2113).forStatusCode(204))
      .withStartupTimeout(180_000)
      .start(),
    new GenericContainer(imageOf('postgres'))
      .withEnvironment({ POSTGRES_PASSWORD: PASSWORD })
      .withExposedPorts(5432)
      // By TCP: while it sets a new data folder up, the server answers on its socket alone.
      .withWaitStrategy(Wait.forSuccessfulCommand('pg_isready --host=127.0.0.1 --username=postgres'))
      .withStartupTimeout(180_000)
      .start(),
  ]);
  try {
    return await runSpecs({
      EVENTSTORE_URL: `esdb://${eventStore.getHost()}:${eventStore.getMappedPort(2113)}?tls=false`,
      DATABASE_URL_TEST: `postgres://postgres:${PASSWORD}@${postgres.getHost()}:${postgres.getMappedPort(5432)}/postgres`,
    });
  } finally {
    await Promise.all([eventStore.stop(), postgres.stop()]);
  }
}

async function runSpecs(servers: Record<string, string>): Promise<number> {
  // One after the other: the contract's deadlines are for a server that does not run everybody's projections meanwhile.
  const jest = spawn('npm', ['test', '--', '--runInBand', '--runTestsByPath', ...SPECS], {
    stdio: 'inherit',
    env: { ...process.env, ...servers },
  });
  const [code] = (await once(jest, 'close')) as [number | null];
  return code ?? 1;
}

function imageOf(service: string): string {
  const compose = parse(readFileSync('docker/compose.yaml', 'utf8')) as {
    services: Record<string, { image: string }>;
  };
  return compose.services[service]!.image;
}
