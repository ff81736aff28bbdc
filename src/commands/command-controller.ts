import { Controller, UseInterceptors } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiExtraModels, ApiTags } from '@nestjs/swagger';
import type { AccountRequest } from './account-request.js';
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
import type { Outcome } from './receipt.js';
import { ReceiptInterceptor } from './receipt-interceptor.js';
import { Received } from './received.js';
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
@UseInterceptors(ReceiptInterceptor)
export class CommandController {
  constructor(private readonly bus: CommandBus) {}

  @CommandRoute('accounts', OpenAccount, 'Open an account')
  openAccount(@Received(OpenAccount) command: AccountRequest): Promise<Outcome> {
    return this.bus.execute(command);
  }

  @CommandRoute('accounts/:accountId/charges', PostCharge, 'Post a charge')
  postCharge(@Received(PostCharge) command: AccountRequest): Promise<Outcome> {
    return this.bus.execute(command);
  }

  @CommandRoute('accounts/:accountId/payments', PostPayment, 'Post a payment')
  postPayment(@Received(PostPayment) command: AccountRequest): Promise<Outcome> {
    return this.bus.execute(command);
  }

  @CommandRoute('accounts/:accountId/adjustments', PostAdjustment, 'Post an adjustment')
  postAdjustment(@Received(PostAdjustment) command: AccountRequest): Promise<Outcome> {
    return this.bus.execute(command);
  }

  @CommandRoute('accounts/:accountId/transfers', TransferResponsibility, 'Transfer responsibility')
  transferResponsibility(@Received(TransferResponsibility) command: AccountRequest): Promise<Outcome> {
    return this.bus.execute(command);
  }

  @CommandRoute('accounts/:accountId/denials', RecordDenial, 'Record a denial')
  recordDenial(@Received(RecordDenial) command: AccountRequest): Promise<Outcome> {
    return this.bus.execute(command);
  }

  @CommandRoute('accounts/:accountId/denials/:denialId/appeals', AppealDenial, 'Record an appeal of a denial')
  appealDenial(@Received(AppealDenial) command: AccountRequest): Promise<Outcome> {
    return this.bus.execute(command);
  }

  @CommandRoute('accounts/:accountId/denials/:denialId/resolution', ResolveDenial, 'Say how a denial ended')
  resolveDenial(@Received(ResolveDenial) command: AccountRequest): Promise<Outcome> {
    return this.bus.execute(command);
  }

  @CommandRoute('accounts/:accountId/allocations', ApplyCredit, 'Apply credit to charges')
  applyCredit(@Received(ApplyCredit) command: AccountRequest): Promise<Outcome> {
    return this.bus.execute(command);
  }

  @CommandRoute('accounts/:accountId/refunds', IssueRefund, 'Pay credit back')
  issueRefund(@Received(IssueRefund) command: AccountRequest): Promise<Outcome> {
    return this.bus.execute(command);
  }

  @CommandRoute('accounts/:accountId/reversals', ReverseEntry, 'Take an entry back')
  reverseEntry(@Received(ReverseEntry) command: AccountRequest): Promise<Outcome> {
    return this.bus.execute(command);
  }

  @CommandRoute('accounts/:accountId/notes', RecordNote, 'Record a note')
  recordNote(@Received(RecordNote) command: AccountRequest): Promise<Outcome> {
    return this.bus.execute(command);
  }
}
