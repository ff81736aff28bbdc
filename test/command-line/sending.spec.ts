import { expect, it } from '@jest/globals';
import { isRefused } from '../../src/command-line/sending.js';

it.each([200, 201])('takes an answer with %s for a receipt', (status) => {
  expect(isRefused({ line: 1, status })).toBe(false);
});

it.each([202, 204, 302, 400, 404, 409, 422, Number.NaN, '409', '200', undefined])(
  'takes an answer with %p for a refusal',
  (status) => {
    expect(isRefused({ line: 1, status: status as number })).toBe(true);
  },
);
