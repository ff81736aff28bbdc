import type { PipeTransform } from '@nestjs/common';
import { type FieldsClass, checkFields } from '../../http/declared-fields.js';
import { validationFailed } from '../../http/problem.js';
import { idFault } from '../../http/value-fields.js';

/** Checks the parameters of a query against the class that declares them; those it does not know are refused by name. */
export class QuestionPipe<T extends object> implements PipeTransform<unknown, T> {
  constructor(private readonly question: FieldsClass<T>) {}

  transform(parameters: unknown): T {
    const result = checkFields(this.question, { ...(parameters as object) });
    if ('errors' in result) throw validationFailed(result.errors);
    return result.checked;
  }
}

/** Checks an account's id in a path. */
export class AccountIdPipe implements PipeTransform<string, string> {
  transform(accountId: string): string {
    const message = idFault(accountId);
    if (message !== undefined) throw validationFailed([{ field: 'accountId', message }]);
    return accountId;
  }
}
