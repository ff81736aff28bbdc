import type { Sender } from '../../commands/sender.js';
import type { Accounts } from '../../commands/transact.js';
import { isGivenUp } from '../settlement/adjudications.js';
import type { StandsNow } from './remittance-tally.js';

/** How a claim that was posted stands on its account now; undefined when it is not there. */
export async function standsNow(
  accounts: Pick<Accounts, 'post'>,
  accountId: string,
  adjudicationId: string,
  sender: Sender,
): Promise<StandsNow | undefined> {
  const { result } = await accounts.post<StandsNow | undefined>(
    {
      accountId,
      needs: () => [],
      carryOut: ({ account }) => {
        const claim = account.claims.get(adjudicationId);
        return (
          claim && {
            settlement: claim.settlement,
            hasHeld: claim.hasHeld,
            isGivenUp: isGivenUp(claim),
          }
        );
      },
    },
    sender,
  );
  return result;
}
