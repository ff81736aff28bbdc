import { describe, test } from '@jest/globals';
import {
  ACME,
  appealDenial,
  denialResolved,
  given,
  postAdjustment,
  postCharge,
  recordDenial,
  resolveDenial,
  transferResponsibility,
} from '../support/ledger.js';

const OUTCOMES = ['overturned', 'upheld', 'written_off', 'transferred', 'rebilled'] as const;
const ENDS = OUTCOMES.filter((outcome) => outcome !== 'upheld');
const denied = [postCharge({ responsible: ACME }), recordDenial()] as const;

describe('resolving a denial', () => {
  test.each(OUTCOMES)('as %s, with or without an appeal', (outcome) => {
    given(...denied)
      .when(resolveDenial({ outcome }))
      .then(denialResolved({ outcome }));
    given(...denied, appealDenial())
      .when(resolveDenial({ outcome, effectiveOn: '2026-02-25', note: 'letter of 24 Feb' }))
      .then(denialResolved({ outcome, effectiveOn: '2026-02-25', note: 'letter of 24 Feb' }))
      .thenBooks({ balance: '100.00', shares: { 'C1 ACME primary': '100.00' } });
  });

  test('names the adjustment or transfer that did it', () => {
    given(...denied, postAdjustment())
      .when(resolveDenial({ outcome: 'written_off', entryId: 'ADJ1' }))
      .then(denialResolved({ outcome: 'written_off', entryId: 'ADJ1' }));
    given(...denied, transferResponsibility())
      .when(resolveDenial({ outcome: 'transferred', entryId: 'T1' }))
      .then(denialResolved({ outcome: 'transferred', entryId: 'T1' }));
  });

  test.each(ENDS)('an upheld denial can still be %s', (outcome) => {
    given(...denied, resolveDenial())
      .when(resolveDenial({ resolutionId: 'RS2', outcome }))
      .then(denialResolved({ resolutionId: 'RS2', outcome }));
  });

  test('says no to upholding it twice without an appeal between', () => {
    given(...denied, appealDenial(), resolveDenial())
      .when(resolveDenial({ resolutionId: 'RS2' }))
      .thenRejected('denial_already_resolved', { denialId: 'D1', denialStatus: 'upheld' });
    given(...denied, appealDenial(), resolveDenial(), appealDenial({ appealId: 'AP2', level: 2 }))
      .when(resolveDenial({ resolutionId: 'RS2' }))
      .then(denialResolved({ resolutionId: 'RS2' }));
  });

  test.each(ENDS)('says no once it was %s', (ended) => {
    for (const outcome of OUTCOMES) {
      given(...denied, resolveDenial({ outcome: ended }))
        .when(resolveDenial({ resolutionId: 'RS2', outcome }))
        .thenRejected('denial_already_resolved', { denialId: 'D1', denialStatus: ended });
    }
  });

  test('says no to a denial or an entry that is not there', () => {
    given(...denied)
      .when(resolveDenial({ denialId: 'C1' }))
      .thenRejected('denial_not_found', { denialId: 'C1' });
    given(...denied)
      .when(resolveDenial({ entryId: 'ADJ1' }))
      .thenRejected('entry_not_found', { entryId: 'ADJ1' });
  });

  test('says no to an entry that settles nothing', () => {
    given(...denied)
      .when(resolveDenial({ entryId: 'C1' }))
      .thenRejected('entry_does_not_resolve', { entryId: 'C1', entryType: 'ChargePosted' });
  });

  test('stays quiet on a repeat', () => {
    given(...denied, resolveDenial({ outcome: 'rebilled' }))
      .when(resolveDenial({ outcome: 'rebilled' }))
      .thenNothing({ revision: 3, type: 'DenialResolved' });
  });

  test('says no to the same id with other content, or of another kind', () => {
    given(...denied, resolveDenial({ outcome: 'rebilled' }))
      .when(resolveDenial({ outcome: 'overturned', note: 'sorry' }))
      .thenRejected('id_already_used', { id: 'RS1', usedBy: 'DenialResolved', differs: ['outcome', 'note'] });
    given(...denied)
      .when(resolveDenial({ resolutionId: 'C1' }))
      .thenRejected('id_already_used', { id: 'C1', usedBy: 'ChargePosted', differs: ['type'] });
  });
});
