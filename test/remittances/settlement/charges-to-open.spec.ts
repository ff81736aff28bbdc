import { describe, expect, it } from '@jest/globals';
import { type Charge, unopenedAccount } from '../../../src/ledger/account.js';
import { ledgerId } from '../../../src/ledger-id.js';
import type { ClaimStatement } from '../../../src/ledger/claim-statement.js';
import { chargeCodesOf } from '../../../src/remittances/settlement/charge-code.js';
import { accountIdForClaim, commandsToOpen } from '../../../src/remittances/settlement/charges-to-open.js';
import { CLAIM, CLAIM_WITHOUT_LINES, replace } from '../advice-text.js';
import { SOURCE, accountAfter, accountWith, charge, stated } from './stated-claims.js';

const ADJUDICATION = `835.${SOURCE.remittanceId}.1`;

function opened(statement: ClaimStatement) {
  return commandsToOpen(statement, accountIdForClaim(statement), unopenedAccount());
}

function chargesOf(statement: ClaimStatement) {
  return opened(statement).flatMap((command) => (command.type === 'PostCharge' ? [command] : []));
}

describe('the account of a claim', () => {
  it('is called as the provider called the claim', () => {
    expect(accountIdForClaim(stated('CLP*PCN-7*1*1*1'))).toBe('PCN-7');
    expect(accountIdForClaim(stated('CLP*PCN 7*1*1*1'))).toBe(ledgerId('PCN 7'));
  });

  it('is called by payer and payer claim number where the provider is not quoted, and else by the claim itself', () => {
    expect(accountIdForClaim(stated('CLP**1*1*1**12*ICN7'))).toBe(ledgerId('payer claim ACME ICN7'));
    expect(accountIdForClaim(stated('CLP**1*1*1'))).toBe(ADJUDICATION);
  });
});

