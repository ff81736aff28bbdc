import { describe, expect, it } from '@jest/globals';
import type { Account } from '../../../src/ledger/account.js';
import type { ClaimStatement } from '../../../src/ledger/claim-statement.js';
import { chargeIdOfLine, commandsToOpen } from '../../../src/remittances/settlement/charges-to-open.js';
import { type MatchOptions, matchLines } from '../../../src/remittances/settlement/match-lines.js';
import { ledgerId } from '../../../src/ledger-id.js';
import { accountAfter, accountWith, charge, code, stated } from './stated-claims.js';

const DATE = 'DTM*472*20260105';
const OTHER_DATE = 'DTM*472*20260109';

/** Which charge each line goes to, with what it charges: `1 C1 100.00`. */
function matched(account: Account, statement: ClaimStatement, options?: MatchOptions): string[] {
  const result = matchLines(account, statement, options);
  if (result.kind !== 'matched') throw new Error(JSON.stringify(result));
  return result.lines.map(({ line, chargeId }) => `${line.line} ${chargeId} ${line.charge}`);
}

function suspended(account: Account, statement: ClaimStatement) {
  const result = matchLines(account, statement);
  if (result.kind !== 'suspended') throw new Error(JSON.stringify(result));
  return result;
}

describe('a line is matched', () => {
  it('by its control number, before its procedure', () => {
    const account = accountWith(charge('L1'), charge('L2'));
    const statement = stated('CLP*CLM1*1*100*100', 'SVC*HC:99213*100*100', DATE, 'REF*6R*L2');
    expect(matched(account, statement)).toEqual(['1 L2 100.00']);
  });

  it('by a control number that the ledger had to encode', () => {
    const account = accountWith(charge('L1'), charge(ledgerId('L 2')));
    const statement = stated('CLP*CLM1*1*100*100', 'SVC*HC:99213*100*100', DATE, 'REF*6R*L 2');
    expect(matched(account, statement)).toEqual([`1 ${ledgerId('L 2')} 100.00`]);
  });

  it('by its control number when the payer changed the procedure', () => {
    const account = accountWith(charge('L1', { code: code('99214') }), charge('L2', { code: code('99215') }));
    const statement = stated('CLP*CLM1*1*100*100', 'SVC*HC:99213*100*100', DATE, 'REF*6R*L2');
    expect(matched(account, statement)).toEqual(['1 L2 100.00']);
  });

  it('not by a short control number, which only counts lines, on another date', () => {
    const account = accountWith(charge('1'), charge('B', { serviceDate: '2026-01-09' }));
    const statement = stated('CLP*CLM1*1*100*100', 'SVC*HC:99213*100*100', OTHER_DATE, 'REF*6R*1');
    expect(matched(account, statement)).toEqual(['1 B 100.00']);
  });

  it('by its control number even to a lower charge', () => {
    const account = accountWith(charge('LINE-1'), charge('LINE-2'));
    const statement = stated('CLP*CLM1*1*150*100', 'SVC*HC:99213*150*150', DATE, 'REF*6R*LINE-2');
    expect(matched(account, statement)).toEqual(['1 LINE-2 150.00']);
  });

  it('by procedure with modifiers, in any order of these', () => {
    const account = accountWith(
      charge('C1', { code: code('99213') }),
      charge('C2', { code: code('99213', '25', 'GT') }),
    );
    const statement = stated('CLP*CLM1*1*100*100', 'SVC*HC:99213:GT:25*100*100', DATE);
    expect(matched(account, statement)).toEqual(['1 C2 100.00']);
  });

  it('by procedure alone when only one charge has it', () => {
    const account = accountWith(
      charge('C1', { code: code('99213', '25') }),
      charge('C2', { code: code('99214') }),
    );
    expect(matched(account, stated('CLP*CLM1*1*100*100', 'SVC*HC:99213*100*100', DATE))).toEqual([
      '1 C1 100.00',
    ]);
  });

  it('by what was billed, before what was paid', () => {
    const account = accountWith(charge('C1', { code: code('80050') }), charge('C2', { code: code('80053') }));
    const statement = stated('CLP*CLM1*1*100*100', 'SVC*HC:80050*100*100**1*HC:80053', DATE);
    expect(matched(account, statement)).toEqual(['1 C2 100.00']);
  });

  it('by date and amount among charges of one procedure', () => {
    const account = accountWith(
      charge('C1', { serviceDate: '2026-01-09' }),
      charge('C2', { amount: '60.00' }),
      charge('C3'),
    );
    const statement = stated(
      ...['CLP*CLM1*1*260*260', 'SVC*HC:99213*60*60', DATE, 'SVC*HC:99213*100*100', DATE],
      ...['SVC*HC:99213*100*100', OTHER_DATE],
    );
    expect(matched(account, statement)).toEqual(['1 C2 60.00', '2 C3 100.00', '3 C1 100.00']);
  });

  it('by date and amount alone when the charge names the claim', () => {
    const statement = stated('CLP*CLM1*1*100*100', 'SVC*HC:99215*100*100', DATE);
    expect(matched(accountWith(charge('C1')), statement)).toEqual(['1 C1 100.00']);
    expect(suspended(accountWith(charge('C1', { claimId: 'OTHER' })), statement).missing).toEqual([1]);
  });

  it('to charges of its claim before others', () => {
    const account = accountWith(charge('C1', { claimId: 'OTHER' }), charge('C2'));
    const line = ['SVC*HC:99213*100*100', DATE];
    expect(matched(account, stated('CLP*CLM1*1*100*100', ...line))).toEqual(['1 C2 100.00']);
    expect(suspended(account, stated('CLP*CLM1*1*200*200', ...line, ...line)).missing).toEqual([2]);
  });

  it('to charges that name no claim when those that name it are not meant', () => {
    const unnamed = charge('C1', { claimId: undefined, code: code('99214') });
    const line = ['SVC*HC:99214*100*100', DATE];
    expect(matched(accountWith(unnamed, charge('C2')), stated('CLP*CLM1*1*100*100', ...line))).toEqual([
      '1 C1 100.00',
    ]);
  });

  it('to a charge of another claim only when its control number, procedure, date and amount say so', () => {
    const account = accountWith(
      charge('LINE-9', { claimId: 'OTHER' }),
      charge('C2', { code: code('99214') }),
    );
    const line = (amount: number) => [`SVC*HC:99213*${amount}*${amount}`, DATE, 'REF*6R*LINE-9'];
    expect(matched(account, stated('CLP*CLM1*1*100*100', ...line(100)))).toEqual(['1 LINE-9 100.00']);
    expect(suspended(account, stated('CLP*CLM1*1*90*90', ...line(90))).missing).toEqual([1]);
  });

  it('as what it takes back when it is of a reversal', () => {
    const account = accountWith(charge('C1', { amount: '60.00' }), charge('C2'));
    const statement = stated(
      'CLP*CLM1*22*-160*-160',
      'SVC*HC:99213*-100*-100',
      DATE,
      'SVC*HC:99213*-60*-60',
      DATE,
    );
    expect(matched(account, statement)).toEqual(['1 C2 -100.00', '2 C1 -60.00']);
  });

  it('with identical charges in the order of posting, one a line', () => {
    const account = accountWith(charge('C2'), charge('C1'));
    const line = ['SVC*HC:99213*100*100', DATE];
    expect(matched(account, stated('CLP*CLM1*1*200*200', ...line, ...line))).toEqual([
      '1 C2 100.00',
      '2 C1 100.00',
    ]);
    expect(suspended(account, stated('CLP*CLM1*1*300*300', ...line, ...line, ...line)).missing).toEqual([3]);
  });

  it('with a charge for a claim as a whole', () => {
    const account = accountWith(charge('C1', { code: { system: 'LOCAL', value: 'CLAIM' } }));
    const statement = stated('CLP*CLM1*2*100*10', 'SVC*HC:99213*60*10', DATE, 'SVC*HC:99214*40*0', DATE);
    expect(matched(account, statement)).toEqual(['1 C1 60.00', '2 C1 40.00']);
  });
});

