import { describe, expect, it } from '@jest/globals';
import { hospitalOf } from './hospital-commands.js';

describe('The hospital of the bench', () => {
  it.each([1, 500, 4_000, 20_000])('gives %i commands when so many are asked for', (commands) => {
    expect([...hospitalOf(commands)]).toHaveLength(commands);
  });
});
