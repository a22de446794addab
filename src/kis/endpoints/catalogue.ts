import { domesticMarket } from './domestic-market.ts';
import { domesticResearch } from './domestic-research.ts';
import { domesticTrading } from './domestic-trading.ts';
import type { Endpoint } from './endpoint.ts';

/** Every row of the REST catalogue, in the order of its tables. */
export const catalogue: readonly Endpoint[] = [domesticMarket, domesticResearch, domesticTrading].flatMap(
  (rows): readonly Endpoint[] => Object.values(rows),
);
