import { describe, test } from '@jest/globals';
import {
  appealDenial,
  denialAppealed,
  given,
  postCharge,
  recordDenial,
  resolveDenial,
} from '../support/ledger.js';

const denied = [postCharge(), recordDenial()] as const;

describe('appealing a denial', () => {
  test('puts it under appeal at its level', () => {
    given(...denied)
      .when(appealDenial({ respondBy: '2026-05-01' }))
      .then(denialAppealed({ respondBy: '2026-05-01' }));
  });

  test('may begin at a later level: a ledger can be loaded in the middle of a dispute', () => {
    given(...denied)
      .when(appealDenial({ level: 3 }))
      .then(denialAppealed({ level: 3 }));
  });

  test('goes to the next level once it was upheld', () => {
    given(...denied, appealDenial(), resolveDenial())
      .when(appealDenial({ appealId: 'AP2', level: 2 }))
      .then(denialAppealed({ appealId: 'AP2', level: 2 }));
  });

  test.each([1, 3])('says no to level %d after level 1 was upheld', (level) => {
    given(...denied, appealDenial(), resolveDenial())
      .when(appealDenial({ appealId: 'AP2', level }))
      .thenRejected('appeal_level_not_next', { denialId: 'D1', level, expectedLevel: 2 });
  });

  test.each([0, -1])('says no to level %d', (level) => {
    given(...denied)
      .when(appealDenial({ level }))
      .thenRejected('appeal_level_not_next', { denialId: 'D1', level, expectedLevel: 1 });
  });

  test('says no while an appeal is pending', () => {
    given(...denied, appealDenial())
      .when(appealDenial({ appealId: 'AP2', level: 2 }))
      .thenRejected('denial_under_appeal', { denialId: 'D1', level: 1 });
  });

  test.each(['overturned', 'written_off', 'transferred', 'rebilled'] as const)(
    'says no once it was %s',
    (outcome) => {
      given(...denied, resolveDenial({ outcome }))
        .when(appealDenial())
        .thenRejected('denial_already_resolved', { denialId: 'D1', denialStatus: outcome });
    },
  );

  test('says no to a denial that is not there', () => {
    given(...denied)
      .when(appealDenial({ denialId: 'D2' }))
      .thenRejected('denial_not_found', { denialId: 'D2' });
  });

  test('stays quiet on a repeat, also after it was decided', () => {
    given(...denied, appealDenial(), resolveDenial({ outcome: 'overturned' }))
      .when(appealDenial())
      .thenNothing({ revision: 3, type: 'DenialAppealed' });
  });

  test('says no to the same id with other content, or of another kind', () => {
    given(...denied, recordDenial({ denialId: 'D2' }), appealDenial())
      .when(appealDenial({ denialId: 'D2', level: 2, filedOn: '2026-02-21' }))
      .thenRejected('id_already_used', {
        id: 'AP1',
        usedBy: 'DenialAppealed',
        differs: ['denialId', 'level', 'filedOn'],
      });
    given(...denied)
      .when(appealDenial({ appealId: 'D1' }))
      .thenRejected('id_already_used', { id: 'D1', usedBy: 'DenialRecorded', differs: ['type'] });
  });
});
