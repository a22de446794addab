import leven from 'leven';

const ours = /^(?:KIS|HOGA|TELEGRAM|DISCORD)_/i;

/** Those of the names that look like settings of ours and are none, each with the known one it was probably meant to be. */
export function unknownSettings(
  names: readonly string[],
  known: readonly string[],
): readonly { readonly name: string; readonly nearest: string | undefined }[] {
  return names
    .filter((name) => ours.test(name) && !known.includes(name))
    .map((name) => ({ name, nearest: nearestOf(name, known) }));
}

/** Undefined where none is near enough to be worth naming. */
function nearestOf(name: string, known: readonly string[]): string | undefined {
  let [nearest, least]: [string | undefined, number] = [undefined, Math.floor(name.length / 3) + 1];
  for (const candidate of known) {
    const distance = distanceOf(name, candidate);
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return nearest;
}

/** Letters to change, less those of the words they have in common: KIS_ACCOUNT_NUMBER is about an account. */
function distanceOf(name: string, candidate: string): number {
  const [words, others] = [name, candidate].map((text) => text.toUpperCase().split(/[^A-Z0-9]+/));
  const prefix = ours.exec(candidate)?.[0].slice(0, -1);
  const shared = (words ?? []).filter((word) => word !== prefix && others?.includes(word));
  return leven((words ?? []).join(''), (others ?? []).join('')) - shared.join('').length;
}
