import { redacted } from './secret.ts';

/** Taking out anything shorter would leave nothing to read. */
const shortestSecret = 4;
/** A text that was cut short may end within a secret: so much of one is told by its beginning. */
const tellingStart = 12;

/**
 * Takes secrets out of texts, in all forms in which they travel. The forms are found by their first letters, so that
 * one more secret costs as much as the first. A pattern of all forms would have to be compiled anew for each.
 */
export class SecretTexts {
  /** By their first letters, the longest first: of two that begin alike the end of the longer would stay otherwise. */
  readonly #forms = new Map<string, string[]>();
  /** How many secrets have the form. */
  readonly #uses = new Map<string, number>();
  /** How long secrets begin, and how many begin so. */
  readonly #beginnings = new Map<string, number>();

  add(secret: string): void {
    const beginning = beginningOf(secret);
    if (beginning !== undefined) count(this.#beginnings, beginning, 1);
    for (const form of distinctForms(secret)) {
      if (count(this.#uses, form, 1) > 1) continue;
      const start = form.slice(0, shortestSecret);
      const others = this.#forms.get(start) ?? [];
      const shorter = others.findIndex(({ length }) => length < form.length);
      others.splice(shorter === -1 ? others.length : shorter, 0, form);
      this.#forms.set(start, others);
    }
  }

  /** To be called at most once for each `add`. */
  remove(secret: string): void {
    const beginning = beginningOf(secret);
    if (beginning !== undefined) count(this.#beginnings, beginning, -1);
    for (const form of distinctForms(secret)) {
      if (count(this.#uses, form, -1) > 0) continue;
      const start = form.slice(0, shortestSecret);
      const others = (this.#forms.get(start) ?? []).filter((other) => other !== form);
      if (others.length > 0) this.#forms.set(start, others);
      else this.#forms.delete(start);
    }
  }

  /** The text without what was added. */
  hideIn(text: string): string {
    const parts: string[] = [];
    let from = 0;
    for (let place = 0; place <= text.length - shortestSecret; ) {
      const forms = this.#forms.get(text.slice(place, place + shortestSecret));
      const end = forms === undefined ? undefined : this.#endOf(forms, text, place);
      if (end === undefined) place += 1;
      else {
        parts.push(text.slice(from, place), redacted);
        from = end;
        place = end;
      }
    }
    return parts.join('') + text.slice(from);
  }

  /** Where what is to be hidden ends that stands at this place of a text; undefined where nothing does. */
  #endOf(forms: readonly string[], text: string, place: number): number | undefined {
    const form = forms.find((one) => text.startsWith(one, place) && isMeant(one, text, place));
    if (form !== undefined) return place + form.length;
    const told = place + tellingStart;
    if (!this.#beginnings.has(text.slice(place, told))) return undefined;
    inSecret.lastIndex = told;
    inSecret.test(text);
    return inSecret.lastIndex;
  }
}

/** What a secret goes on with after its beginning. */
const inSecret = /[\w+/=~.-]*/y;

/** Digits alone are only meant where the number ends too: the time of day may well hold somebody's account number. */
function isMeant(form: string, text: string, place: number): boolean {
  if (!/^\d+$/.test(form)) return true;
  const before = text.slice(Math.max(0, place - 3), place);
  const begins = !/\d$/.test(before) || /^%[\dA-Fa-f]{2}$/.test(before);
  return begins && !/^\d/.test(text.slice(place + form.length, place + form.length + 1));
}

/** Adds to a count, and returns what it comes to. */
function count(counts: Map<string, number>, of: string, by: 1 | -1): number {
  const now = (counts.get(of) ?? 0) + by;
  if (now === 0) counts.delete(of);
  else counts.set(of, now);
  return now;
}

function plain(secret: string): string {
  return secret.trim().toWellFormed();
}

function beginningOf(secret: string): string | undefined {
  const text = plain(secret);
  return text.length > tellingStart ? text.slice(0, tellingStart) : undefined;
}

/** A text as it stands in plain, in JSON, in JSON within JSON, in URLs and forms, and in base64. */
function distinctForms(secret: string): ReadonlySet<string> {
  const text = plain(secret);
  if (text.length < shortestSecret) return new Set();
  const inJson = (of: string): string => JSON.stringify(of).slice(1, -1);
  const inUrl = encodeURIComponent(text);
  return new Set([
    text,
    inJson(text),
    inJson(inJson(text)),
    inUrl,
    inUrl.replaceAll(/%../g, (part) => part.toLowerCase()),
    new URLSearchParams([['', text]]).toString().slice(1),
    ...inBase64(text),
  ]);
}

/** The part of a text's base64 that is the same whatever stands before and after it, in both alphabets. */
function inBase64(text: string): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.from(`${' '.repeat(before)}${text}`);
    const first = Math.ceil((before * 8) / 6);
    const end = Math.floor((bytes.length * 8) / 6);
    return [bytes.toString('base64').slice(first, end), bytes.toString('base64url').slice(first, end)];
  });
}
