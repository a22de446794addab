import type { Language } from '../domain/people/person.ts';

/** A question and its options. */
interface Choice<Value extends string> {
  readonly question: string;
  readonly options: Readonly<Record<Value, string>>;
}

/** What a webhook is told of, as its setting names it. */
type WebhookChoice = 'alerts,reports' | 'alerts,reports,events' | 'alerts,reports,events,fills,orders';

/** The texts of `npm start -- setup`. */
export interface SetupWords {
  readonly title: string;
  readonly intro: string;
  readonly noTerminal: string;
  /** Added to a question whose setting has a value already, which is not shown. */
  readonly keep: string;
  /** Added to a question that need not be answered. */
  readonly optional: string;
  readonly required: string;
  readonly yesNo: Readonly<Record<'yes' | 'no', string>>;
  readonly venue: Choice<'simulator' | 'paper' | 'live'>;
  readonly rules: Choice<'live' | 'paper'>;
  readonly where: Readonly<Record<'paper' | 'live', string>>;
  readonly ask: Readonly<
    Record<
      | 'KIS_APP_KEY'
      | 'KIS_APP_SECRET'
      | 'KIS_ACCOUNT'
      | 'KIS_HTS_ID'
      | 'KIS_LIVE_APP_KEY'
      | 'KIS_LIVE_APP_SECRET'
      | 'TELEGRAM_BOT_TOKEN'
      | 'DISCORD_BOT_TOKEN'
      | 'DISCORD_WEBHOOK_URL',
      string
    >
  >;
  readonly liveReads: string;
  readonly liveTrading: Choice<'no' | 'daily' | 'yes'>;
  readonly telegram: string;
  readonly discord: string;
  readonly webhook: string;
  readonly kinds: Choice<WebhookChoice>;
  readonly checking: string;
  tokenWait(seconds: number): string;
  readonly good: {
    readonly keys: string;
    account(masked: string, assets: string): string;
    readonly fills: string;
    readonly fillsInUse: string;
    readonly liveReads: string;
    chat(name: string): string;
    webhook(name: string): string;
  };
  readonly noFills: string;
  chatRefused(reason: string): string;
  readonly failed: Choice<'again' | 'keys' | 'on'>;
  /** Lists what will be written; of secrets only the names. */
  summary(lines: readonly string[]): string;
  readonly nothing: string;
  readonly secret: string;
  readonly off: string;
  write(path: string): string;
  readonly stopped: string;
  cannotWrite(path: string, why: string): string;
  shellWins(names: string): string;
  written(path: string): string;
  readonly remaining: string;
  readonly next: string;
  readonly pair: string;
}