describe('lines that are parts of one charge', () => {
  const account = accountWith(charge('C1', { code: code('59410'), amount: '2100.00' }));

  it('go to it together, up to its amount', () => {
    const statement = stated(
      ...['CLP*CLM1*1*2100*2000', 'SVC*HC:59430*1210*1200**1*HC:59410', DATE],
      ...['SVC*HC:59440*890*800**1*HC:59410', DATE],
    );
    expect(matched(account, statement)).toEqual(['1 C1 1210.00', '2 C1 890.00']);
  });

  it('go no further than its amount', () => {
    const statement = stated(
      ...['CLP*CLM1*1*2110*2000', 'SVC*HC:59430*1210*1200**1*HC:59410', DATE],
      ...['SVC*HC:59440*900*800**1*HC:59410', DATE],
    );
    expect(suspended(account, statement)).toMatchObject({ missing: [2], facts: { linesWithoutCharge: '2' } });
  });

  it('may take back from it what another one stated', () => {
    const account = accountWith(charge('C1'));
    const statement = stated(
      ...['CLP*CLM1*1*80*80', 'SVC*HC:99213*100*100', DATE, 'SVC*HC:99213*80*80', DATE],
      ...['SVC*HC:99213*-100*-100', DATE],
    );
    expect(matched(account, statement)).toEqual(['1 C1 100.00', '2 C1 80.00', '3 C1 -100.00']);
  });
});

