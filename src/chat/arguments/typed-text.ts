import { visibleText } from '../../domain/clean-text.ts';

/**
 * Full-width letters, digits, signs and blanks as the ordinary ones that were meant: `１０` is 10, `Ａ` is A; and nothing
 * that cannot be seen, as comes along with what is pasted. Nothing else is changed: a wider normalisation would also take apart what is typed as single consonants.
 */
export function ordinaryWidth(text: string): string {
  return visibleText(text)
    .replace(/[\uff01-\uff5e]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replaceAll('\u3000', ' ')
    .replaceAll('\uffe6', '₩');
}
