import type { ChannelName } from '../../../src/kis/endpoints/channels.ts';

/**
 * By topic of the WebSocket: what a person types for it to be registered, or what it is for where it always is. A test
 * types each and looks what is registered; the page of coverage names the commands.
 */
export const channelUse: Readonly<Record<ChannelName, { readonly line: string } | { readonly always: string }>> = {
  trades: { line: '/alert 005930 >= 90000' },
  orderBook: { line: '/book 005930 live' },
  nextradeTrades: { line: '/book 005930 NXT live' },
  combinedTrades: { line: '/book 005930 SOR live' },
  nextradeOrderBook: { line: '/book 005930 NXT live' },
  combinedOrderBook: { line: '/book 005930 SOR live' },
  issueStatus: { line: '/book 005930 live' },
  nextradeIssueStatus: { line: '/book 005930 NXT live' },
  combinedIssueStatus: { line: '/book 005930 SOR live' },
  index: { line: '/index live' },
  executions: { always: 'fills and what becomes of orders' },
};
