import { describe, expect, it } from '@jest/globals';
import { PlaceUnusable, readPlace } from '../../src/copy/place.js';

describe('a place', () => {
  it.each(['esdb://127.0.0.1:2113?tls=false', 'esdb+discover://me:secret@cluster:2113'])(
    'is a server at %s',
    (url) => expect(readPlace(` ${url} `)).toEqual({ url }),
  );

  it.each(['data', 'esdb', 'esdb-data', 'esdb/data', './esdb:/data', 'C:\\data'])(
    'is a folder: %s',
    (path) => {
      expect(readPlace(path)).toEqual({ folder: expect.stringContaining(process.cwd()) });
    },
  );

  it.each([
    'esdb:/me:secret@127.0.0.1:2161',
    'esdb:me:secret@127.0.0.1',
    'esdb:\\\\me:secret@host',
    'esdb//me:secret@host',
    'ESDB:/me:secret@host',
    'esdb+discover:/me:secret@host',
    'esdb+discovery:me:secret@host',
    'esdbs:/me:secret@host',
    'postgres://me:secret@host',
    '',
  ])('is not %j, which is not repeated', (text) => {
    expect(() => readPlace(text)).toThrow(PlaceUnusable);
    expect(() => readPlace(text)).not.toThrow(/secret|\n/);
  });
});
