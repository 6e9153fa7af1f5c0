/** The database cannot be brought up or used, for a reason that whoever runs Switchboard can mend: the message says how. */
export class DatabaseProblem extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DatabaseProblem';
  }
}
