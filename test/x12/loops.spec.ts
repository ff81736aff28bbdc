import { describe, expect, it } from '@jest/globals';
import { LoopWalker, loopsOf } from '../../src/x12/loops.js';
import { readSegmentsSync } from '../../src/x12/read-segments.js';
import { GS, ISA, x12 } from './x12-text.js';

/** A few loops of a claim status response (277), to show that another set is another table. */
const STATUS = loopsOf({
  id: 'whole',
  holds: ['BHT'],
  loops: [
    { id: 'source', begins: { tag: 'NM1', codes: ['PR'] }, holds: ['PER'] },
    { id: 'receiver', begins: { tag: 'NM1', codes: ['41'] }, holds: ['TRN'] },
    {
      id: 'patient',
      begins: { tag: 'NM1', codes: ['QC', 'IL'] },
      holds: ['TRN', 'STC', 'DTP'],
      loops: [{ id: 'line', begins: { tag: 'SVC' }, holds: ['STC', 'DTP'] }],
    },
  ],
});

function walk(segments: string[]): string[] {
  const walker = new LoopWalker(STATUS);
  const batch = [...readSegmentsSync(x12([ISA, GS, ...segments]))][0]!;
  return batch.segments.slice(2).map((segment) => {
    const place = walker.take(segment);
    return typeof place === 'string' ? place : `${place.loop}${place.begins ? ' begins' : ''}`;
  });
}

describe('loops', () => {
  it('are told by tags and codes, from the innermost outwards', () => {
    expect(
      walk([
        'BHT*1',
        'NM1*PR',
        'PER*IC',
        'NM1*41',
        'TRN*2',
        'NM1*QC',
        'STC*A1',
        'SVC*HC',
        'STC*A2',
        'NM1*IL',
        'STC*A3',
      ]),
    ).toEqual([
      'whole',
      'source begins',
      'source',
      'receiver begins',
      'receiver',
      'patient begins',
      'patient',
      'line begins',
      'line',
      'patient begins',
      'patient',
    ]);
  });

  it('are not left for a segment that has no place', () => {
    expect(walk(['NM1*QC', 'SVC*HC', 'XYZ*1', 'NM1*99', 'PER*IC', 'DTP*1'])).toEqual([
      'patient begins',
      'line begins',
      'unknown',
      'misplaced',
      'misplaced',
      'line',
    ]);
  });

  it('begin anew with each walk', () => {
    const [, , patient, status] = [...readSegmentsSync(x12([ISA, GS, 'NM1*QC', 'STC*A1']))][0]!.segments;
    const walker = new LoopWalker(STATUS);
    walker.take(patient!);
    expect(walker.take(status!)).toEqual({ loop: 'patient', begins: false });
    expect(new LoopWalker(STATUS).take(status!)).toBe('misplaced');
  });

  it('must say what begins them', () => {
    expect(() => loopsOf({ id: 'whole', holds: [], loops: [{ id: 'x', holds: [] }] })).toThrow(
      new TypeError('loop x does not say what begins it'),
    );
  });
});
