import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ledgerId } from '../../../src/ledger-id.js';
import {
  controlAccountIdOf,
  namedPayerIdOf,
  payerIdOf,
  providerIdOf,
} from '../../../src/remittances/settlement/payer-id.js';
import { positionOf } from '../../../src/remittances/settlement/position-of.js';
import { interchange, x12 } from '../../x12/x12-text.js';
import { CLAIM, HEADER, read, replace } from '../advice-text.js';

const ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;

/** The header of an advice in which some segments are replaced. */
function header(...replaced: [start: string, ...others: string[]][]) {
  const segments = replaced.reduce(
    (all: string[], [start, ...others]) => replace(all, start, ...others),
    HEADER,
  );
  return read(x12(interchange([...segments, ...CLAIM]))).headers[0]!;
}

describe('the payer of a remittance', () => {
  it('is TRN03', () => {
    expect(payerIdOf(header())).toBe('1512345678');
  });

  it('is N104 without TRN03, then BPR10, then unknown', () => {
    expect(payerIdOf(header(['TRN', 'TRN*1*TRACE7']))).toBe('12345');
    expect(payerIdOf(header(['TRN', 'TRN*1*TRACE7'], ['N1*PR', 'N1*PR*ACME']))).toBe('1512345678');
    expect(payerIdOf(header(['TRN'], ['N1*PR', 'N1*PR*ACME'], ['BPR', 'BPR*I*165*C*ACH']))).toBe(
      'unknown-payer',
    );
  });

  it('is encoded where it is no id', () => {
    expect(payerIdOf(header(['TRN', 'TRN*1*TRACE7*15 123']))).toBe(ledgerId('15 123'));
  });
});

describe('the provider of a remittance', () => {
  it('is N104 of the payee, then a REF of it, then unknown', () => {
    expect(providerIdOf(header())).toBe('1234567893');
    expect(providerIdOf(header(['N1*PE', 'N1*PE*SUNRISE CLINIC']))).toBe('371234567');
    expect(providerIdOf(header(['N1*PE', 'N1*PE*CLINIC'], ['REF*TJ', 'REF*PQ*P7']))).toBe('P7');
    expect(providerIdOf(header(['N1*PE', 'N1*PE*CLINIC'], ['REF*TJ']))).toBe('unknown-provider');
    expect(providerIdOf(header(['N1*PE'], ['REF*TJ']))).toBe('unknown-provider');
  });
});

describe('a payer that a claim names', () => {
  it('is its id, or else its name, and nobody when there is neither', () => {
    expect(namedPayerIdOf({ name: 'ZENITH', idQualifier: 'PI', id: 'Z7' })).toBe('Z7');
    expect(namedPayerIdOf({ name: 'ZENITH LIFE', idQualifier: '', id: '' })).toBe(ledgerId('ZENITH LIFE'));
    expect(namedPayerIdOf({ name: '', idQualifier: '', id: '' })).toBeUndefined();
    expect(namedPayerIdOf(undefined)).toBeUndefined();
  });
});

describe('the id of a control account', () => {
  it('is payer and provider where that can be read back', () => {
    expect(controlAccountIdOf('1512345678', '1234567893')).toBe('1512345678.1234567893');
  });

  it('never stands for two pairs, and is always an id', () => {
    expect(controlAccountIdOf('a.b', 'c')).not.toBe(controlAccountIdOf('a', 'b.c'));
    const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9.:-]{0,40}$/).map(ledgerId);
    fc.assert(
      fc.property(id, id, id, id, (a, b, c, d) => {
        const [one, other] = [controlAccountIdOf(a, b), controlAccountIdOf(c, d)];
        expect(one).toMatch(ID);
        expect(one === other).toBe(a === c && b === d);
      }),
    );
  });

  it('is no other pair when the parts are cut elsewhere', () => {
    const text = fc.stringMatching(/^[a-c.]{1,4}$/).map((t) => `x${t}`);
    fc.assert(
      fc.property(text, text, text, text, (a, b, c, d) => {
        expect(controlAccountIdOf(a, b) === controlAccountIdOf(c, d)).toBe(a === c && b === d);
      }),
    );
  });
});

describe('the position of a payer', () => {
  it.each([
    ['1', 'primary'],
    ['19', 'primary'],
    ['2', 'secondary'],
    ['20', 'secondary'],
    ['3', 'tertiary'],
    ['21', 'tertiary'],
    ['4', undefined],
    ['22', undefined],
    ['25', undefined],
    ['constructor', undefined],
  ])('follows from status %s: %s', (status, position) => {
    expect(positionOf(status)).toBe(position);
  });
});
