import type { Handler } from '../rest/answer.ts';
import { investors } from './investors.ts';
import { personalLists } from './lists.ts';
import { news } from './news.ts';
import { opinions } from './opinions.ts';
import { rankings } from './rankings.ts';
import { companyFigures } from './statements.ts';

/** All that is looked up about companies and the market at large, by endpoint id. */
export const research: ReadonlyMap<string, Handler> = new Map([
  ...rankings,
  ...investors,
  ...companyFigures,
  ...opinions,
  ...news,
  ...personalLists,
]);
