import { expect, test } from '@jest/globals';
import { AccountAppend } from '../../src/commands/account-append.js';
import { eventIdOf } from '../../src/commands/event-id.js';
import { FoldedAccount } from '../../src/commands/folded-account.js';
import { ACCOUNT, accountOpened, noteRecorded, openAccount, recordNote } from '../support/ledger.js';
import { NOW, eventsOf, onALog } from './accounts-on-a-log.js';

test('events of one command are told apart by their place in it, though they say the same', () =>
  onALog(async (store) => {
    const appending = new AccountAppend({ store, clock: { now: () => new Date(NOW) } });
    const [opening, noting] = [openAccount(), recordNote()];
    const drafted = [
      { command: noting, event: noteRecorded() },
      { command: opening, event: accountOpened() },
      { command: noting, event: noteRecorded() },
    ];
    const appended = await appending.append(ACCOUNT, FoldedAccount.unopened(), drafted, {});
    const ids = [
      eventIdOf(noting, 0, noteRecorded()),
      eventIdOf(opening, 0, accountOpened()),
      eventIdOf(noting, 1, noteRecorded()),
    ];
    expect(new Set(ids).size).toBe(3);
    expect(appended).toMatchObject({ revision: 2, recordedAt: NOW, events: ids.map((id) => ({ id })) });
    expect((await eventsOf(store, `account-${ACCOUNT}`)).map(({ id }) => id)).toEqual(ids);
  }));
