import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundleUserProjections } from '../../src/event-store/eventstoredb/user-projections/bundle.js';
import { type Double, startDouble } from '../support/eventstoredb-double/double.js';
import { arledger, builtCli } from './built-cli.js';

/** Where the command line looks for the scripts that `npm run build` makes. */
const scripts = join(builtCli(), '../../user-projections');
const NOBODY_THERE = 'esdb://127.0.0.1:1?tls=false';

/** Runs `arledger projections …` on an EventStoreDB. */
function projections(url: string, ...args: string[]) {
  return arledger(['projections', ...args], { env: { EVENTSTORE_URL: url } });
}

describe('arledger projections', () => {
  let double: Double;

  beforeAll(async () => {
    if (!existsSync(scripts)) await bundleUserProjections(scripts);
    // It speaks for a server that was started without projections.
    double = await startDouble({ users: { admin: 'changeit' } });
  });
  afterAll(() => double.stop());

  const asUser = (user: string): string => double.url.replace('esdb://', `esdb://${user}@`);

  it.each([
    ['list', []],
    ['remove', ['balances']],
  ])('%s says how to start a server that runs no projections', async (command, names) => {
    expect(await projections(asUser('admin:changeit'), command, ...names)).toEqual({
      ...{ code: 1, signal: null },
      stdout: '',
      stderr:
        'arledger: user_projections_off: EventStoreDB does not run user projections: start the server with --run-projections=All\n',
    });
  });

  it('says that a user may not, and no password', async () => {
    const { code, stdout, stderr } = await projections(asUser('admin:guessed'), 'install');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^arledger: user_projections_denied: .*\n$/);
    expect(stderr).not.toContain('guessed');
  });

  it('says that there is no server', async () => {
    const { code, stdout, stderr } = await projections(NOBODY_THERE, 'list');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^arledger: store_unavailable: .*\n$/);
  });

  it.each([['install'], ['remove']])('%s names the folds that there are', async (command) => {
    expect(await projections(NOBODY_THERE, command, 'balances', 'journal')).toEqual({
      ...{ code: 2, signal: null },
      stdout: '',
      stderr:
        'arledger: unknown_projection: there is no user projection "journal"; there are balances, denials, open-items\n',
    });
  });
});
