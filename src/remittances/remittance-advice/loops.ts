import { type Loop, loopsOf } from '../../x12/loops.js';

/** The loops of the 835, by the numbers that its guides give them. */
export type AdviceLoop = 'whole' | '1000A' | '1000B' | '2000' | '2100' | '2110';

const party = ['N2', 'N3', 'N4', 'REF', 'PER', 'RDM'];

const claim: Loop<AdviceLoop> = {
  id: '2100',
  begins: { tag: 'CLP' },
  holds: ['CAS', 'NM1', 'MIA', 'MOA', 'REF', 'DTM', 'PER', 'AMT', 'QTY'],
  loops: [
    {
      id: '2110',
      begins: { tag: 'SVC' },
      holds: ['DTM', 'CAS', 'REF', 'AMT', 'QTY', 'LQ'],
    },
  ],
};

/** Claims may follow the payee without an LX: many payers send none. */
export const ADVICE_LOOPS = loopsOf<AdviceLoop>({
  id: 'whole',
  holds: ['BPR', 'NTE', 'TRN', 'CUR', 'REF', 'DTM', 'PLB'],
  loops: [
    { id: '1000A', begins: { tag: 'N1', codes: ['PR'] }, holds: party },
    { id: '1000B', begins: { tag: 'N1', codes: ['PE'] }, holds: party },
    { id: '2000', begins: { tag: 'LX' }, holds: ['TS3', 'TS2'], loops: [claim] },
    claim,
  ],
});
