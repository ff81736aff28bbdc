import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLogger } from '../../src/logging.js';
import {
  claimOf,
  fileOf,
  fileOfSeveral,
  reversalOf,
  unbalancedClaimOf,
} from '../remittances/posting/import-on-a-log.js';
import { type Answer, NOW, startTestService } from '../support/service.js';
import { PAYER, PROVIDER, RemittanceDoor, X12, fields, refusal } from './remittance-door.js';

/* Files of payers' remittances, as they are sent. Each test has claims and traces of its own. */

let door: RemittanceDoor;
const logged: string[] = [];

beforeAll(async () => {
  const log = createLogger('trace', { write: (line) => void logged.push(line) });
  door = new RemittanceDoor(await startTestService({ readModels: true, log }));
});
afterAll(() => door.service.remove());

describe('a file of remittances', () => {
  test('is posted, once, whatever it is called and whichever type it comes as', async () => {
    const file = fileOf({ paid: '240', trace: 'ONCE', claims: [...claimOf('ONCE-1'), ...claimOf('ONCE-2')] });
    const first = await door.load(file);
    expect(first).toMatchObject({
      status: 201,
      body: {
        document: { bytes: file.length },
        remittances: [
          {
            outcome: 'posted',
            receivedBefore: false,
            payer: { id: PAYER, name: 'ACME HEALTH PLAN' },
            trace: { number: 'ONCE', payerId: PAYER },
            amount: '240.00',
            claims: { total: 2, posted: 2, suspended: 0 },
            paid: { posted: '240.00', inClearing: '0.00' },
            needs: [],
          },
        ],
        position: (await door.store.head())!,
      },
    });
    const before = await door.events();
    for (const type of ['text/plain', 'text/plain; charset=iso-8859-1', 'Application/EDI-X12;charset="x"']) {
      const again = await door.send(file, {}, { 'content-type': type });
      expect(again).toMatchObject({
        status: 200,
        body: { remittances: [{ outcome: 'duplicate', receivedBefore: true, claims: { posted: 2 } }] },
      });
    }
    expect(await door.events()).toEqual(before);
  });

  test('is posted on the accounts that are there', async () => {
    await door.accountWith('THERE', 'THERE-1');
    const { status, body } = await door.send(
      fileOf({ paid: '120', trace: 'THERE', claims: claimOf('THERE-1') }),
    );
    expect(status).toBe(201);
    expect((await door.get('/v1/accounts/THERE', body.position as string)).body).toMatchObject({
      balance: '30.00',
      unapplied: '0.00',
      totals: { charges: '200.00', payments: '120.00', adjustments: '50.00' },
      shares: [
        { party: 'patient', balance: '30.00' },
        { party: 'payer', payerId: PAYER, balance: '0.00' },
      ],
    });
  });

  test('as a dry run leaves nothing behind, and says what the real one then says', async () => {
    const file = fileOfSeveral(
      {
        paid: '235',
        trace: 'DRY',
        claims: [...claimOf('DRY-1'), ...claimOf('DRY-2')],
        plb: [`PLB*${PROVIDER}*20261231*WO:X*5`],
      },
      { paid: '-120', trace: 'DRY2', claims: reversalOf('DRY-1') },
    );
    const before = [await door.events(), door.documents()];
    const dry = await door.send(file, { createAccounts: 'true', dryRun: 'true' });
    expect(dry).toMatchObject({
      status: 200,
      body: { remittances: [{ claims: { posted: 2 } }, { claims: { posted: 1 } }] },
    });
    expect([await door.events(), door.documents()]).toEqual(before);
    const real = await door.load(file);
    expect(real.status).toBe(201);
    expect(dry.body.remittances).toEqual(real.body.remittances);
  });

  test('that does not balance is held, with the difference; repeating it records nothing', async () => {
    const file = fileOf({ paid: '121.50', trace: 'HELD', claims: claimOf('HELD-1') });
    const held = {
      outcome: 'held',
      findings: [{ code: 'transaction_does_not_balance', facts: { difference: '1.50' } }],
    };
    expect(await door.load(file)).toMatchObject({
      status: 201,
      body: { remittances: [{ ...held, receivedBefore: false }] },
    });
    const before = await door.events();
    expect(await door.load(file)).toMatchObject({
      status: 200,
      body: { remittances: [{ ...held, receivedBefore: true }] },
    });
    expect(await door.events()).toEqual(before);
  });

  test('sent twice at once is posted once', async () => {
    const claims = Array.from({ length: 20 }, (_, i) => claimOf(`TWICE-${i}`)).flat();
    const file = fileOf({ paid: '2400', trace: 'TWICE', claims });
    const answers = await Promise.all([door.load(file), door.load(file), door.load(file)]);
    for (const { status, body } of answers) {
      expect([200, 201]).toContain(status);
      expect(body.remittances).toMatchObject([{ claims: { posted: 20 }, paid: { posted: '2400.00' } }]);
    }
    const position = answers.at(-1)!.body.position as string;
    const list = await door.get('/v1/remittances?traceNumber=TWICE', undefined);
    expect((await door.get('/v1/accounts/TWICE-7', position)).body).toMatchObject({ balance: '30.00' });
    expect(list.body.items).toHaveLength(1);
  });

  test('carries who sent it, and as part of what, into every event', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const before = (await door.events()).length;
    const file = fileOf({
      paid: '115',
      trace: 'ACTOR',
      claims: claimOf('ACTOR-1'),
      plb: [`PLB*${PROVIDER}*20261231*FB:X*5`],
    });
    const { status } = await door.send(
      file,
      { createAccounts: 'true' },
      { 'x-actor': 'lockbox', traceparent: `00-${trace}-b7ad6b7169203331-01` },
    );
    expect(status).toBe(201);
    const recorded = (await door.events()).slice(before);
    expect(recorded.length).toBeGreaterThan(8);
    expect(new Set(recorded.map(({ stream }) => stream.split('-')[0]))).toEqual(
      new Set(['account', 'control', 'remittance']),
    );
    for (const { metadata } of recorded) {
      expect(metadata).toMatchObject({ recordedAt: NOW, actor: 'lockbox', $correlationId: trace });
    }
  });
});

