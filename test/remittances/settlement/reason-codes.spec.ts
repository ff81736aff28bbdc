import { describe, expect, test } from '@jest/globals';
import { effectOf, reasonCode } from '../../../src/remittances/settlement/reason-codes.js';

const effect = (group: string, reason: string, amount = '10.00', paid = '0.00') =>
  effectOf({ group, reason, amount }, paid);
const writeOff = (category: string, direction = 'credit') => ({ kind: 'write_off', category, direction });

describe('what an adjustment does', () => {
  test.each([
    ['CO', '45', writeOff('contractual')],
    ['CO', '97', writeOff('contractual')],
    ['CO', '24', writeOff('contractual')],
    ['CO', '253', writeOff('contractual')],
    ['CR', '45', writeOff('contractual')],
    ['OA', '45', writeOff('other')],
    ['PI', '45', writeOff('other')],
    ['', '45', writeOff('other')],
    ['CO', '225', writeOff('interest')],
    ['OA', '85', writeOff('interest')],
    ['CO', '16', { kind: 'denial' }],
    ['OA', '109', { kind: 'denial' }],
    ['PI', '50', { kind: 'denial' }],
    ['CR', 'B7', { kind: 'denial' }],
    ['CO', 'B13', { kind: 'denial' }],
    ['OA', '100', { kind: 'denial' }],
    ['CO', 'X99', { kind: 'denial' }],
    ['OA', 'X99', { kind: 'denial' }],
    ['PR', 'X99', { kind: 'transfer', isDenial: false }],
    ['CO', '18', { kind: 'duplicate' }],
    ['OA', '18', { kind: 'duplicate' }],
    ['OA', '23', { kind: 'prior_payer' }],
    ['PI', '23', { kind: 'prior_payer' }],
    ['PR', '23', { kind: 'prior_payer' }],
    ['PR', '1', { kind: 'transfer', isDenial: false }],
    ['PR', '96', { kind: 'transfer', isDenial: true }],
  ])('%s-%s on a line that was not paid', (group, reason, expected) => {
    expect(effect(group, reason)).toEqual(expected);
  });

  test('a denial code on a line that was paid is no denial', () => {
    expect(effect('CO', '151', '10.00', '90.00')).toEqual(writeOff('contractual'));
    expect(effect('PR', '96', '10.00', '90.00')).toEqual({ kind: 'transfer', isDenial: false });
  });

  test('a code that is not in the table gives nothing up but on a line that was paid', () => {
    expect(effect('CO', 'X99', '10.00', '90.00')).toEqual(writeOff('contractual'));
    expect(effect('CO', 'X99', '-10.00')).toEqual(writeOff('contractual', 'debit'));
  });

  test('what was paid before is not given up beside what is paid now', () => {
    expect(effect('OA', 'B13', '180.00', '20.00')).toEqual({ kind: 'duplicate' });
    expect(effect('CO', 'B13', '-180.00', '20.00')).toEqual({ kind: 'duplicate' });
  });

  test('a negative amount goes the other way, and refuses nothing', () => {
    expect(effect('CO', '45', '-10.00')).toEqual(writeOff('contractual', 'debit'));
    expect(effect('CO', '16', '-10.00')).toEqual(writeOff('contractual', 'debit'));
    expect(effect('PR', '96', '-10.00')).toEqual({ kind: 'transfer', isDenial: false });
  });
});

test('a code says in our words what it means', () => {
  expect(reasonCode('1')).toEqual({ meaning: 'patient', text: 'Deductible' });
  expect(reasonCode('29')).toEqual({ meaning: 'denial', text: 'Filed too late' });
  expect(reasonCode('no code')).toBeUndefined();
});