describe('what a remittance opens in an empty ledger', () => {
  it('is the account, and a charge for each line as it was billed', () => {
    expect(opened(stated(...CLAIM))).toEqual([
      { type: 'OpenAccount', accountId: 'PCN1', openedOn: '2026-01-05', currency: 'USD' },
      {
        type: 'PostCharge',
        accountId: 'PCN1',
        chargeId: 'LINE1',
        serviceDate: '2026-01-05',
        effectiveOn: '2026-01-05',
        amount: '200.00',
        code: { system: 'CPT', value: '99213', modifiers: ['25'] },
        responsible: { party: 'payer', payerId: 'ACME', position: 'primary' },
        units: '1',
        claimId: 'PCN1',
        remittance: { id: SOURCE.remittanceId, claim: 1, line: 1, segment: 18 },
      },
    ]);
  });

  it('is one charge for a claim without lines, on the day of the payment when no date is stated', () => {
    expect(chargesOf(stated(...CLAIM_WITHOUT_LINES))).toMatchObject([
      {
        chargeId: `${ADJUDICATION}.l0`,
        amount: '80.00',
        serviceDate: '2026-01-15',
        code: { system: 'LOCAL', value: 'CLAIM' },
        remittance: { claim: 1, segment: 15 },
      },
    ]);
  });

  it('counts from the payment where the service is said to come later', () => {
    const statement = stated('CLP*C*1*10*10', 'SVC*HC:99213*10*10', 'DTM*472*20270101');
    expect(opened(statement)).toMatchObject([
      { openedOn: '2026-01-15' },
      { serviceDate: '2027-01-01', effectiveOn: '2026-01-15' },
    ]);
  });

  it.each([
    ['1', 'ACME'],
    ['4', 'ACME'],
    ['19', 'ACME'],
    ['2', 'prior-payer'],
    ['20', 'prior-payer'],
    ['3', 'prior-payer'],
    ['21', 'prior-payer'],
  ])('is owed, for status %s, by %s', (status, payerId) => {
    const [posted] = chargesOf(stated(`CLP*C*${status}*10*10`, 'SVC*HC:99213*10*10'));
    expect(posted!.responsible).toEqual({ party: 'payer', payerId, position: 'primary' });
  });

  it('is owed by the payer that should have paid first where the remittance names it', () => {
    const [posted] = chargesOf(stated('CLP*C*2*10*10', 'NM1*PR*2*FIRST*****PI*F7', 'SVC*HC:99213*10*10'));
    expect(posted!.responsible).toMatchObject({ payerId: 'F7' });
  });

  it('is called after the adjudication where several lines have one control number', () => {
    const line = ['SVC*HC:99213*10*10', 'REF*6R*L1'];
    expect(chargesOf(stated('CLP*C*1*20*20', ...line, ...line)).map(({ chargeId }) => chargeId)).toEqual([
      `${ADJUDICATION}.l1`,
      `${ADJUDICATION}.l2`,
    ]);
  });

  it('gives no id again that the account has', () => {
    const account = accountWith(charge('LINE1'));
    const ids = commandsToOpen(stated(...CLAIM), 'A1', account).map(
      (c) => c.type === 'PostCharge' && c.chargeId,
    );
    expect(ids).toEqual([`${ADJUDICATION}.l1`]);
  });

  it('is no more than what was asked for', () => {
    const statement = stated('CLP*C*1*20*20', 'SVC*HC:99213*10*10', 'SVC*HC:99214*10*10');
    expect(commandsToOpen(statement, 'C', unopenedAccount(), new Set())).toMatchObject([
      { type: 'OpenAccount' },
    ]);
    expect(commandsToOpen(statement, 'C', unopenedAccount(), new Set([2]))).toMatchObject([
      { type: 'OpenAccount' },
      { chargeId: `${ADJUDICATION}.l2` },
    ]);
  });

  it('leaves out lines that say nothing, and lines that go against the claim', () => {
    const statement = stated('CLP*C*1*5*5', 'SVC*HC:99213*10*10', 'SVC*HC:99213*-5*-5', 'SVC*HC:G8427*0*0');
    expect(chargesOf(statement).map(({ amount }) => amount)).toEqual(['10.00']);
  });

  it('is what a reversal charged, without its sign', () => {
    expect(chargesOf(stated('CLP*C*22*-10*-10', 'SVC*HC:99213*-10*-10**-2'))).toMatchObject([
      { amount: '10.00', units: '2' },
    ]);
  });

  it('is accepted by the ledger whatever texts are in it', () => {
    const statement = stated(
      ...replace(
        ['CLP*C*1*10*10', 'SVC*C*10*10**1', 'REF*6R*L', 'DTM*472*20260105'],
        'SVC',
        `SVC*ZZ:${'9'.repeat(200)}:${'M'.repeat(40)}*10*10**.5`,
      ),
      `REF*6R*${'é'.repeat(90)}`,
    );
    const long = { ...statement, claimId: 'PATIENT '.repeat(40), currency: 'JPY' };
    const account = accountAfter(opened(long));
    const [[chargeId, posted]] = [...account.charges] as [[string, Charge]];
    expect(chargeId.length).toBeLessThanOrEqual(64);
    expect(posted.code).toHaveLength(64);
    expect(posted.claimId).toBe(ledgerId(long.claimId));
  });
});

describe('the code of a charge', () => {
  it.each([
    ['SVC*HC:99213:25*1*1', 'CPT', '99213'],
    ['SVC*HC:0001F*1*1', 'CPT', '0001F'],
    ['SVC*HC:0042T*1*1', 'CPT', '0042T'],
    ['SVC*HC:0001U*1*1', 'CPT', '0001U'],
    ['SVC*HC:J1100*1*1', 'HCPCS', 'J1100'],
    ['SVC*HC:D0120*1*1', 'CDT', 'D0120'],
    ['SVC*AD:D0120*1*1', 'CDT', 'D0120'],
    ['SVC*N4:00093721410*1*1', 'NDC', '00093721410'],
    ['SVC*NU:0250*1*1', 'REV', '0250'],
    ['SVC*HC:ABC*1*1', 'LOCAL', 'ABC'],
    ['SVC*ER:7*1*1', 'LOCAL', '7'],
    ['SVC**1*1*0360', 'REV', '0360'],
    ['SVC**1*1', 'LOCAL', 'UNSPECIFIED'],
    ['SVC*HC:80050*1*1**1*HC:80053', 'CPT', '80053'],
  ])('of %s is %s %s', (svc, system, value) => {
    const [first] = chargeCodesOf(stated('CLP*C*1*1*1', svc).lines[0]!);
    expect(first).toMatchObject({ system, value });
  });
});
