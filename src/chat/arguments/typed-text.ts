import { visibleText } from '../../domain/clean-text.ts';

/**
 * Replaces full-width letters, digits, signs and blanks by the ordinary ones (`１０` is 10, `Ａ` is A) and removes
 * invisible characters, which pasted text often contains. Unicode's NFKC would go too far: it changes single Korean
 * consonants (ㅅㅅㅈㅈ), by which people search for issues.
 */
export function ordinaryWidth(text: string): string {
  return visibleText(text)
    .replace(/[\uff01-\uff5e]/g, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replaceAll('\u3000', ' ')
    .replaceAll('\uffe6', '₩');
}
