import { describe, expect, test } from '@jest/globals';
import type { ReverseEntry } from '../../src/ledger/rules/reverse-entry.js';
import {
  ACME,
  AccountInMemory,
  BAD_DEBT,
  CASH,
  CHARGES,
  PATIENT,
  TODAY,
  ZENITH,
  accountOpened,
  appealDenial,
  applyCredit,
  chargePosted,
  entryReversed,
  fromPayment,
  fromShare,
  given,
  issueRefund,
  mirror,
  openAccount,
  payCharge,
  postAdjustment,
  postCharge,
  postPayment,
  recordDenial,
  recordNote,
  resolveDenial,
  reverseEntry,
  shareOf,
  transferResponsibility,
  unappliedOf,
  writeOff,
} from '../support/ledger.js';

const part = (chargeId: string, amount: string) => [{ chargeId, amount }];

describe('reversing a charge', () => {
  test('takes the open item back, at the age of its part', () => {
    given(chargePosted({ effectiveOn: '2026-01-07' }))
      .when(reverseEntry({ reverses: 'C1', note: 'wrong patient' }))
      .then(
        entryReversed({
          reverses: 'C1',
          note: 'wrong patient',
          amount: '100.00',
          movements: [mirror('C1', CHARGES, shareOf(PATIENT, 'C1', '2026-01-07'), '100.00')],
        }),
      )
      .thenBooks({ balance: '0.00' });
  });

  test('leaves what was paid on it as a credit', () => {
    given(chargePosted(), payCharge('40.00'))
      .when(reverseEntry({ reverses: 'C1' }))
      .thenBooks({ balance: '-40.00', shares: { 'C1 patient': '-40.00' } });
  });

  test('leaves what was transferred with the other party, and shows a credit where it came from', () => {
    given(postCharge({ responsible: ACME }), transferResponsibility())
      .when(reverseEntry({ reverses: 'C1' }))
      .thenBooks({ balance: '0.00', shares: { 'C1 ACME primary': '-25.00', 'C1 patient': '25.00' } });
  });

  test('takes back a part, then the rest, then nothing', () => {
    const charged = [
      chargePosted(),
      reverseEntry({ reverses: 'C1', allocations: part('C1', '30.00') }),
    ] as const;
    given(...charged)
      .when(recordNote())
      .thenBooks({ balance: '70.00', shares: { 'C1 patient': '70.00' } });
    given(...charged)
      .when(reverseEntry({ reversalId: 'R2', reverses: 'C1' }))
      .thenBooks({ balance: '0.00' });
    given(...charged, reverseEntry({ reversalId: 'R2', reverses: 'C1' }))
      .when(reverseEntry({ reversalId: 'R3', reverses: 'C1' }))
      .thenRejected('entry_already_reversed', { entryId: 'C1', reversedBy: ['R1', 'R2'] });
  });

  test('of nothing can be taken back once', () => {
    const free = chargePosted({ amount: '0.00' });
    given(free)
      .when(reverseEntry({ reverses: 'C1' }))
      .then(entryReversed({ reverses: 'C1', amount: '0.00', movements: [] }));
    given(free, reverseEntry({ reverses: 'C1' }))
      .when(reverseEntry({ reversalId: 'R2', reverses: 'C1' }))
      .thenRejected('entry_already_reversed', { entryId: 'C1', reversedBy: ['R1'] });
  });
});