const ko: SetupWords = {
  title: '호가 설정',
  intro:
    '하나씩 묻고 답마다 바로 확인합니다. 끝에 확인하기 전에는 아무것도 쓰지 않으니 언제든 Ctrl+C로 그만둘 수 있습니다. 키와 토큰은 화면에 보이지 않습니다.',
  noTerminal: '설정은 터미널에서 묻고 답합니다. 터미널에서 다시 하거나, .env.example을 .env로 복사해 적어 주세요.',
  keep: '이미 있습니다. 그대로 두려면 Enter',
  optional: '없으면 Enter',
  required: '비워 둘 수 없습니다. 그만두려면 Ctrl+C',
  yesNo: { yes: '예', no: '아니요' },
  venue: {
    question: '어디에서 거래할까요? (↑↓와 Enter)',
    options: {
      simulator: '시뮬레이터: 키 없이 이 컴퓨터 안에서. 가격은 지어낸 것',
      paper: '모의투자: KIS의 모의투자 계좌. 진짜 돈은 움직이지 않음',
      live: '실전: 진짜 돈이 움직임',
    },
  },
  rules: {
    question: '시뮬레이터는 어느 규칙을 따를까요?',
    options: { live: '실전: 모든 기능', paper: '모의투자: 모의투자에 없는 것은 없고, 1초에 한 번' },
  },
  where: {
    paper:
      '키와 계좌번호를 받는 곳: 한국투자증권에서 모의투자를 신청하고, KIS Developers(apiportal.koreainvestment.com)에서 모의투자 계좌로 API를 신청합니다. 화면마다의 안내는 docs/ko/keys.md에 있습니다.',
    live: '키를 받는 곳: KIS Developers(apiportal.koreainvestment.com)에서 실전 계좌로 API를 신청합니다. 화면마다의 안내는 docs/ko/keys.md에 있습니다.',
  },
  ask: {
    KIS_APP_KEY: '앱키(APP KEY)',
    KIS_APP_SECRET: '앱시크릿(APP SECRET)',
    KIS_ACCOUNT: '계좌번호, 여덟 자리와 두 자리. 예: 12345678-01',
    KIS_HTS_ID: 'HTS 아이디. 체결을 바로 알려 드리는 데 씁니다',
    KIS_LIVE_APP_KEY: '조회용 실전 앱키',
    KIS_LIVE_APP_SECRET: '조회용 실전 앱시크릿',
    TELEGRAM_BOT_TOKEN: '텔레그램 봇 토큰. @BotFather에게 /newbot을 보내면 받습니다',
    DISCORD_BOT_TOKEN: '디스코드 봇 토큰. discord.com/developers/applications 의 Bot에서 받습니다',
    DISCORD_WEBHOOK_URL: '웹훅 주소. 디스코드 채널 설정의 연동 → 웹후크에서 복사합니다',
  },
  liveReads: '모의투자에 없는 순위, 재무 같은 조회를 실전 키로 할까요? 그 키로는 주문도 계좌 조회도 나가지 않습니다.',
  liveTrading: {
    question: '실전 주문을 허락할까요?',
    options: {
      no: '아니요: 조회만',
      daily: '하루씩: 소유자가 그날 /arm을 보낸 뒤에만',
      yes: '예: 언제나',
    },
  },
  telegram: '텔레그램에서 쓸까요?',
  discord: '디스코드에서 쓸까요?',
  webhook: '봇이 없는 디스코드 채널에도 웹훅으로 알릴까요?',
  kinds: {
    question: '그 채널에 무엇을 알릴까요? 채널에 있는 사람은 누구나 읽습니다.',
    options: {
      'alerts,reports': '알림과 리포트만',
      'alerts,reports,events': '알림, 리포트, 보유·관심 종목의 소식',
      'alerts,reports,events,fills,orders': '체결과 주문까지 모두',
    },
  },
  checking: '확인하는 중…',
  tokenWait: (seconds) => `KIS 토큰은 1분에 한 번만 나옵니다. ${seconds}초 기다렸다가 확인합니다.`,
  good: {
    keys: 'KIS가 키를 받아 주었습니다.',
    account: (masked, assets) => `계좌 ${masked} · 총평가 ${assets}`,
    fills: 'KIS가 체결통보를 보내 줍니다.',
    fillsInUse: '같은 앱키로 다른 프로그램이 접속해 있어 HTS 아이디는 확인하지 못했습니다.',
    liveReads: 'KIS가 조회용 실전 키를 받아 주었습니다.',
    chat: (name) => `${name} 봇에 연결됩니다.`,
    webhook: (name) => `웹훅 '${name}'에 연결됩니다.`,
  },
  noFills: 'HTS 아이디가 없으면 체결은 30초마다 조회로 확인합니다.',
  chatRefused: (reason) => `받아 주지 않았습니다: ${reason}`,
  failed: {
    question: '어떻게 할까요?',
    options: { again: '다시 적기', keys: '키부터 다시 적기', on: '확인하지 않고 그대로 두기' },
  },
  summary: (lines) => `이렇게 씁니다:\n${lines.join('\n')}`,
  nothing: '바뀐 것이 없습니다.',
  secret: '(새로 적음)',
  off: '(쓰지 않음)',
  write: (path) => `${path}에 쓸까요?`,
  stopped: '그만두었습니다. 아무것도 쓰지 않았습니다.',
  cannotWrite: (path, why) => `${path}에 쓰지 못했습니다(${why}). 이 폴더에 쓸 수 있는지 확인해 주세요.`,
  shellWins: (names) => `셸에도 다른 값이 있어 그것이 먼저입니다: ${names}. 셸에서 지우고 시작해 주세요.`,
  written: (path) => `${path}에 썼습니다. 본인만 읽을 수 있습니다.`,
  remaining: '시작하기 전에 이것을 고쳐 주세요:',
  next: 'npm start 로 시작하세요.',
  pair: '처음 시작하면 터미널에 코드가 나옵니다. 봇에게 /pair 코드 를 보내면 소유자가 됩니다.',
};

