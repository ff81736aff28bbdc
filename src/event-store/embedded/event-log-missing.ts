/** There is no event log in the folder that is to be read. */
export class EventLogMissing extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EventLogMissing';
  }
}