describe('what is no remittance', () => {
  const right = fileOf({ paid: '120', trace: 'NONE', claims: claimOf('NONE-1') });

  test.each<[string, Buffer | string, Record<string, string>, number, string]>([
    ['words', 'Dear payer, thank you.', X12, 422, 'no_remittance_in_file'],
    ['bytes of any kind', Buffer.from([0, 255, 73, 83, 65, 128]), X12, 422, 'no_remittance_in_file'],
    [
      'a claim to a payer (837)',
      right.toString().replaceAll('*835*', '*837*'),
      X12,
      422,
      'no_remittance_in_file',
    ],
    ['nothing', '', X12, 422, 'no_remittance_in_file'],
    ['JSON', '{}', { 'content-type': 'application/json' }, 415, 'unsupported_media_type'],
    ['commands', right, { 'content-type': 'application/x-ndjson' }, 415, 'unsupported_media_type'],
    ['a form', right, { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported_media_type'],
    ['no type', right, {}, 415, 'unsupported_media_type'],
    ['packed', gzipSync(right), { ...X12, 'content-encoding': 'gzip' }, 415, 'unsupported_media_type'],
    ['conditional', right, { ...X12, 'if-match': '"3"' }, 400, 'validation_failed'],
  ])('%s: refused, and nothing is kept', async (_, body, headers, status, code) => {
    const before = [await door.events(), door.documents()];
    const answer = await door.service.send({ method: 'POST', path: '/v1/remittances', body, headers });
    expect(answer).toMatchObject(refusal(status, code));
    expect([await door.events(), door.documents()]).toEqual(before);
  });

  test('what was found instead is said', async () => {
    const { body } = await door.send('Dear payer, thank you.');
    expect(body.findings).toMatchObject([{ code: 'text_outside_envelope' }, { code: 'no_envelope' }]);
  });

  test('parameters that are not known are named, each', async () => {
    const answer = await door.send(right, { createAccounts: 'yes', dryrun: 'true' });
    expect(answer).toMatchObject(refusal(400, 'validation_failed'));
    expect(fields(answer)).toEqual(['createAccounts', 'dryrun']);
  });

  test('other doors take no files: not the one for commands either', async () => {
    for (const path of ['/v1/commands', '/v1/accounts', '/v1/deposits']) {
      const answer = await door.service.send({ method: 'POST', path, body: right, headers: X12 });
      expect(answer).toMatchObject(refusal(415, 'unsupported_media_type'));
    }
  });
});

test('no name of the file goes anywhere but into the store of files', async () => {
  const names = /QUIMBY|ZELDA|MEMBERQ7|FUDDLE/;
  const personal = (segments: string[]): string[] =>
    segments.flatMap((segment) =>
      segment.startsWith('NM1*QC')
        ? [
            'NM1*QC*1*QUIMBY*ZELDA****MI*MEMBERQ7',
            'NM1*IL*1*QUIMBY*FUDDLE****MI*MEMBERQ7',
            'NM1*74*1*QUIMBY*ZELDA****C*MEMBERQ7',
            'NM1*82*1*FUDDLE*ZELDA****XX*1999999984',
            'NM1*GB*1*QUIMBY*FUDDLE****MI*MEMBERQ7',
            'REF*1W*MEMBERQ7',
            'PER*CX*FUDDLE QUIMBY*TE*8005550100',
          ]
        : [segment],
    );
  const since = logged.length;
  const answers: Answer[] = [];
  const files = [
    fileOf({ paid: '120', trace: 'NAMES1', claims: personal(claimOf('NAMES-1')) }),
    fileOf({ paid: '130', trace: 'NAMES2', claims: personal(unbalancedClaimOf('NAMES-2')) }),
    fileOf({ paid: '999', trace: 'NAMES3', claims: personal(claimOf('NAMES-3')) }),
    fileOf({
      paid: '120',
      trace: 'NAMES4',
      claims: [...personal(claimOf('NAMES-4')), 'DTM*QUIMBY*ZELDA', 'QUIMBY*ZELDA'],
    }),
    'QUIMBY*ZELDA~',
    fileOf({ paid: '120', trace: 'NAMES5', claims: [...claimOf('NAMES-5'), 'NTE*ADD*QUIMBY ZELDA'] }),
    `ISA QUIMBY ZELDA`,
  ];
  for (const file of files) {
    answers.push(await door.send(file), await door.send(file, { createAccounts: 'true', dryRun: 'true' }));
    answers.push(await door.send(file, { createAccounts: 'true' }));
  }
  expect(answers.map(({ status }) => status)).not.toContain(500);
  const head = (await door.store.head())!;
  for (const { remittanceId } of answers.flatMap(({ body }) => body.remittances ?? [])) {
    for (const path of ['', '/claims', '/claims/1']) {
      answers.push(await door.get(`/v1/remittances/${remittanceId}${path}`, head));
    }
  }
  answers.push(await door.get('/v1/work-items'), await door.get('/v1/accounts/NAMES-1/history'));
  for (const { body } of answers) expect(JSON.stringify(body)).not.toMatch(names);
  const recorded = await door.events();
  expect(recorded.filter(({ data }) => JSON.stringify(data).includes('NAMES')).length).toBeGreaterThan(10);
  for (const event of recorded) expect(JSON.stringify(event)).not.toMatch(names);
  expect(logged.length).toBeGreaterThan(since);
  for (const line of logged) expect(line).not.toMatch(names);
});

test('the doors are described', async () => {
  const { paths } = (await door.service.get('/openapi.json')).body as { paths: Record<string, object> };
  for (const [path, methods] of [
    ['/v1/remittances', ['get', 'post']],
    ['/v1/remittances/{remittanceId}', ['get']],
    ['/v1/remittances/{remittanceId}/claims', ['get']],
    ['/v1/remittances/{remittanceId}/claims/{claim}', ['get']],
    ['/v1/remittances/{remittanceId}/claims/{claim}/resolution', ['post']],
    ['/v1/remittances/{remittanceId}/claims/{claim}/text', ['get']],
    ['/v1/remittances/{remittanceId}/text', ['delete']],
    ['/v1/deposits', ['post']],
    ['/v1/control-accounts', ['get']],
    ['/v1/control-accounts/{controlAccountId}', ['get']],
    ['/v1/work-items', ['get']],
  ] as const) {
    expect(Object.keys(paths[path] ?? {}).sort()).toEqual(methods);
  }
});

test('the file that OpenAPI shows posts as it stands, as each type that is named', async () => {
  const { paths } = (await door.service.get('/openapi.json')).body;
  const { content } = paths['/v1/remittances'].post.requestBody;
  expect(Object.keys(content as object)).toEqual(['application/edi-x12', 'text/plain']);
  const answers: Answer[] = [];
  for (const [type, { schema }] of Object.entries<{ schema: { example: string } }>(content)) {
    answers.push(await door.send(schema.example, { createAccounts: 'true' }, { 'content-type': type }));
  }
  const told = {
    amount: '95.00',
    claims: { total: 1, posted: 1, waiting: 0, movesNothing: 0, suspended: 0 },
    paid: { posted: '100.00', inClearing: '0.00' },
    providerAdjustments: { count: 1, amount: '5.00' },
    needs: [],
    findings: [],
  };
  expect(answers).toMatchObject([
    { status: 201, body: { findings: [], remittances: [{ outcome: 'posted', ...told }] } },
    { status: 200, body: { findings: [], remittances: [{ outcome: 'duplicate', ...told }] } },
  ]);
});
