/**
 * The numbers that the settings have named for an account, in the order in which they came. The numbers themselves are
 * not kept: a digest is enough to tell whether the number is still the same.
 */
export interface AccountNumbers {
  readonly salt: string;
  readonly digests: readonly string[];
  /** The position in `digests` of the number that trading last went on with. */
  readonly current: number;
}

/** Which number an account had, so that its orders are never looked up in another account of the same name. */
export interface AccountNumberStore {
  /** Undefined before the first start with this account. */
  accountNumbers(): Promise<AccountNumbers | undefined>;
  setAccountNumbers(numbers: AccountNumbers): Promise<void>;
}