describe('a line that covers several charges', () => {
  it('is cut over those of its procedure and date that add up to it', () => {
    const therapy = (id: string) => charge(id, { code: code('97110'), amount: '40.00' });
    const account = accountWith(therapy('C1'), therapy('C2'), charge('C3'), therapy('C4'));
    const statement = stated(
      'CLP*CLM1*1*120*90',
      'SVC*HC:97110*120*90**3',
      DATE,
      'CAS*CO*45*20',
      'CAS*PR*2*10',
    );
    const result = matchLines(account, statement);
    expect(result).toMatchObject({
      kind: 'matched',
      lines: [
        { chargeId: 'C1', line: { charge: '40.00', paid: '20.00' } },
        { chargeId: 'C2', line: { charge: '40.00', paid: '40.00' } },
        { chargeId: 'C4', line: { charge: '40.00', paid: '30.00' } },
      ],
    });
  });

  it('is not when they do not', () => {
    const therapy = (id: string) => charge(id, { code: code('97110'), amount: '40.00' });
    const statement = stated('CLP*CLM1*1*120*120', 'SVC*HC:97110*120*120**3', DATE);
    expect(suspended(accountWith(therapy('C1'), therapy('C2')), statement).missing).toEqual([1]);
  });
});

describe('a claim without lines', () => {
  const claim = (amount: number, ...more: string[]) => stated(`CLP*CLM1*1*${amount}*${amount}`, ...more);

  it('is cut over the charges of the claim', () => {
    const account = accountWith(
      charge('C1'),
      charge('C2', { amount: '60.00' }),
      charge('C3', { claimId: 'OTHER' }),
    );
    expect(matched(account, claim(160))).toEqual(['0 C1 100.00', '0 C2 60.00']);
  });

  it('is cut over those of its date', () => {
    const account = accountWith(charge('C1'), charge('C2', { serviceDate: '2026-01-09' }));
    expect(matched(account, claim(100, 'DTM*232*20260109'))).toEqual(['0 C2 100.00']);
  });

  it('goes to the one with its amount, or to the only one, as a part of it', () => {
    expect(matched(accountWith(charge('C1'), charge('C2', { amount: '60.00' })), claim(60))).toEqual([
      '0 C2 60.00',
    ]);
    expect(matched(accountWith(charge('C1')), claim(60))).toEqual(['0 C1 60.00']);
  });

  it('is left to a person when several charges that differ could be meant, or none', () => {
    const account = accountWith(charge('C1'), charge('C2', { code: code('99214') }));
    expect(suspended(account, claim(100))).toMatchObject({
      ambiguous: [0],
      candidates: [{ accountId: 'A1', chargeIds: ['C1', 'C2'] }],
    });
    expect(suspended(account, claim(70))).toMatchObject({
      missing: [0],
      candidates: [{ chargeIds: ['C1', 'C2'] }],
    });
  });

  it('fills the charges in order when somebody said so', () => {
    const account = accountWith(charge('C1'), charge('C2', { amount: '60.00' }));
    expect(matched(account, claim(130), { released: true })).toEqual(['0 C1 100.00', '0 C2 30.00']);
    expect(matched(account, claim(170), { released: true })).toEqual(['0 C1 100.00', '0 C2 70.00']);
  });
});