const en: SetupWords = {
  title: 'Setting up Hoga',
  intro:
    'One question at a time; each answer is checked at once. Nothing is written before you confirm at the end, so you can stop with Ctrl+C at any question. Keys and tokens are not shown.',
  noTerminal: 'Setting up asks questions at a terminal. Start it in one, or copy .env.example to .env and fill it in.',
  keep: 'there already; Enter keeps it',
  optional: 'Enter for none',
  required: 'this cannot be left out; Ctrl+C stops',
  yesNo: { yes: 'yes', no: 'no' },
  venue: {
    question: 'Where do you want to trade? (↑↓ and Enter)',
    options: {
      simulator: 'simulator: no keys, inside this computer, with made-up prices',
      paper: "paper: an account of KIS's 모의투자. No real money moves",
      live: 'live: real money moves',
    },
  },
  rules: {
    question: 'Whose rules should the simulator keep?',
    options: { live: 'live: everything there is', paper: 'paper: without what paper lacks, one call a second' },
  },
  where: {
    paper:
      'Where keys and the account number come from: sign up for 모의투자 at Korea Investment & Securities, then apply for the API with that account at KIS Developers (apiportal.koreainvestment.com). docs/en/keys.md tells it screen by screen.',
    live: 'Where keys come from: apply for the API with your account at KIS Developers (apiportal.koreainvestment.com). docs/en/keys.md tells it screen by screen.',
  },
  ask: {
    KIS_APP_KEY: 'App key (APP KEY)',
    KIS_APP_SECRET: 'App secret (APP SECRET)',
    KIS_ACCOUNT: 'Account number, eight digits and two, such as 12345678-01',
    KIS_HTS_ID: 'HTS login. Fills are pushed under it',
    KIS_LIVE_APP_KEY: 'Live app key for reads',
    KIS_LIVE_APP_SECRET: 'Live app secret for reads',
    TELEGRAM_BOT_TOKEN: "Telegram bot's token. Send /newbot to @BotFather for one",
    DISCORD_BOT_TOKEN: "Discord bot's token, from Bot at discord.com/developers/applications",
    DISCORD_WEBHOOK_URL: "Webhook URL, from Integrations → Webhooks in the channel's settings at Discord",
  },
  liveReads:
    'Do you want to read what paper lacks (rankings, statements) with a live key? No order and no account call ever goes there.',
  liveTrading: {
    question: 'May live orders leave?',
    options: { no: 'no: look only', daily: "daily: after an owner's /arm on that day", yes: 'yes: always' },
  },
  telegram: 'Do you want to use Telegram?',
  discord: 'Do you want to use Discord?',
  webhook: 'Shall a Discord channel without the bot be told by a webhook, too?',
  kinds: {
    question: 'What is that channel told of? Everybody in it reads it.',
    options: {
      'alerts,reports': 'alerts and reports alone',
      'alerts,reports,events': 'alerts, reports, and what happens to issues that are held or watched',
      'alerts,reports,events,fills,orders': 'all of it, fills and orders too',
    },
  },
  checking: 'Checking…',
  tokenWait: (seconds) => `KIS issues one token a minute. Waiting ${seconds} seconds to check.`,
  good: {
    keys: 'KIS takes the keys.',
    account: (masked, assets) => `Account ${masked} · ${assets} in all`,
    fills: 'KIS pushes your fills.',
    fillsInUse: 'Another program is connected with this app key, so the HTS login could not be checked.',
    liveReads: 'KIS takes the live key for reads.',
    chat: (name) => `The bot ${name} can be reached.`,
    webhook: (name) => `The webhook '${name}' can be reached.`,
  },
  noFills: 'Without an HTS login fills are looked up every 30 seconds.',
  chatRefused: (reason) => `Not taken: ${reason}`,
  failed: {
    question: 'What now?',
    options: { again: 'type it again', keys: 'begin again with the keys', on: 'leave it unchecked' },
  },
  summary: (lines) => `This will be written:\n${lines.join('\n')}`,
  nothing: 'Nothing has changed.',
  secret: '(new)',
  off: '(not used)',
  write: (path) => `Write it to ${path}?`,
  stopped: 'Stopped. Nothing was written.',
  cannotWrite: (path, why) => `${path} could not be written (${why}). Check that you may write in this folder.`,
  shellWins: (names) => `The shell sets something else, which goes first: ${names}. Unset it there before you start.`,
  written: (path) => `Written to ${path}, which only you can read.`,
  remaining: 'This needs a change before you start:',
  next: 'Start with npm start.',
  pair: 'At the first start the terminal shows a code. Send /pair CODE to the bot, and you are its owner.',
};

/** The sentences of the setup by language. */
export const setupWords: Readonly<Record<Language, SetupWords>> = { ko, en };
