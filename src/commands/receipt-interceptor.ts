import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type Observable, map } from 'rxjs';
import { receiptAnswer } from './receipt-answer.js';
import type { Outcome, Receipt } from './receipt.js';

/** Answers with the receipt of whatever the door came to. */
@Injectable()
export class ReceiptInterceptor implements NestInterceptor<Outcome, Receipt> {
  intercept(context: ExecutionContext, next: CallHandler<Outcome>): Observable<Receipt> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(map((outcome) => receiptAnswer(reply, outcome)));
  }
}