describe('reversing a payment', () => {
  test('takes back a part of what it left unapplied, alone or beside allocations, and no more than is there', () => {
    const paid = [chargePosted(), postPayment({ allocations: part('C1', '30.00') })] as const;
    const ofPayment = (given: Partial<ReverseEntry>) => reverseEntry({ reverses: 'P1', ...given });
    given(...paid)
      .when(ofPayment({ unapplied: '4.00' }))
      .then(
        entryReversed({
          reverses: 'P1',
          unapplied: '4.00',
          amount: '4.00',
          movements: [mirror('P1', unappliedOf(), CASH, '4.00')],
        }),
      )
      .thenBooks({ balance: '64.00', shares: { 'C1 patient': '70.00' }, unapplied: { P1: '6.00' } });
    given(...paid)
      .when(ofPayment({ unapplied: '10.00', allocations: part('C1', '5.00') }))
      .thenBooks({ balance: '75.00', shares: { 'C1 patient': '75.00' } });
    given(...paid)
      .when(ofPayment({ unapplied: '10.01' }))
      .thenRejected('credit_insufficient', { requested: '10.01', available: '10.00' });
    given(...paid, applyCredit({ allocations: part('C1', '7.00') }))
      .when(ofPayment({ unapplied: '4.00' }))
      .thenRejected('credit_insufficient', { requested: '4.00', available: '3.00' });
    given(chargePosted())
      .when(reverseEntry({ reverses: 'C1', unapplied: '4.00' }))
      .thenRejected('credit_insufficient', { requested: '4.00', available: '0.00' });
  });

  test('re-opens what it paid and takes back what it left unapplied', () => {
    given(chargePosted(), postPayment({ allocations: part('C1', '30.00') }))
      .when(reverseEntry({ reason: 'nsf', effectiveOn: '2026-03-05' }))
      .then(
        entryReversed({
          reason: 'nsf',
          effectiveOn: '2026-03-05',
          amount: '40.00',
          movements: [
            mirror('P1', unappliedOf(), CASH, '10.00', '2026-03-05'),
            mirror('P1', shareOf(PATIENT), CASH, '30.00', '2026-03-05'),
          ],
        }),
      )
      .thenBooks({ balance: '100.00', shares: { 'C1 patient': '100.00' } });
  });

  test('takes back what was applied from it later, on the later of the dates', () => {
    given(
      chargePosted(),
      postPayment({ effectiveOn: '2026-02-01' }),
      applyCredit({ effectiveOn: '2026-03-10' }),
    )
      .when(reverseEntry({ effectiveOn: '2026-03-05' }))
      .then(
        entryReversed({
          effectiveOn: '2026-03-05',
          amount: '40.00',
          movements: [
            mirror('X1', shareOf(PATIENT), unappliedOf(), '10.00', '2026-03-10'),
            mirror('P1', unappliedOf(), CASH, '40.00', '2026-03-05'),
          ],
        }),
      )
      .thenBooks({ balance: '100.00', shares: { 'C1 patient': '100.00' } });
  });

  test('leaves what was applied from other money in the same command', () => {
    given(
      chargePosted(),
      postPayment({ amount: '6.00' }),
      postPayment({ paymentId: 'P2', amount: '6.00' }),
      applyCredit(),
    )
      .when(reverseEntry())
      .then(
        entryReversed({
          amount: '6.00',
          movements: [
            mirror('X1', shareOf(PATIENT), unappliedOf(), '6.00'),
            mirror('P1', unappliedOf(), CASH, '6.00'),
          ],
        }),
      )
      .thenBooks({ balance: '94.00', shares: { 'C1 patient': '96.00' }, unapplied: { P2: '2.00' } });
  });

  test('takes back an application that was itself taken back in part only for the rest', () => {
    given(
      chargePosted(),
      postPayment(),
      applyCredit(),
      reverseEntry({ reversalId: 'R0', reverses: 'X1', allocations: part('C1', '4.00') }),
    )
      .when(reverseEntry())
      .then(
        entryReversed({
          movements: [
            mirror('X1', shareOf(PATIENT), unappliedOf(), '6.00'),
            mirror('P1', unappliedOf(), CASH, '40.00'),
          ],
        }),
      )
      .thenBooks({ balance: '100.00', shares: { 'C1 patient': '100.00' } });
  });

  test('shows as open again what its credit on a share had paid elsewhere', () => {
    given(
      chargePosted({ amount: '20.00' }),
      postCharge({ chargeId: 'C2' }),
      payCharge('50.00'),
      applyCredit({ allocations: part('C2', '30.00') }),
    )
      .when(reverseEntry())
      .thenBooks({ balance: '120.00', shares: { 'C1 patient': '50.00', 'C2 patient': '70.00' } });
  });

  describe('in part', () => {
    const history = [
      postCharge({ responsible: ACME }),
      transferResponsibility(),
      postCharge({ chargeId: 'C2' }),
      postPayment({
        amount: '100.00',
        allocations: [
          { chargeId: 'C1', amount: '10.00', responsible: PATIENT },
          { chargeId: 'C1', amount: '20.00', responsible: ACME },
          { chargeId: 'C2', amount: '30.00' },
        ],
      }),
      applyCredit({ allocations: part('C2', '40.00') }),
    ] as const;

    test('takes back the given allocations only', () => {
      given(...history)
        .when(
          reverseEntry({
            reason: 'takeback',
            allocations: [{ chargeId: 'C1', amount: '15.00', responsible: ACME }],
          }),
        )
        .then(
          entryReversed({
            reason: 'takeback',
            amount: '15.00',
            allocations: [{ chargeId: 'C1', amount: '15.00', responsible: ACME }],
            movements: [mirror('P1', shareOf(ACME), CASH, '15.00')],
          }),
        );
    });

    test('takes what was applied last first, with the cash behind it', () => {
      given(...history)
        .when(reverseEntry({ allocations: part('C2', '45.00') }))
        .then(
          entryReversed({
            amount: '45.00',
            allocations: part('C2', '45.00'),
            movements: [
              mirror('X1', shareOf(PATIENT, 'C2'), unappliedOf(), '40.00'),
              mirror('P1', unappliedOf(), CASH, '40.00'),
              mirror('P1', shareOf(PATIENT, 'C2'), CASH, '5.00'),
            ],
          }),
        );
    });

    test('then the rest, to the cent', () => {
      given(
        ...history,
        reverseEntry({ reversalId: 'R8', allocations: part('C2', '45.01') }),
        reverseEntry({
          reversalId: 'R9',
          allocations: [{ chargeId: 'C1', amount: '19.99', responsible: ACME }],
        }),
      )
        .when(reverseEntry())
        .thenBooks({
          balance: '200.00',
          shares: { 'C1 ACME primary': '75.00', 'C1 patient': '25.00', 'C2 patient': '100.00' },
        });
    });

    test('says no to more than is left of it', () => {
      given(...history, reverseEntry({ reversalId: 'R0', allocations: part('C2', '50.00') }))
        .when(reverseEntry({ allocations: part('C2', '20.01') }))
        .thenRejected('reversal_exceeds_entry', {
          entryId: 'P1',
          chargeId: 'C2',
          requested: '20.01',
          available: '20.00',
        });
      given(...history)
        .when(reverseEntry({ allocations: [...part('C2', '50.00'), ...part('C2', '20.01')] }))
        .thenRejected('reversal_exceeds_entry', {
          entryId: 'P1',
          chargeId: 'C2',
          requested: '20.01',
          available: '20.00',
        });
    });

    test('says no to a charge it never paid, and to a share that is not clear', () => {
      given(...history, postCharge({ chargeId: 'C3' }))
        .when(reverseEntry({ allocations: part('C3', '1.00') }))
        .thenRejected('reversal_exceeds_entry', {
          entryId: 'P1',
          chargeId: 'C3',
          requested: '1.00',
          available: '0.00',
        });
      given(...history)
        .when(reverseEntry({ allocations: part('C1', '1.00') }))
        .thenRejected('responsible_required', {
          chargeId: 'C1',
          openShares: [
            { party: 'patient', balance: '10.00' },
            { party: 'payer ACME primary', balance: '20.00' },
          ],
        });
    });

    test('says no to a part that was taken back before', () => {
      given(...history, reverseEntry({ reversalId: 'R0', allocations: part('C2', '70.00') }))
        .when(reverseEntry({ allocations: part('C2', '1.00') }))
        .thenRejected('entry_already_reversed', { entryId: 'P1', reversedBy: ['R0'] });
    });

    test('says no to a part of nothing', () => {
      given(...history)
        .when(reverseEntry({ allocations: [] }))
        .thenRejected('validation_failed', {
          errors: [{ field: 'allocations', message: 'must not be empty' }],
        });
      given(...history)
        .when(reverseEntry({ allocations: part('C2', '0.00') }))
        .thenRejected('validation_failed', {
          errors: [{ field: 'allocations[0].amount', message: 'must be more than zero' }],
        });
    });
  });

  describe('of which money was paid back', () => {
    const refunded = [
      chargePosted(),
      postPayment({ allocations: part('C1', '20.00') }),
      issueRefund(),
    ] as const;

    test('says no as a whole', () => {
      given(...refunded)
        .when(reverseEntry())
        .thenRejected('entry_already_refunded', { entryId: 'P1', refundedBy: ['RF1'] });
    });

    test('can be taken back in the part that was not', () => {
      given(...refunded)
        .when(reverseEntry({ allocations: part('C1', '20.00') }))
        .thenBooks({ balance: '95.00', shares: { 'C1 patient': '100.00' }, unapplied: { P1: '5.00' } });
    });

    test('can be taken back once the refund was', () => {
      given(...refunded, reverseEntry({ reversalId: 'R0', reverses: 'RF1' }))
        .when(reverseEntry())
        .thenBooks({ balance: '100.00', shares: { 'C1 patient': '100.00' } });
    });
  });

  describe('that reinstated bad debt', () => {
    const writtenOff = [chargePosted(), writeOff('30.00')] as const;
    const asWrittenOff = {
      balance: '70.00',
      shares: { 'C1 patient': '70.00' },
      writtenOff: { 'C1 patient': '30.00' },
    };

    test('writes it off again', () => {
      given(...writtenOff, payCharge('50.00'))
        .when(reverseEntry({ reason: 'nsf' }))
        .then(
          entryReversed({
            reason: 'nsf',
            amount: '50.00',
            movements: [
              mirror('P1', shareOf(PATIENT), CASH, '50.00'),
              mirror('P1', BAD_DEBT, shareOf(PATIENT), '30.00'),
            ],
          }),
        )
        .thenBooks(asWrittenOff);
    });

    test('in part: the money that reinstated nothing goes first', () => {
      const paid = [...writtenOff, payCharge('50.00')] as const;
      given(...paid)
        .when(reverseEntry({ allocations: part('C1', '20.00') }))
        .thenBooks({ balance: '70.00', shares: { 'C1 patient': '70.00' } });
      given(...paid, reverseEntry({ reversalId: 'R0', allocations: part('C1', '20.00') }))
        .when(reverseEntry({ allocations: part('C1', '10.00') }))
        .thenBooks({
          balance: '70.00',
          shares: { 'C1 patient': '70.00' },
          writtenOff: { 'C1 patient': '10.00' },
        });
      given(...paid, reverseEntry({ reversalId: 'R0', allocations: part('C1', '35.00') }))
        .when(reverseEntry())
        .thenBooks(asWrittenOff);
    });

    test('by two allocations of one share: all parts together are the whole', () => {
      const paid = [
        ...writtenOff,
        postPayment({ amount: '50.00', allocations: [...part('C1', '20.00'), ...part('C1', '30.00')] }),
      ] as const;
      given(...paid)
        .when(reverseEntry())
        .thenBooks(asWrittenOff);
      given(...paid)
        .when(reverseEntry({ allocations: part('C1', '50.00') }))
        .thenBooks(asWrittenOff);
      given(...paid)
        .when(reverseEntry({ allocations: part('C1', '20.00') }))
        .thenBooks({ balance: '70.00', shares: { 'C1 patient': '70.00' } });
      given(...paid, reverseEntry({ reversalId: 'R0', allocations: part('C1', '45.00') }))
        .when(reverseEntry())
        .thenBooks(asWrittenOff);
    });

    test('through credit of two payments: each writes its own part off again', () => {
      const applied = [
        ...writtenOff,
        postPayment({ amount: '15.00' }),
        postPayment({ paymentId: 'P2', amount: '15.00' }),
        applyCredit({ allocations: part('C1', '30.00') }),
      ] as const;
      given(...applied, reverseEntry({ reversalId: 'R0', reverses: 'P1' }))
        .when(reverseEntry({ reverses: 'P2' }))
        .thenBooks(asWrittenOff);
      given(...applied, reverseEntry({ reversalId: 'R0', reverses: 'P1', allocations: part('C1', '5.00') }))
        .when(reverseEntry({ reverses: 'X1' }))
        .thenBooks({ ...asWrittenOff, balance: '45.00', unapplied: { P1: '10.00', P2: '15.00' } });
    });
  });
});

