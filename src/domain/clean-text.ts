/**
 * Characters that nobody sees and that something acts on: NUL and the other controls, which chats refuse and terminals
 * obey; marks that turn the direction of what follows, by which a text reads as another than it is; blanks without width.
 * The joiners within emoji stay.
 */
const unseen =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]/g;

/** A text from outside without invisible characters. Every line end becomes a line feed. */
export function visibleText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(unseen, '');
}

/** The same text on one line and trimmed, so that a text of one line cannot pass for several lines. */
export function visibleLine(text: string): string {
  return visibleText(text)
    .replace(/\s*[\n\t]\s*/g, ' ')
    .trim();
}
