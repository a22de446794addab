import leven from 'leven';

const ours = /^(?:KIS|HOGA|TELEGRAM|DISCORD)_/i;

/** The names that look like settings of Hoga but are not, each with the known setting that was probably meant. */
export function unknownSettings(
  names: readonly string[],
  known: readonly string[],
): readonly { readonly name: string; readonly nearest: string | undefined }[] {
  return names
    .filter((name) => ours.test(name) && !known.includes(name))
    .map((name) => ({ name, nearest: nearestOf(name, known) }));
}

/** The known setting most similar to `name`; undefined when none is similar enough. */
function nearestOf(name: string, known: readonly string[]): string | undefined {
  let [nearest, least]: [string | undefined, number] = [undefined, Math.floor(name.length / 3) + 1];
  for (const candidate of known) {
    const distance = distanceOf(name, candidate);
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return nearest;
}

/**
 * The edit distance of two names, minus the letters of the words they share: KIS_ACCOUNT_NUMBER is close to
 * KIS_ACCOUNT.
 */
function distanceOf(name: string, candidate: string): number {
  // One letter of the whole is wrong: HOGA_ACCOUNT is HOGA_ACCOUNTS rather than KIS_ACCOUNT.
  if (leven(name.toUpperCase(), candidate) === 1) return -name.length;
  const [words, others] = [name, candidate].map((text) => text.toUpperCase().split(/[^A-Z0-9]+/));
  const prefix = ours.exec(candidate)?.[0].slice(0, -1);
  const shared = (words ?? []).filter((word) => word !== prefix && others?.includes(word));
  return leven((words ?? []).join(''), (others ?? []).join('')) - shared.join('').length;
}
