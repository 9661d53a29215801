/** Of `GET /v1/accounts`, what says whether there is work left. */
export interface Accounts {
  readonly items: readonly {
    readonly account: string;
    readonly lanes: readonly {
      readonly pending: number;
      readonly inFlight: number;
      readonly running: number;
    }[];
  }[];
}