describe('a line that cannot be matched', () => {
  it('says between which charges it cannot be decided', () => {
    const account = accountWith(
      charge('C1', { code: code('99213', '25') }),
      charge('C2', { code: code('99213', '59') }),
    );
    const statement = stated('CLP*CLM1*1*100*100', 'SVC*HC:99213*100*100', DATE);
    expect(suspended(account, statement)).toEqual({
      kind: 'suspended',
      reason: 'line_not_matched',
      facts: { linesWithSeveralCharges: '1' },
      candidates: [
        {
          accountId: 'A1',
          chargeIds: ['C1', 'C2'],
          why: 'line 1: these charges differ, and each could be meant',
        },
      ],
      matched: [],
      missing: [],
      ambiguous: [1],
    });
  });

  it('is not put on a charge of another date, unless somebody said to', () => {
    const account = accountWith(charge('C1'));
    const statement = stated('CLP*CLM1*1*100*100', 'SVC*HC:99213*100*100', OTHER_DATE);
    expect(suspended(account, statement)).toMatchObject({
      missing: [1],
      candidates: [{ chargeIds: ['C1'] }],
    });
    expect(matched(account, statement, { released: true })).toEqual(['1 C1 100.00']);
  });

  it('gets the charge that is posted for it, and leaves the others theirs', () => {
    const account = accountWith(charge('C1'), charge('C2', { claimId: undefined, code: code('97110') }));
    const statement = stated(
      ...['CLP*CLM1*1*240*240', 'SVC*HC:97112*40*40', DATE, 'SVC*HC:97110*100*100', DATE],
      ...['SVC*HC:99213*100*100', DATE],
    );
    const before = suspended(account, statement);
    expect(before).toMatchObject({ missing: [1], matched: [{ chargeId: 'C2' }, { chargeId: 'C1' }] });
    const commands = commandsToOpen(statement, 'A1', account, new Set(before.missing));
    const own = chargeIdOfLine(statement, 1);
    expect(matched(accountAfter(commands, account), statement)).toEqual([
      `1 ${own} 40.00`,
      '2 C2 100.00',
      '3 C1 100.00',
    ]);
  });

  it('is left out when it says nothing', () => {
    const account = accountWith(charge('C1'));
    const statement = stated('CLP*CLM1*1*100*100', 'SVC*HC:99213*100*100', DATE, 'SVC*HC:G8427*0*0', DATE);
    expect(matched(account, statement)).toEqual(['1 C1 100.00']);
  });

  it('has no candidates in an account without charges', () => {
    const statement = stated('CLP*CLM1*1*100*100', 'SVC*HC:99213*100*100', DATE);
    expect(suspended(accountWith(), statement)).toMatchObject({ missing: [1], candidates: [] });
  });
});