describe('reversing an adjustment', () => {
  test('posts its mirror, in either direction', () => {
    given(chargePosted(), postAdjustment())
      .when(reverseEntry({ reverses: 'ADJ1' }))
      .then(
        entryReversed({
          reverses: 'ADJ1',
          amount: '30.00',
          movements: [
            mirror('ADJ1', shareOf(PATIENT), { account: 'Income:Adjustments:Contractual' }, '30.00'),
          ],
        }),
      )
      .thenBooks({ balance: '100.00', shares: { 'C1 patient': '100.00' } });
    given(chargePosted(), postAdjustment({ category: 'small_balance', direction: 'debit' }))
      .when(reverseEntry({ reverses: 'ADJ1', allocations: part('C1', '10.00') }))
      .then(
        entryReversed({
          reverses: 'ADJ1',
          amount: '10.00',
          allocations: part('C1', '10.00'),
          movements: [
            mirror('ADJ1', { account: 'Income:Adjustments:SmallBalance' }, shareOf(PATIENT), '10.00'),
          ],
        }),
      );
  });

  test('of bad debt opens the share again', () => {
    given(chargePosted(), writeOff('60.00'))
      .when(reverseEntry({ reverses: 'BD1' }))
      .then(
        entryReversed({
          reverses: 'BD1',
          amount: '60.00',
          movements: [mirror('BD1', shareOf(PATIENT), BAD_DEBT, '60.00')],
        }),
      )
      .thenBooks({ balance: '100.00', shares: { 'C1 patient': '100.00' } });
  });

  test('of bad debt as a debit takes back its amount, whole or in part', () => {
    const debit = writeOff('60.00', { adjustmentId: 'BD2', direction: 'debit' });
    given(chargePosted(), writeOff('60.00'), debit)
      .when(reverseEntry({ reverses: 'BD2' }))
      .then(
        entryReversed({
          reverses: 'BD2',
          amount: '60.00',
          movements: [mirror('BD2', BAD_DEBT, shareOf(PATIENT), '60.00')],
        }),
      )
      .thenBooks({
        balance: '40.00',
        shares: { 'C1 patient': '40.00' },
        writtenOff: { 'C1 patient': '60.00' },
      });
    given(chargePosted(), writeOff('60.00'), debit)
      .when(reverseEntry({ reverses: 'BD2', allocations: part('C1', '20.00') }))
      .thenBooks({
        balance: '80.00',
        shares: { 'C1 patient': '80.00' },
        writtenOff: { 'C1 patient': '20.00' },
      });
  });

  describe('of bad debt that money brought back since', () => {
    const history = [chargePosted(), writeOff('60.00'), payCharge('40.00')] as const;

    test('takes back no more than is still written off: else the share would owe the same money twice', () => {
      given(...history)
        .when(reverseEntry({ reverses: 'BD1' }))
        .then(
          entryReversed({
            reverses: 'BD1',
            amount: '20.00',
            movements: [mirror('BD1', shareOf(PATIENT), BAD_DEBT, '20.00')],
          }),
        )
        .thenBooks({ balance: '60.00', shares: { 'C1 patient': '60.00' } });
      given(...history)
        .when(reverseEntry({ reverses: 'BD1', allocations: part('C1', '20.01') }))
        .thenRejected('reversal_exceeds_entry', {
          entryId: 'BD1',
          chargeId: 'C1',
          requested: '20.01',
          available: '20.00',
        });
    });

    test('says no when all of it is back', () => {
      given(chargePosted(), writeOff('40.00'), payCharge('40.00'))
        .when(reverseEntry({ reverses: 'BD1' }))
        .thenRejected('write_off_already_reinstated', { entryId: 'BD1' });
    });

    test('takes the rest back when the money is gone', () => {
      given(
        ...history,
        reverseEntry({ reversalId: 'R8', reverses: 'BD1' }),
        reverseEntry({ reversalId: 'R9', reverses: 'P1', reason: 'nsf' }),
      )
        .when(reverseEntry({ reverses: 'BD1' }))
        .thenBooks({ balance: '100.00', shares: { 'C1 patient': '100.00' } });
    });

    test('is not held up by a debit that the caller posted: that can be taken back itself', () => {
      given(
        chargePosted(),
        writeOff('50.00', { direction: 'debit' }),
        writeOff('60.00', { adjustmentId: 'BD2' }),
      )
        .when(reverseEntry({ reverses: 'BD2' }))
        .thenBooks({
          balance: '150.00',
          shares: { 'C1 patient': '150.00' },
          writtenOff: { 'C1 patient': '-50.00' },
        });
    });
  });
});

