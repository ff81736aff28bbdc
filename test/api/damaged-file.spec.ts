import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { claimOf, fileOf } from '../remittances/posting/import-on-a-log.js';
import { startTestService } from '../support/service.js';
import { RemittanceDoor, refusal } from './remittance-door.js';

/* A received file that somebody or something changed on the disk. */

let door: RemittanceDoor;

beforeAll(async () => {
  door = new RemittanceDoor(await startTestService({ readModels: true }));
});
afterAll(() => door.service.remove());

test('is told as such, and is mended by sending it again', async () => {
  const file = fileOf({ paid: '120', claims: claimOf('A') });
  const { body } = await door.load(file);
  const { document, remittances } = body as {
    document: { sha256: string };
    remittances: { remittanceId: string }[];
  };
  const path = join(door.service.config.dataFolder, 'documents', document.sha256);
  writeFileSync(path, readFileSync(path).subarray(0, 150));
  const text = `/v1/remittances/${remittances[0]!.remittanceId}/claims/1/text`;
  expect(await door.get(text)).toMatchObject(refusal(500, 'document_unreadable'));
  expect(await door.load(file)).toMatchObject({ status: 200 });
  expect(await door.get(text)).toMatchObject({ status: 200 });
});
