/** Whether two texts differ by one character at most: a wrong one, a missing or extra one, or two neighbours swapped. */
export function withinOneEdit(one: string, other: string): boolean {
  const [shorter, longer] = one.length <= other.length ? [one, other] : [other, one];
  const added = longer.length - shorter.length;
  if (added > 1) return false;
  const same = (at: number, shift: number): boolean => shorter.charCodeAt(at) === longer.charCodeAt(at + shift);
  let head = 0;
  while (head < shorter.length && same(head, 0)) head += 1;
  let end = shorter.length;
  while (end > head && same(end - 1, added)) end -= 1;
  // The parts between the common beginning and the common end.
  const left = end - head + added;
  return left <= 1 || (left === 2 && added === 0 && same(head, 1) && same(head + 1, -1));
}