describe('reversing a transfer', () => {
  const moved = [
    postCharge({ responsible: ACME, effectiveOn: '2026-01-07' }),
    transferResponsibility({ effectiveOn: '2026-02-03' }),
  ] as const;

  test('gives the part back, and closes it where it went', () => {
    given(...moved)
      .when(reverseEntry({ reverses: 'T1' }))
      .then(
        entryReversed({
          reverses: 'T1',
          amount: '25.00',
          movements: [mirror('T1', shareOf(ACME), shareOf(PATIENT, 'C1', '2026-02-03'), '25.00')],
        }),
      )
      .thenBooks({ balance: '100.00', shares: { 'C1 ACME primary': '100.00' } });
  });

  test('leaves what was paid meanwhile as a credit', () => {
    given(...moved, payCharge('25.00'))
      .when(reverseEntry({ reverses: 'T1' }))
      .thenBooks({ balance: '75.00', shares: { 'C1 ACME primary': '100.00', 'C1 patient': '-25.00' } });
  });

  test('in part, by the charge or by either party', () => {
    for (const responsible of [undefined, ACME, PATIENT]) {
      given(...moved)
        .when(
          reverseEntry({ reverses: 'T1', allocations: [{ chargeId: 'C1', amount: '5.00', responsible }] }),
        )
        .thenBooks({ balance: '100.00', shares: { 'C1 ACME primary': '80.00', 'C1 patient': '20.00' } });
    }
    given(...moved)
      .when(
        reverseEntry({
          reverses: 'T1',
          allocations: [{ chargeId: 'C1', amount: '5.00', responsible: ZENITH }],
        }),
      )
      .thenRejected('reversal_exceeds_entry', {
        entryId: 'T1',
        chargeId: 'C1',
        requested: '5.00',
        available: '0.00',
      });
  });
});

