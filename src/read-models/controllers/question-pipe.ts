import type { PipeTransform } from '@nestjs/common';
import { checkFields } from '../../http/check-fields.js';
import type { FieldsClass } from '../../http/declared-fields.js';
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

/** Checks an id in a path, which is named by its field. */
export class IdPipe implements PipeTransform<string, string> {
  constructor(private readonly field: string) {}

  transform(id: string): string {
    const message = idFault(id);
    if (message !== undefined) throw validationFailed([{ field: this.field, message }]);
    return id;
  }
}

/** Checks an account's id in a path. */
export class AccountIdPipe extends IdPipe {
  constructor() {
    super('accountId');
  }
}

/** Reads the number of a claim in a path. */
export class ClaimPipe implements PipeTransform<string, number> {
  transform(claim: string): number {
    if (!/^[1-9]\d{0,8}$/.test(claim)) {
      throw validationFailed([{ field: 'claim', message: 'must be a whole number from 1' }]);
    }
    return Number(claim);
  }
}
