import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { claimOf, fileOf } from '../remittances/posting/import-on-a-log.js';
import { type Served, serve } from '../support/served.js';
import { arledger } from './built-cli.js';
import { temporaryFolder } from './temporary-folder.js';

/* A service that is killed while it posts a file, and the next one, which goes on with it though nobody asks. */

const CLAIMS = 1000;
/** So much of some MB is in the log when the service is killed. */
const WRITTEN_BYTES = 60_000;
const PATIENCE_MS = 90_000;

const file = fileOf({
  paid: String(CLAIMS * 120 - 5),
  trace: 'KILLED',
  claims: Array.from({ length: CLAIMS }, (_, i) => claimOf(`K${i}`)).flat(),
  plb: ['PLB*1234567893*20261231*WO:K7*5'],
});
const data = join(temporaryFolder(), 'data');

it(
  'what a killed service was in the middle of, the next one goes on with to its end',
  async () => {
    const killed = await serve(data);
    const sent = send(killed);
    sent.catch(() => undefined);
    await until(() => written() > WRITTEN_BYTES);
    killed.child.kill('SIGKILL');
    expect(await killed.ended).toMatchObject({ code: null });
    // It was in the middle: the answer had not come.
    await expect(sent).rejects.toThrow();
    const served = await serve(data);
    try {
      const path = `${served.url}/v1/remittances?traceNumber=KILLED`;
      const standing = async () => {
        const answer = await fetch(path);
        const { items = [] } = (await answer.json()) as { items?: { status: string }[] };
        return items[0];
      };
      await until(async () => (await standing())?.status === 'completed');
      expect(await standing()).toMatchObject({
        claims: { total: CLAIMS, posted: CLAIMS, suspended: 0 },
        money: { posted: `${CLAIMS * 120}.00`, inClearing: '0.00', toControlAccounts: '5.00' },
      });
    } finally {
      served.child.kill('SIGTERM');
    }
    expect(await served.ended).toEqual(expect.objectContaining({ code: 0 }));
    const { code, stdout } = await arledger(['verify', '--json', '--data', data]);
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, ok: true, findings: [] });
  },
  2 * PATIENCE_MS,
);

/** Fails when the service is killed before it answers. */
function send({ url }: Served): Promise<Response> {
  return fetch(`${url}/v1/remittances?createAccounts=true`, {
    method: 'POST',
    headers: { 'content-type': 'application/edi-x12' },
    body: new Uint8Array(file),
  });
}

function written(): number {
  return statSync(join(data, 'events.db-wal'), { throwIfNoEntry: false })?.size ?? 0;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it did not come to that');
    await delay(5);
  }
}