describe('reversing an allocation of credit', () => {
  const applied = [chargePosted(), postPayment(), applyCredit()] as const;

  test('returns it to where it came from', () => {
    given(...applied)
      .when(reverseEntry({ reverses: 'X1' }))
      .then(
        entryReversed({
          reverses: 'X1',
          amount: '10.00',
          movements: [mirror('X1', shareOf(PATIENT), unappliedOf(), '10.00')],
        }),
      )
      .thenBooks({ balance: '60.00', shares: { 'C1 patient': '100.00' }, unapplied: { P1: '40.00' } });
  });

  test('was done already when its payment was taken back', () => {
    given(...applied, reverseEntry({ reversalId: 'R0', reverses: 'P1' }))
      .when(reverseEntry({ reverses: 'X1' }))
      .thenRejected('entry_already_reversed', { entryId: 'X1', reversedBy: ['R0'] });
  });

  test('in part means the charges it paid, never those it was paid from', () => {
    const fromC1 = [
      chargePosted({ amount: '20.00' }),
      payCharge('50.00'),
      postCharge({ chargeId: 'C2' }),
      applyCredit({ source: fromShare('C1', PATIENT), allocations: part('C2', '30.00') }),
    ] as const;
    given(...fromC1)
      .when(reverseEntry({ reverses: 'X1', allocations: part('C1', '10.00') }))
      .thenRejected('reversal_exceeds_entry', {
        entryId: 'X1',
        chargeId: 'C1',
        requested: '10.00',
        available: '0.00',
      });
    given(...fromC1)
      .when(reverseEntry({ reverses: 'X1', allocations: part('C2', '10.00') }))
      .then(
        entryReversed({
          reverses: 'X1',
          amount: '10.00',
          allocations: part('C2', '10.00'),
          movements: [mirror('X1', shareOf(PATIENT, 'C2'), shareOf(PATIENT), '10.00')],
        }),
      )
      .thenBooks({ balance: '70.00', shares: { 'C1 patient': '-10.00', 'C2 patient': '80.00' } });
  });

  test('of more than any one payment may be, can be stored', () => {
    const most = '999999999999.99';
    given(
      postCharge({ amount: most }),
      postCharge({ chargeId: 'C2', amount: most }),
      postPayment({ amount: most }),
      postPayment({ paymentId: 'P2', amount: most }),
      applyCredit({ allocations: [...part('C1', most), ...part('C2', most)] }),
    )
      .when(reverseEntry({ reverses: 'X1' }))
      .then(
        entryReversed({
          reverses: 'X1',
          amount: '1999999999999.98',
          movements: [
            mirror('X1', shareOf(PATIENT, 'C2'), unappliedOf('P2'), most),
            mirror('X1', shareOf(PATIENT), unappliedOf(), most),
          ],
        }),
      );
  });
});

