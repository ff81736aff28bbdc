import { Controller } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiExtraModels, ApiTags } from '@nestjs/swagger';
import { AppealDenial } from './appeal-denial.js';
import { ApplyCredit } from './apply-credit.js';
import { CommandRoute } from './command-route.js';
import { AllocationFields } from './fields/allocation.js';
import { SOURCE_FIELDS } from './fields/credit-source.js';
import { PARTY_FIELDS } from './fields/party.js';
import { IssueRefund } from './issue-refund.js';
import { OpenAccount } from './open-account.js';
import { PostAdjustment } from './post-adjustment.js';
import { PostCharge, ServiceCodeFields } from './post-charge.js';
import { PostPayment } from './post-payment.js';
import { receiptAnswer } from './receipt-answer.js';
import type { Receipt } from './receipt.js';
import { Received, type ReceivedCommand } from './received.js';
import { DenialLineFields, RecordDenial } from './record-denial.js';
import { RecordNote } from './record-note.js';
import { ResolveDenial } from './resolve-denial.js';
import { ReverseEntry } from './reverse-entry.js';
import { TransferResponsibility } from './transfer-responsibility.js';

/** The doors for single commands: a path, a command, the bus. */
@Controller('v1')
@ApiTags('commands')
@ApiExtraModels(
  ...([...PARTY_FIELDS, ...SOURCE_FIELDS] as never[]),
  AllocationFields,
  ServiceCodeFields,
  DenialLineFields,
)
export class CommandController {
  constructor(private readonly bus: CommandBus) {}

  @CommandRoute('accounts', OpenAccount, 'Open an account')
  openAccount(@Received(OpenAccount) received: ReceivedCommand): Promise<Receipt> {
    return this.carryOut(received);
  }

  @CommandRoute('accounts/:accountId/charges', PostCharge, 'Post a charge')
  postCharge(@Received(PostCharge) received: ReceivedCommand): Promise<Receipt> {
    return this.carryOut(received);
  }

  @CommandRoute('accounts/:accountId/payments', PostPayment, 'Post a payment')
  postPayment(@Received(PostPayment) received: ReceivedCommand): Promise<Receipt> {
    return this.carryOut(received);
  }

  @CommandRoute('accounts/:accountId/adjustments', PostAdjustment, 'Post an adjustment')
  postAdjustment(@Received(PostAdjustment) received: ReceivedCommand): Promise<Receipt> {
    return this.carryOut(received);
  }

  @CommandRoute('accounts/:accountId/transfers', TransferResponsibility, 'Transfer responsibility')
  transferResponsibility(@Received(TransferResponsibility) received: ReceivedCommand): Promise<Receipt> {
    return this.carryOut(received);
  }

  @CommandRoute('accounts/:accountId/denials', RecordDenial, 'Record a denial')
  recordDenial(@Received(RecordDenial) received: ReceivedCommand): Promise<Receipt> {
    return this.carryOut(received);
  }

  @CommandRoute('accounts/:accountId/denials/:denialId/appeals', AppealDenial, 'Record an appeal of a denial')
  appealDenial(@Received(AppealDenial) received: ReceivedCommand): Promise<Receipt> {
    return this.carryOut(received);
  }

  @CommandRoute('accounts/:accountId/denials/:denialId/resolution', ResolveDenial, 'Say how a denial ended')
  resolveDenial(@Received(ResolveDenial) received: ReceivedCommand): Promise<Receipt> {
    return this.carryOut(received);
  }

  @CommandRoute('accounts/:accountId/allocations', ApplyCredit, 'Apply credit to charges')
  applyCredit(@Received(ApplyCredit) received: ReceivedCommand): Promise<Receipt> {
    return this.carryOut(received);
  }

  @CommandRoute('accounts/:accountId/refunds', IssueRefund, 'Pay credit back')
  issueRefund(@Received(IssueRefund) received: ReceivedCommand): Promise<Receipt> {
    return this.carryOut(received);
  }

  @CommandRoute('accounts/:accountId/reversals', ReverseEntry, 'Take an entry back')
  reverseEntry(@Received(ReverseEntry) received: ReceivedCommand): Promise<Receipt> {
    return this.carryOut(received);
  }

  @CommandRoute('accounts/:accountId/notes', RecordNote, 'Record a note')
  recordNote(@Received(RecordNote) received: ReceivedCommand): Promise<Receipt> {
    return this.carryOut(received);
  }

  // Not an interceptor's work: with one, Nest makes a stream of each answer, and listens for the end of the connection.
  private async carryOut({ command, reply }: ReceivedCommand): Promise<Receipt> {
    return receiptAnswer(reply, await this.bus.execute(command));
  }
}
