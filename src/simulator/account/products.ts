import { domesticTrading } from '../../kis/endpoints/domestic-trading.ts';
import type { Endpoint } from '../../kis/endpoints/endpoint.ts';
import { type BusinessRefusal, queryRefusals } from '../rest/texts.ts';

/** The product code (ACNT_PRDT_CD) of a retirement pension: an IRP. */
const retirementPension = '29';

/**
 * Why KIS refuses a call about an account of this product; undefined when it answers. A retirement pension can be looked
 * at and not traded: KIS refuses its orders, and the list of its orders of the last three months, but lists older ones.
 * People report the refusal, with this code, for buying, selling and that list. That amendments, cancellations and
 * scheduled orders are refused too follows from what they cite of KIS's FAQ, and was not seen. KIS serves a personal
 * pension (22) as it serves an ordinary account.
 */
export function productRefusal(product: string, row: Endpoint): BusinessRefusal | undefined {
  const isClosed = row.kind === 'order' || row.id === domesticTrading.inquireExecutions.id;
  return product === retirementPension && isClosed ? queryRefusals.retirementPension : undefined;
}
