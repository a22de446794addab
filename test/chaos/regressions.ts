/**
 * Seeds that once broke a promise, and what was wrong. A change of the scenarios gives every seed another story: then
 * these are worth no more than any others, and the bug needs a flow test of its own (most have one in test/flows).
 */
export const regressions: readonly { readonly seed: number; readonly bug: string }[] = [
  {
    seed: 8211,
    bug: 'two fills alike, then a cancel from elsewhere before the list showed both: the second was never told',
  },
  { seed: 8759, bug: "a cancel's row was taken for an earlier cancel of the same order, which had never arrived" },
];
