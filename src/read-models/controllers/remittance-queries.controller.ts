import { Controller, Param, Query, UseInterceptors } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  type ControlAccountAnswer,
  type ControlAccountsAnswer,
  ControlAccountsQuery,
} from '../queries/control-accounts.js';
import {
  type RemittanceClaimAnswer,
  type RemittanceClaimsAnswer,
  RemittanceClaimsQuery,
} from '../queries/remittance-claims.js';
import { type RemittanceListAnswer, RemittanceListQuery } from '../queries/remittance-list.js';
import { type RemittanceAnswer, RemittanceQuery } from '../queries/remittance.js';
import { type WorkItemKind } from '../queries/work-items-sql.js';
import { type WorkItemsAnswer, WorkItemsQuery } from '../queries/work-items.js';
import { QueryRoute } from './answer-description.js';
import { askedAsItIs, askedPage } from './asked.js';
import {
  AsItIsQuestion,
  ControlAccountsQuestion,
  PageQuestion,
  RemittanceClaimsQuestion,
  RemittancesQuestion,
  WorkItemsQuestion,
} from './question-fields.js';
import { ClaimPipe, IdPipe, QuestionPipe } from './question-pipe.js';
import { RefusalsAsProblems } from './refusals-as-problems.js';
import * as examples from './remittance-examples.js';

/** What is asked about remittances, and what they leave to do. */
@Controller('v1')
@ApiTags('remittances')
@UseInterceptors(RefusalsAsProblems)
export class RemittanceQueriesController {
  constructor(
    private readonly list: RemittanceListQuery,
    private readonly remittance: RemittanceQuery,
    private readonly claims: RemittanceClaimsQuery,
    private readonly controlAccounts: ControlAccountsQuery,
    private readonly workItems: WorkItemsQuery,
  ) {}

  @QueryRoute('remittances', {
    summary: 'Remittances with what became of them',
    operationId: 'ListRemittances',
    description:
      'As they are now, those with the latest effective date first. `money.posted` + `money.inClearing` = `amount` + ' +
      '`money.toControlAccounts` for each that was accepted.',
    example: examples.REMITTANCES,
  })
  listRemittances(
    @Query(new QuestionPipe(RemittancesQuestion)) question: RemittancesQuestion,
  ): Promise<RemittanceListAnswer> {
    const { payerId, status, traceNumber, from, to } = question;
    return this.list.run({ ...askedAsItIs(question), payerId, status, traceNumber, from, to });
  }

  @QueryRoute('remittances/:remittanceId', {
    summary: 'One remittance: header, totals, findings, and where its money is',
    operationId: 'GetRemittance',
    description:
      '`totals` are what the file states. `findings` are those of the remittance as a whole; those of a claim stand ' +
      'with it. `deposits` are the parts of deposits that it was reconciled with.',
    example: examples.REMITTANCE,
    notFound: 'remittance_not_found',
  })
  getRemittance(
    @Param('remittanceId', new IdPipe('remittanceId')) remittanceId: string,
    @Query(new QuestionPipe(AsItIsQuestion)) { waitFor }: AsItIsQuestion,
  ): Promise<RemittanceAnswer> {
    return this.remittance.run({ remittanceId, waitFor });
  }

  @QueryRoute('remittances/:remittanceId/claims', {
    summary: 'The claims of a remittance, with lines, findings, and the events that they caused',
    operationId: 'ListRemittanceClaims',
    description:
      'In the order of the file, from the first outcome of each on. Amounts of `lines` and `held` are as the remittance ' +
      'has them. `events` are on the account, in order; each is in its history, with the line and segment behind it in ' +
      '`data.remittance`.',
    example: examples.REMITTANCE_CLAIMS,
    notFound: 'remittance_not_found',
  })
  listClaims(
    @Param('remittanceId', new IdPipe('remittanceId')) remittanceId: string,
    @Query(new QuestionPipe(RemittanceClaimsQuestion)) question: RemittanceClaimsQuestion,
  ): Promise<RemittanceClaimsAnswer> {
    return this.claims.run({ ...askedAsItIs(question), remittanceId, status: question.status });
  }

  @QueryRoute('remittances/:remittanceId/claims/:claim', {
    summary: 'One claim of a remittance, by its number in it',
    operationId: 'GetRemittanceClaim',
    example: examples.REMITTANCE_CLAIM,
    notFound: 'remittance_not_found, or claim_not_found also while the claim has no outcome yet',
  })
  getClaim(
    @Param('remittanceId', new IdPipe('remittanceId')) remittanceId: string,
    @Param('claim', ClaimPipe) claim: number,
    @Query(new QuestionPipe(AsItIsQuestion)) { waitFor }: AsItIsQuestion,
  ): Promise<RemittanceClaimAnswer> {
    return this.claims.one({ remittanceId, claim, waitFor });
  }

  @QueryRoute('control-accounts', {
    summary: 'What payers and providers have to settle, beside the claims',
    operationId: 'ListControlAccounts',
    description:
      'One item a control account and currency. A positive balance is what the payer kept back, a negative one what is ' +
      'owed to it. All of them together are Assets:PayerControl.',
    example: examples.CONTROL_ACCOUNTS,
  })
  listControlAccounts(
    @Query(new QuestionPipe(ControlAccountsQuestion)) question: ControlAccountsQuestion,
  ): Promise<ControlAccountsAnswer> {
    return this.controlAccounts.run({ ...askedPage(question), payerId: question.payerId });
  }

  @QueryRoute('control-accounts/:controlAccountId', {
    summary: 'One control account with its entries in the order of recording',
    operationId: 'GetControlAccount',
    description:
      '`balances` are of the whole account on every page. Entries `byHand` were booked through ' +
      '`POST /v1/control-accounts/{id}/entries`; their `segment` and `number` are null, and `remittanceId` where they are ' +
      'against none.',
    example: examples.CONTROL_ACCOUNT,
    notFound: 'control_account_not_found',
  })
  getControlAccount(
    @Param('controlAccountId', new IdPipe('controlAccountId')) controlAccountId: string,
    @Query(new QuestionPipe(PageQuestion)) question: PageQuestion,
  ): Promise<ControlAccountAnswer> {
    return this.controlAccounts.one({ ...askedPage(question), controlAccountId });
  }

  @QueryRoute('work-items', {
    summary: 'What somebody has to do about remittances and deposits',
    operationId: 'ListWorkItems',
    description:
      'The oldest first. An item keeps its `itemId` as long as it is there, and goes by itself when what it is about is ' +
      'settled. Fields that a kind has no use for are null.',
    example: examples.WORK_ITEMS,
  })
  listWorkItems(
    @Query(new QuestionPipe(WorkItemsQuestion)) question: WorkItemsQuestion,
  ): Promise<WorkItemsAnswer> {
    const { kind, payerId, accountId } = question;
    return this.workItems.run({
      ...askedAsItIs(question),
      kinds: kind?.split(',') as WorkItemKind[] | undefined,
      payerId,
      accountId,
    });
  }
}
