import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type Observable, map } from 'rxjs';
import type { Outcome, Receipt } from './receipt.js';

/** Answers with the receipt: 201 when events were appended, 200 for a repeated command, the revision as ETag. */
@Injectable()
export class ReceiptInterceptor implements NestInterceptor<Outcome, Receipt> {
  intercept(context: ExecutionContext, next: CallHandler<Outcome>): Observable<Receipt> {
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      map(({ appended, receipt }) => {
        void reply.status(appended ? 201 : 200).header('etag', `"${receipt.revision}"`);
        return receipt;
      }),
    );
  }
}
