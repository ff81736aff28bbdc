import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { openDatabase } from '../../src/database/open-database.js';
import { onPostgres } from '../support/database.js';
import { silentProxy } from '../support/silent-proxy.js';

onPostgres('connections that fall silent', (fresh) => {
  it('end, and with them what waits for them; the next queries are answered', async () => {
    const proxy = await silentProxy((await fresh()).url);
    const database = await openDatabase({ url: proxy.url, folder: '', silentAfterMs: 1_000 });
    try {
      const asked = (): Promise<unknown> =>
        sql`select 1`.execute(database).then(
          () => 'answered',
          (error: unknown) => (error as Error).name,
        );
      expect(await Promise.all([asked(), asked()])).toEqual(['answered', 'answered']);
      proxy.fallSilent();
      const started = performance.now();
      const lost = await Promise.all([asked(), asked()]);
      expect(performance.now() - started).toBeLessThan(20_000);
      expect(lost).toEqual(['DatabaseUnavailable', 'DatabaseUnavailable']);
      expect(await asked()).toBe('answered');

      proxy.fallSilent(true);
      const again = performance.now();
      expect(await asked()).toBe('DatabaseUnavailable');
      expect(performance.now() - again).toBeLessThan(25_000);
    } finally {
      await database.close();
      proxy.close();
    }
  }, 90_000);

  it('are not those that work for long', async () => {
    const proxy = await silentProxy((await fresh()).url);
    const database = await openDatabase({ url: proxy.url, folder: '', silentAfterMs: 1_000 });
    try {
      const { rows } = await sql`select 1 as one, pg_sleep(4)`.execute(database);
      expect(rows).toMatchObject([{ one: 1 }]);
    } finally {
      await database.close();
      proxy.close();
    }
  }, 60_000);
});
