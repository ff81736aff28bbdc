import { Controller, Headers, Param, Query, Res, UseInterceptors } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type AccountListAnswer, AccountListQuery } from '../queries/account-list.js';
import { AccountQuery } from '../queries/account.js';
import { historyCsv } from '../queries/answers-as-csv.js';
import { HistoryQuery } from '../queries/history.js';
import { type OpenItemsAnswer, OpenItemsQuery } from '../queries/open-items.js';
import { QueryRoute } from './answer-description.js';
import { CSV, begun, sendCsv } from './answers.js';
import { askedMoment, askedPage } from './asked.js';
import { preferred } from './content-negotiation.js';
import * as examples from './examples.js';
import { AccountsQuestion, MomentQuestion, PageQuestion } from './question-fields.js';
import { AccountIdPipe, QuestionPipe } from './question-pipe.js';
import { RefusalsAsProblems } from './refusals-as-problems.js';

/** What is asked about accounts. */
@Controller('v1/accounts')
@ApiTags('accounts')
@UseInterceptors(RefusalsAsProblems)
export class AccountsController {
  constructor(
    private readonly accountList: AccountListQuery,
    private readonly account: AccountQuery,
    private readonly openItems: OpenItemsQuery,
    private readonly history: HistoryQuery,
  ) {}

  @QueryRoute('', {
    summary: 'Accounts with their balances',
    operationId: 'ListAccounts',
    description:
      'In the order of their ids. An account is listed from the day it was opened or first moved money.',
    example: examples.ACCOUNT_LIST,
  })
  list(@Query(new QuestionPipe(AccountsQuestion)) question: AccountsQuestion): Promise<AccountListAnswer> {
    return this.accountList.run({ ...askedPage(question), entity: question.entity });
  }

  @QueryRoute(':accountId', {
    summary: 'One account: balance, by party and by kind of entry',
    operationId: 'GetAccount',
    description: 'ETag is the revision of the last event that was known, for If-Match of a command.',
    example: examples.ACCOUNT,
  })
  async one(
    @Param('accountId', AccountIdPipe) accountId: string,
    @Query(new QuestionPipe(MomentQuestion)) question: MomentQuestion,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const answer = await this.account.run({ ...askedMoment(question), accountId });
    if (answer.revision !== null) void reply.header('etag', `"${answer.revision}"`);
    void reply.send(answer);
  }

  @QueryRoute(':accountId/open-items', {
    summary: 'What is open of each charge, by party, with its ages',
    operationId: 'ListOpenItems',
    description:
      'A part is what a party has been responsible for since one day; parts are used up oldest first. A credit on a ' +
      'share is an item with a negative amount and no `responsibleSince`. `balance` and `unapplied` are of the whole ' +
      'account on every page; `unappliedCredits` (at most 1,000) come with the first.',
    example: examples.OPEN_ITEMS,
  })
  open(
    @Param('accountId', AccountIdPipe) accountId: string,
    @Query(new QuestionPipe(PageQuestion)) question: PageQuestion,
  ): Promise<OpenItemsAnswer> {
    return this.openItems.run({ ...askedPage(question), accountId });
  }

  @QueryRoute(':accountId/history', {
    summary: 'Every event of an account in the order of recording, with running balances',
    operationId: 'GetHistory',
    description:
      'For a past `asOf`, events that are effective later are left out, and amounts and running balances count only ' +
      'what is effective by then. With `Accept: text/csv` all pages come as one file (`limit` and `cursor` are then ' +
      'refused); text that callers wrote gets an apostrophe before a leading `=`, `+`, `-` or `@`, so that no ' +
      'spreadsheet runs it: JSON has it to the letter.',
    example: examples.HISTORY,
    also: [CSV],
  })
  async events(
    @Param('accountId', AccountIdPipe) accountId: string,
    @Query() parameters: PageQuestion,
    @Headers('accept') accept: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (preferred(accept, ['application/json', CSV]) === CSV) {
      const question = new QuestionPipe(MomentQuestion).transform(parameters);
      sendCsv(
        reply,
        `history-${accountId}`,
        historyCsv(await begun(this.history.pages({ ...askedMoment(question), accountId }))),
      );
      return;
    }
    const question = new QuestionPipe(PageQuestion).transform(parameters);
    void reply.send(await this.history.run({ ...askedPage(question), accountId }));
  }
}
