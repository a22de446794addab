import { orderCommand } from './ticket.ts';

export const sell = orderCommand(
  'sell',
  ['매도', '팔기'],
  ['/sell 삼성전자 10 71000', '/sell 005930 10', '/sell 005930 10 시장가'],
);
