/**
 * Seeds that once broke a promise, and what was wrong. A change of the scenarios gives every seed another story: then
 * these are worth no more than any others, and the bug needs a flow test of its own (most have one in test/flows).
 */
export const regressions: readonly { readonly seed: number; readonly bug: string }[] = [];
