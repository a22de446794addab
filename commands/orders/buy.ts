import { orderCommand } from './ticket.ts';

export const buy = orderCommand(
  'buy',
  ['매수', '사기'],
  ['/buy 삼성전자 10 70000', '/buy 005930 100만원', '/buy 005930 10주 시장가', '/buy 005930 50% 7만원 IOC'],
);
