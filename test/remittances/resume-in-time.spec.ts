import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { EventLogDamaged, StoreUnavailable } from '../../src/event-store/event-store.js';
import { StandsStill, type Unfinished } from '../../src/remittances/posting/stands-still.js';
import { resumeInTime } from '../../src/remittances/resume-in-time.js';
import { readableLog } from '../commands/accounts-on-a-log.js';
import { onALog } from '../commands/accounts-on-a-log.js';
import { ReadModelsOfLog } from '../support/read-models-of-log.js';
import { ImportingProcess, claimOf, dyingAt, fileOf, typesIn } from './posting/import-on-a-log.js';

const remittance = (remittanceId: string, progress: string) => ({
  remittanceId,
  documentSha256: 'd',
  progress,
});

describe('what stands still', () => {
  it('is what was there at the look before, and has not come further', () => {
    const still = new StandsStill();
    const decision = { remittanceId: 'R1', resolutionId: 'D1' };
    const first: Unfinished = {
      decisions: [decision],
      remittances: [remittance('R1', '5'), remittance('R2', '7')],
    };
    expect(still.of(first)).toEqual({ decisions: [], remittances: [] });
    const second = { decisions: [decision], remittances: [remittance('R1', '6'), remittance('R2', '7')] };
    expect(still.of(second)).toEqual({ decisions: [decision], remittances: [remittance('R2', '7')] });
    expect(still.of({ decisions: [], remittances: [remittance('R3', '0')] })).toEqual({
      decisions: [],
      remittances: [],
    });
    expect(still.of(second)).toEqual({ decisions: [], remittances: [] });
  });
});

describe('a service that runs', () => {
  it('goes on with what another process was cut off in, though that was after it started', async () => {
    await onALog(async (store) => {
      const service = new ImportingProcess(store);
      const { log, lines } = readableLog();
      const stopping = new AbortController();
      let looks = 0;
      const watched = {
        resume: async (...given: Parameters<typeof service.imports.resume>) => {
          const files = await service.imports.resume(...given);
          looks += 1;
          return files;
        },
      };
      const resumed = resumeInTime(watched, stopping.signal, log, 20);
      while (looks < 1) await delay(5);
      const file = fileOf({ paid: '240', claims: [...claimOf('A'), ...claimOf('B')] });
      const dying = new ImportingProcess(dyingAt(store, 2, true), service.documents);
      await expect(dying.import(file)).rejects.toThrow('killed');
      const until = performance.now() + 20_000;
      while (!(await typesIn(store, 'remittance-')).includes('RemittanceCompleted')) {
        if (performance.now() > until) throw new Error('nobody went on with it');
        await delay(20);
      }
      stopping.abort();
      await resumed;
      expect(lines).toContainEqual(
        expect.objectContaining({ msg: 'went on with remittances that were cut off', files: 1 }),
      );
    });
  });

  it('ends at the signal though it waits for projections that are behind', async () => {
    await onALog(async (store) => {
      const behind = Object.assign(new ReadModelsOfLog(store), {
        catchUp: (signal?: AbortSignal) => delay(600_000, undefined, { signal }),
      });
      const { imports } = new ImportingProcess(store, undefined, { directory: behind });
      const stopping = new AbortController();
      const resumed = resumeInTime(imports, stopping.signal, readableLog().log);
      await delay(20);
      stopping.abort();
      await resumed;
    });
  });

  it('tries again when it could not look, and ends at the signal', async () => {
    const { log, lines } = readableLog();
    const stopping = new AbortController();
    let times = 0;
    const failing = {
      resume: () => {
        times += 1;
        if (times === 3) stopping.abort();
        return Promise.reject(new Error('away'));
      },
    };
    await resumeInTime(failing, stopping.signal, log, 1);
    expect(times).toBe(3);
    expect(lines).toHaveLength(2);
  });

  it.each<[string, Error, boolean[]]>([
    ['whatever there is, while the store is away', new StoreUnavailable('away'), [false, false]],
    ['what stands still, when one remittance is damaged', new EventLogDamaged('torn'), [false, true]],
  ])('goes on the next time with %s', async (_, error, expected) => {
    const { log } = readableLog();
    const stopping = new AbortController();
    const isChoosy: boolean[] = [];
    const failing = {
      resume: ({ standsStill }: { standsStill?: unknown }) => {
        isChoosy.push(standsStill !== undefined);
        if (isChoosy.length === 2) stopping.abort();
        return Promise.reject(error);
      },
    };
    await resumeInTime(failing, stopping.signal, log, 1);
    expect(isChoosy).toEqual(expected);
  });
});
