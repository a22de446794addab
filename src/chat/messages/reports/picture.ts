import { AppError } from '../../../errors.ts';
import type { Words } from '../../../i18n/index.ts';
import type { ChartRenderer, ReportCard } from '../../../ports/charts.ts';
import type { Attachment, Line } from '../../channel.ts';

/** The picture of a report as an attachment. A picture that fails is left out, and a line says so. */
export async function drawnCard(
  words: Words,
  charts: ChartRenderer,
  card: ReportCard | undefined,
  name: string,
): Promise<{ readonly attachments: readonly Attachment[]; readonly lines: readonly Line[] }> {
  if (card === undefined) return { attachments: [], lines: [] };
  try {
    const data = Buffer.from(await charts.renderCard(card)).toString('base64');
    return { attachments: [{ kind: 'photo', name, data }], lines: [] };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { attachments: [], lines: [words.digest.noPicture] };
  }
}
