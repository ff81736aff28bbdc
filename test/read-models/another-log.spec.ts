import { cpSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { arledger } from '../command-line/built-cli.js';
import { temporaryFolder } from '../command-line/temporary-folder.js';
import { type TestService, startTestService } from '../support/service.js';

const CODE = 'read_models_of_another_log';
const folder = temporaryFolder();
const data = join(folder, 'data');
const file = (name: string) => join(data, name);
const clock = { now: () => new Date() };
const start = () => startTestService({ folder: data, readModels: true, clock });

async function post(service: TestService, accountId: string, amounts: string[]): Promise<string> {
  let position = '';
  const send = async (path: string, body: object) => {
    const answer = await service.post(path, body);
    expect(answer.status).toBe(201);
    position = answer.body.position;
  };
  await send('/v1/accounts', { accountId, openedOn: '2026-01-01' });
  for (const [i, amount] of amounts.entries()) {
    await send(`/v1/accounts/${accountId}/charges`, {
      chargeId: `C${i}`,
      serviceDate: '2026-01-02',
      amount,
      code: { system: 'CPT', value: '99213' },
      responsible: { party: 'patient' },
    });
  }
  return position;
}

function removeLog(): void {
  for (const name of ['events.db', 'events.db-wal', 'events.db-shm']) rmSync(file(name), { force: true });
}

/** The log that the service finds is another one, of one account that owes 7.00, than its read models were made of. */
async function replaceLog(): Promise<string> {
  const aside = join(folder, 'aside');
  renameSync(file('read-models'), aside);
  removeLog();
  const other = await start();
  const position = await post(other, 'B', ['1.00', '2.00', '4.00']);
  await other.close();
  rmSync(file('read-models'), { recursive: true });
  renameSync(aside, file('read-models'));
  return position;
}

describe('a service, and commands, whose events.db was replaced', () => {
  it('answer nothing of the old money, say so everywhere, and are well after a rebuild', async () => {
    const first = await start();
    const waitFor = await post(first, 'A', ['10.00']);
    expect(await first.get(`/v1/aging?waitFor=${waitFor}`)).toMatchObject({
      status: 200,
      body: { totals: [expect.objectContaining({ total: '10.00' })] },
    });
    await first.close();
    cpSync(file('events.db'), join(folder, 'events.db.backup'));

    const position = await replaceLog();
    const service = await start();
    const refused = { status: 503, body: expect.objectContaining({ code: CODE }) };
    for (const path of [
      '/v1/aging',
      `/v1/aging?waitFor=${waitFor}`,
      `/v1/aging?waitFor=${position}`,
      '/v1/trial-balance',
      '/v1/accounts',
      '/v1/accounts/A',
    ]) {
      expect(await service.get(path)).toMatchObject(refused);
    }
    expect(await service.get('/health/ready')).toMatchObject({
      status: 503,
      body: { status: 'not_ready', checks: { projections: { ok: false, reason: CODE } } },
    });
    await service.close();

    for (const command of ['aging', 'trial-balance', 'accounts']) {
      const { code, stdout, stderr } = await arledger([command, '--data', data]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(new RegExp(`${CODE}: .*arledger rebuild`));
    }
    const verified = await arledger(['verify', '--json', '--data', data]);
    expect(verified.code).toBe(1);
    expect(JSON.parse(verified.stdout).findings).toEqual([expect.objectContaining({ check: 'another_log' })]);

    const rebuilt = await arledger(['rebuild', '--json', '--data', data]);
    expect({ code: rebuilt.code, stderr: rebuilt.stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(rebuilt.stdout)[0]).toMatchObject({ events: 4, differences: [] });
    const aging = await arledger(['aging', '--json', '--data', data]);
    expect(JSON.parse(aging.stdout)).toMatchObject({ totals: [expect.objectContaining({ total: '7.00' })] });
    expect((await arledger(['verify', '--data', data])).code).toBe(0);

    // Put back to the log of the start, which is shorter than the one that the read models now hold.
    removeLog();
    cpSync(join(folder, 'events.db.backup'), file('events.db'));
    expect((await arledger(['aging', '--data', data])).stderr).toContain(CODE);
    // And to none at all.
    removeLog();
    expect((await arledger(['accounts', '--data', data])).stderr).toContain(CODE);
    expect((await arledger(['rebuild', '--data', data])).code).toBe(0);
    expect((await arledger(['accounts', '--data', data])).code).toBe(0);
  }, 120_000);
});
