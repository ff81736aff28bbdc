import { expect, it } from '@jest/globals';
import { contradictions } from '../../../src/command-line/log-invariants.js';
import { list } from '../../event-store/contract.js';
import { onALog } from '../../commands/accounts-on-a-log.js';
import { ImportingProcess, booksOf, eventCount, fileOf } from './import-on-a-log.js';

const LINE_1 = ['SVC*HC:99213*200*120**1', 'DTM*472*20260105', 'CAS*CO*45*50', 'CAS*PR*1*30'];
const LINE_2 = ['SVC*HC:99214*100*60**1', 'DTM*472*20260105', 'CAS*CO*45*40'];
const LINE_2_ANEW = ['SVC*HC:99214*100*75**1', 'DTM*472*20260105', 'CAS*CO*45*25'];

const ORIGINAL = file('TRACE1', '180', ['CLP*A*1*300*180*30*12*ICN-A*11*1', ...LINE_1, ...LINE_2]);
const OF_LINE = file('TRACE2', '-60', [
  'CLP*A*22*-100*-60*0*12*ICN-A-R*11*1',
  'REF*F8*ICN-A',
  ...negated(LINE_2),
]);
const ANEW = file('TRACE3', '75', ['CLP*A*1*100*75*0*12*ICN-A*11*1', ...LINE_2_ANEW]);
const OF_LINE_ANEW = file('TRACE4', '-75', ['CLP*A*22*-100*-75*0*12*ICN-A*11*1', ...negated(LINE_2_ANEW)]);

/** A month later than what it takes back, unless it is the original. */
function file(trace: string, paid: string, claims: string[]): Buffer {
  const text = fileOf({ paid, trace, claims }).toString('latin1');
  return Buffer.from(trace === 'TRACE1' ? text : text.replaceAll('20260115', '20260215'), 'latin1');
}

function negated(line: string[]): string[] {
  return line.map((segment) =>
    segment.replace(/^(SVC\*[^*]+\*|CAS\*..\*\d+\*)(\d+)(?:\*(\d+))?/, (_, start, a, b) =>
      b === undefined ? `${start}-${a}` : `${start}-${a}*-${b}`,
    ),
  );
}

it('takes a line back, found by REF*F8, and pays it anew', async () => {
  await onALog(async (store) => {
    const process = new ImportingProcess(store);
    for (const bytes of [ORIGINAL, OF_LINE, ANEW]) {
      const { remittances } = await process.import(bytes);
      expect(remittances).toMatchObject([{ outcome: 'posted', needs: [] }]);
    }
    expect(await booksOf(store)).toMatchObject({
      'Assets:Cash': '195.00',
      'Assets:Receivable:Patient': '30.00',
      'Income:Adjustments:Contractual': '75.00',
    });
    expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
    expect(await booksOf(store)).not.toHaveProperty('Assets:Receivable:Payer');
    expect(await list(contradictions(store, () => undefined))).toEqual([]);
    const before = await eventCount(store);
    for (const bytes of [ORIGINAL, OF_LINE, ANEW]) await process.import(bytes);
    expect(await eventCount(store)).toBe(before);
  });
});

it('tries a line’s reversal again that did not fit when it came: what it takes back comes later', async () => {
  await onALog(async (store) => {
    const process = new ImportingProcess(store);
    await process.import(ORIGINAL);
    const early = await process.import(OF_LINE_ANEW);
    expect(early.remittances).toMatchObject([{ needs: [{ code: 'original_differs' }] }]);
    await process.import(OF_LINE);
    await process.import(ANEW);
    const again = await process.import(OF_LINE_ANEW);
    expect(again.remittances).toMatchObject([{ outcome: 'duplicate', needs: [] }]);
    expect(await booksOf(store)).toMatchObject({
      'Assets:Cash': '120.00',
      'Assets:Receivable:Payer': '100.00',
    });
    expect(await booksOf(store)).not.toHaveProperty('Assets:RemittanceClearing');
    expect(await list(contradictions(store, () => undefined))).toEqual([]);
  });
});