describe('reversing a refund', () => {
  test('brings the credit back', () => {
    given(postPayment(), issueRefund())
      .when(reverseEntry({ reverses: 'RF1' }))
      .then(
        entryReversed({
          reverses: 'RF1',
          amount: '15.00',
          movements: [mirror('RF1', CASH, unappliedOf(), '15.00')],
        }),
      )
      .thenBooks({ balance: '-40.00', unapplied: { P1: '40.00' } });
  });

  test('of a credit on a share, in part', () => {
    given(chargePosted(), payCharge('120.00'), issueRefund({ source: fromShare('C1', PATIENT) }))
      .when(reverseEntry({ reverses: 'RF1', allocations: part('C1', '5.00') }))
      .thenBooks({ balance: '-10.00', shares: { 'C1 patient': '-10.00' } });
  });
});

describe('a reversal', () => {
  test('counts from the day of the entry or later, never earlier', () => {
    given(chargePosted(), payCharge('40.00', { effectiveOn: '2026-02-10' }))
      .when(reverseEntry({ effectiveOn: '2026-02-09' }))
      .thenRejected('reversal_before_entry', {
        entryId: 'P1',
        effectiveOn: '2026-02-09',
        entryEffectiveOn: '2026-02-10',
      });
    given(chargePosted(), payCharge('40.00', { effectiveOn: '2026-02-10' }))
      .when(reverseEntry({ effectiveOn: '2026-02-10' }))
      .then(
        entryReversed({
          effectiveOn: '2026-02-10',
          movements: [mirror('P1', shareOf(PATIENT), CASH, '40.00', '2026-02-10')],
        }),
      );
    given(postPayment({ effectiveOn: '2026-04-01' }))
      .when(reverseEntry({ effectiveOn: TODAY }))
      .thenRejected('reversal_before_entry', {
        entryId: 'P1',
        effectiveOn: TODAY,
        entryEffectiveOn: '2026-04-01',
      });
  });

  test('of what counts from a later day counts from that day when none is said', () => {
    given(postPayment({ effectiveOn: '2026-04-01' }))
      .when(reverseEntry())
      .thenBooks({ balance: '0.00' });
  });

  test('is not reversed: the entry is posted anew', () => {
    given(postPayment(), reverseEntry())
      .when(reverseEntry({ reversalId: 'R2', reverses: 'R1' }))
      .thenRejected('entry_not_reversible', { entryId: 'R1', entryType: 'EntryReversed' });
    given(chargePosted(), payCharge('40.00'), reverseEntry())
      .when(payCharge('40.00', { paymentId: 'P2' }))
      .thenBooks({ balance: '60.00', shares: { 'C1 patient': '60.00' } });
  });

  test('is of entries that moved money', () => {
    const history = [chargePosted(), recordDenial(), appealDenial(), resolveDenial(), recordNote()] as const;
    for (const [reverses, type] of [
      ['D1', 'DenialRecorded'],
      ['AP1', 'DenialAppealed'],
      ['RS1', 'DenialResolved'],
      ['N1', 'NoteRecorded'],
    ] as const) {
      given(...history)
        .when(reverseEntry({ reverses }))
        .thenRejected('entry_not_reversible', { entryId: reverses, entryType: type });
    }
    given(...history)
      .when(reverseEntry({ reverses: 'P7' }))
      .thenRejected('entry_not_found', { entryId: 'P7' });
    given(...history)
      .when(reverseEntry({ reverses: 'A1' }))
      .thenRejected('entry_not_found', { entryId: 'A1' });
  });

  test('of the same entry twice says no', () => {
    given(postPayment(), reverseEntry())
      .when(reverseEntry({ reversalId: 'R2' }))
      .thenRejected('entry_already_reversed', { entryId: 'P1', reversedBy: ['R1'] });
  });

  test('stays quiet on a repeat', () => {
    given(postPayment(), reverseEntry())
      .when(reverseEntry())
      .thenNothing({ revision: 2, type: 'EntryReversed' });
  });

  test('says no to the same id with other content, or of another kind', () => {
    given(postPayment(), reverseEntry())
      .when(reverseEntry({ reverses: 'P2', reason: 'nsf', allocations: part('C1', '1.00') }))
      .thenRejected('id_already_used', {
        id: 'R1',
        usedBy: 'EntryReversed',
        differs: ['reverses', 'reason', 'allocations'],
      });
    given(postPayment())
      .when(reverseEntry({ reversalId: 'P1' }))
      .thenRejected('id_already_used', { id: 'P1', usedBy: 'PaymentPosted', differs: ['type'] });
  });
});

test('the ledger asks for exactly the events that a reversal looks at', () => {
  const ledger = new AccountInMemory([
    openAccount(),
    chargePosted(),
    postPayment({ allocations: part('C1', '5.00') }),
    applyCredit({ source: fromPayment('P1') }),
    issueRefund(),
    reverseEntry({ reversalId: 'R0', reverses: 'RF1' }),
  ]);
  ledger.carryOut(reverseEntry());
  expect(ledger.books()).toEqual({ balance: '100.00', shares: { 'C1 patient': '100.00' } });
  expect(ledger.events[0]).toEqual(accountOpened());
});
