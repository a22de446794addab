import { orderCommand } from './ticket.ts';

export const sell = orderCommand(
  'sell',
  ['매도', '팔기'],
  ['/sell 삼성전자 10 71000', '/sell 005930 절반', '/sell 005930 전량 시장가', '/sell 005930 10주 최유리'],
);
