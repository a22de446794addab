import type { Language } from '../domain/people/person.ts';

/** The messages about invalid settings, shown before anything has started. Each follows the variable's name. */
export interface SettingWords {
  readonly heading: string;
  oneOf(values: readonly string[]): string;
  readonly kisKey: string;
  readonly kisSecret: string;
  readonly account: string;
  readonly htsId: string;
  url(protocols: readonly string[]): string;
  readonly unit: Readonly<Record<'calls' | 'registrations' | 'won' | 'seconds', string>>;
  wholeNumber(unit: string, example: number): string;
  atLeast(least: number, unit: string): string;
  percentage(example: string): string;
  readonly telegramToken: string;
  readonly webhookSecret: string;
  readonly discordToken: string;
  readonly guild: string;
  readonly discordWebhook: string;
  /** `wrong` is undefined where nothing is named, or what is there must not be shown. */
  webhookKinds(wrong: string | undefined, kinds: readonly string[]): string;
  readonly kindsNeed: string;
  readonly port: string;
  readonly sheet: string;
  readonly noKeyFile: string;
  readonly notKeyFile: string;
  readonly store: string;
  readonly postgres: string;
  notIdentity(shown: string): string;
  /** A value longer than any identity may be a key on the wrong line, so it is not shown. */
  longIdentity(length: number): string;
  credential(beside: string): string;
  liveKey(beside: string): string;
  readonly paperOnly: string;
  readonly simulatorOnly: string;
  readonly clockElsewhere: string;
  readonly sheetNeeds: Readonly<Record<'GOOGLE_SHEETS_ID' | 'GOOGLE_SERVICE_ACCOUNT_JSON', string>>;
  readonly webhookNeeds: Readonly<Record<'TELEGRAM_BOT_TOKEN' | 'TELEGRAM_WEBHOOK_SECRET' | 'HTTP_PORT', string>>;
  readonly webhookPath: string;
  readonly webhookPort: string;
  readonly plainText: string;
  readonly tlsOff: string;
  accountName(name: string): string;
  accountNameTaken(name: string): string;
  accountTwice(name: string): string;
  accountSettingTwice(other: string): string;
  accountTitleTwice(title: string): string;
  accountNumberTwice(other: string): string;
  noMainAccount(first: string): string;
  unknown(nearest: string | undefined): string;
  line(number: number): string;
  readonly noSetting: string;
  readonly openQuote: string;
  twice(name: string, before: number): string;
  unreadable(why: string): string;
}

const en: SettingWords = {
  heading: 'The settings need a change:',
  oneOf: (values) => `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`,
  kisKey: 'the app key from KIS Developers, 8 characters or more without blanks',
  kisSecret: 'the app secret from KIS Developers, 8 characters or more without blanks',
  account: 'eight digits and two, such as 12345678-01',
  htsId: 'your HTS login, without blanks',
  url: (protocols) => `a URL starting with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  unit: { calls: 'calls', registrations: 'registrations', won: 'won', seconds: 'seconds' },
  wholeNumber: (unit, example) => `a whole number of ${unit}, such as ${example}`,
  atLeast: (least, unit) => `at least ${least} ${unit}`,
  percentage: (example) => `a percentage such as ${example}`,
  telegramToken: "the token from Telegram's @BotFather, such as 123456:ABC-DEF…",
  webhookSecret: '1 to 256 letters, digits, _ or -, such as `openssl rand -hex 32` makes',
  discordToken: "the bot's token from Discord's developer portal, three parts with dots",
  guild: "a server's id: 17 to 20 digits, by 'Copy Server ID' in Discord's developer mode",
  discordWebhook: "the URL from the channel's settings in Discord, such as https://discord.com/api/webhooks/123/abc…",
  webhookKinds: (wrong, kinds) =>
    `${wrong === undefined ? '' : `'${wrong}' is no kind of notice; `}write some of ${kinds.join(', ')}, such as alerts,reports`,
  kindsNeed: 'is for DISCORD_WEBHOOK_URL, which is missing; set that, or leave this out',
  port: 'a port from 1 to 65535, such as 8080',
  sheet: "what stands after /d/ in the spreadsheet's address",
  noKeyFile: 'there is no such file to be read; give the path of the JSON from Google Cloud, IAM, Keys',
  notKeyFile: "that is not a service account's key file; give the path of the JSON from Google Cloud, IAM, Keys",
  store:
    'sqlite: and a path, such as sqlite:data/hoga.db, or a database, such as postgres://hoga:password@localhost/hoga',
  postgres:
    'the address of a PostgreSQL database with its name at the end, such as postgres://hoga:password@localhost/hoga. Signs such as @ / # in the password are written as %40 %2F %23',
  notIdentity: (shown) => `'${shown}' is not an identity; write telegram:123+discord:456,telegram:789`,
  longIdentity: (length) =>
    `an entry of ${length} characters is not an identity; write telegram:123+discord:456,telegram:789`,
  credential: (beside) =>
    `needed beside ${beside}; take it from KIS Developers, or set KIS_ENV=simulator to try without`,
  liveKey: (beside) => `needed beside ${beside}; take it from KIS Developers, live`,
  paperOnly: 'only on paper, to read what paper lacks; leave it out, or set KIS_ENV=paper with its keys',
  simulatorOnly: 'of the simulator alone; leave it out, or set KIS_ENV=simulator',
  clockElsewhere: 'leave it out beside KIS_REST_URL: start that simulator with --clock',
  sheetNeeds: {
    GOOGLE_SHEETS_ID: "needed for exports to a Google Sheet: what stands after /d/ in the spreadsheet's address",
    GOOGLE_SERVICE_ACCOUNT_JSON:
      "needed for exports to a Google Sheet: the path of the service account's JSON key file",
  },
  webhookNeeds: {
    TELEGRAM_BOT_TOKEN: "needed beside TELEGRAM_WEBHOOK_URL: the token from Telegram's @BotFather",
    TELEGRAM_WEBHOOK_SECRET: 'needed beside TELEGRAM_WEBHOOK_URL: make one with `openssl rand -hex 32`',
    HTTP_PORT: 'needed beside TELEGRAM_WEBHOOK_URL: the port that what comes to that URL is passed on to, such as 8080',
  },
  webhookPath: 'another path than /health, /ready and /metrics, which tell how the bot is',
  webhookPort: 'a port that Telegram pushes to: 443, 80, 88 or 8443',
  plainText: 'https:// is needed where keys leave this machine; http:// is for localhost, or with KIS_ENV=simulator',
  tlsOff:
    '0 lets anybody pose as KIS and read your keys; leave it out. For a certificate of your own: NODE_EXTRA_CA_CERTS=/path/ca.pem',
  accountName: (name) =>
    `'${name}' is no name for an account; write lower-case letters and digits, such as main,isa,practice`,
  accountNameTaken: (name) => `'${name}' would read as another setting; take another name, such as ${name}1`,
  accountTwice: (name) => `'${name}' is named twice; keep one`,
  accountSettingTwice: (other) => `the same as ${other}; keep one of them`,
  accountTitleTwice: (title) => `'${title}' could mean another account; give each a title of its own`,
  accountNumberTwice: (other) => `the same account as ${other}; name each account once`,
  noMainAccount: (first) =>
    `of the account main, which HOGA_ACCOUNTS does not name; write HOGA_ACCOUNTS=main,${first}, or put the account's name into the setting`,
  unknown: (nearest) =>
    nearest === undefined
      ? 'there is no such setting; take it out, or see .env.example for all there are'
      : `there is no such setting; did you mean ${nearest}?`,
  line: (number) => `.env, line ${number}`,
  noSetting: 'this is neither NAME=value nor a comment; write it like KIS_ENV=paper',
  openQuote: 'a quotation mark is not closed; close it, or leave quotation marks out',
  twice: (name, before) => `${name} was set to something else on line ${before}; keep one of them`,
  unreadable: (why) => `cannot be read (${why}); make it a text file that you may read`,
};

const ko: SettingWords = {
  heading: '설정을 고쳐야 합니다.',
  oneOf: (values) => `${values.join(', ')} 중 하나를 적어 주세요`,
  kisKey: 'KIS Developers에서 받은 앱키(app key)를 적어 주세요. 공백 없이 8자 이상입니다',
  kisSecret: 'KIS Developers에서 받은 앱시크릿(app secret)을 적어 주세요. 공백 없이 8자 이상입니다',
  account: '계좌번호 여덟 자리와 두 자리를 적어 주세요. 예: 12345678-01',
  htsId: 'HTS 아이디를 공백 없이 적어 주세요',
  url: (protocols) => `${protocols.map((protocol) => `${protocol}//`).join(' 또는 ')}로 시작하는 주소를 적어 주세요`,
  unit: { calls: '회', registrations: '개', won: '원', seconds: '초' },
  wholeNumber: (unit, example) => `정수로 적어 주세요(단위: ${unit}). 예: ${example}`,
  atLeast: (least, unit) => `${least}${unit} 이상이어야 합니다`,
  percentage: (example) => `퍼센트 값을 숫자로만 적어 주세요. 예: ${example.replace(' or ', ' 또는 ')}`,
  telegramToken: '텔레그램 @BotFather가 준 토큰을 적어 주세요. 예: 123456:ABC-DEF…',
  webhookSecret: '영문자, 숫자, _, -로 1자에서 256자까지입니다. `openssl rand -hex 32`로 만들 수 있습니다',
  discordToken: '디스코드 개발자 포털의 봇 토큰을 적어 주세요. 점으로 나뉜 세 부분입니다',
  guild: "서버 ID 17~20자리 숫자를 적어 주세요. 디스코드 개발자 모드의 '서버 ID 복사하기'로 얻습니다",
  discordWebhook: '디스코드 채널 설정의 웹훅 주소를 적어 주세요. 예: https://discord.com/api/webhooks/123/abc…',
  webhookKinds: (wrong, kinds) =>
    `${wrong === undefined ? '' : `'${wrong}'은(는) 없는 종류입니다. `}${kinds.join(', ')} 중에서 쉼표로 적어 주세요. 예: alerts,reports`,
  kindsNeed: 'DISCORD_WEBHOOK_URL에 쓰는 설정입니다. 그 주소를 적거나 이 줄을 지워 주세요',
  port: '1부터 65535까지의 포트 번호를 적어 주세요. 예: 8080',
  sheet: '스프레드시트 주소에서 /d/ 뒤에 있는 값을 적어 주세요',
  noKeyFile: '읽을 수 있는 파일이 없습니다. Google Cloud의 IAM, 키에서 받은 JSON 파일의 경로를 적어 주세요',
  notKeyFile: '서비스 계정의 키 파일이 아닙니다. Google Cloud의 IAM, 키에서 받은 JSON 파일의 경로를 적어 주세요',
  store:
    'sqlite: 뒤에 경로를 적거나 데이터베이스 주소를 적어 주세요. 예: sqlite:data/hoga.db, postgres://hoga:비밀번호@localhost/hoga',
  postgres:
    'PostgreSQL 주소를 데이터베이스 이름까지 적어 주세요. 예: postgres://hoga:비밀번호@localhost/hoga. 비밀번호의 @ / # 는 %40 %2F %23 으로 적습니다',
  notIdentity: (shown) => `'${shown}' 형식은 쓸 수 없습니다. telegram:123+discord:456,telegram:789 처럼 적어 주세요`,
  longIdentity: (length) =>
    `${length}자짜리 항목은 쓸 수 없습니다. telegram:123+discord:456,telegram:789 처럼 적어 주세요`,
  credential: (beside) =>
    `${beside} 설정과 함께 있어야 합니다. KIS Developers에서 받거나, 키 없이 써 보려면 KIS_ENV=simulator로 적어 주세요`,
  liveKey: (beside) => `${beside} 설정과 함께 있어야 합니다. KIS Developers에서 실전용으로 받아 주세요`,
  paperOnly:
    '모의투자에 없는 조회를 위한 것이라 모의투자에서만 씁니다. 빼거나, 모의투자 키와 KIS_ENV=paper를 적어 주세요',
  simulatorOnly: '시뮬레이터에서만 씁니다. 빼거나, KIS_ENV=simulator로 적어 주세요',
  clockElsewhere: 'KIS_REST_URL과 함께 쓸 수 없습니다. 그 시뮬레이터를 --clock으로 시작해 주세요',
  sheetNeeds: {
    GOOGLE_SHEETS_ID: '구글 시트로 내보내려면 있어야 합니다. 스프레드시트 주소에서 /d/ 뒤에 있는 값입니다',
    GOOGLE_SERVICE_ACCOUNT_JSON: '구글 시트로 내보내려면 있어야 합니다. 서비스 계정의 JSON 키 파일 경로입니다',
  },
  webhookNeeds: {
    TELEGRAM_BOT_TOKEN: 'TELEGRAM_WEBHOOK_URL과 함께 있어야 합니다. 텔레그램 @BotFather가 준 토큰입니다',
    TELEGRAM_WEBHOOK_SECRET: 'TELEGRAM_WEBHOOK_URL과 함께 있어야 합니다. `openssl rand -hex 32`로 만들어 주세요',
    HTTP_PORT: 'TELEGRAM_WEBHOOK_URL과 함께 있어야 합니다. 그 주소로 온 것을 넘겨받을 포트입니다. 예: 8080',
  },
  webhookPath: '/health, /ready, /metrics는 봇의 상태를 알리는 경로이니 다른 경로를 적어 주세요',
  webhookPort: '텔레그램이 보낼 수 있는 포트는 443, 80, 88, 8443입니다',
  plainText:
    '키가 이 컴퓨터 밖으로 나가니 https://여야 합니다. http://는 localhost이거나 KIS_ENV=simulator일 때만 됩니다',
  tlsOff:
    '0이면 누구나 KIS인 척하고 키를 읽을 수 있으니 빼 주세요. 직접 만든 인증서가 있으면 NODE_EXTRA_CA_CERTS=/path/ca.pem 으로 됩니다',
  accountName: (name) =>
    `'${name}'은(는) 계좌 이름으로 쓸 수 없습니다. 영문 소문자와 숫자로 적어 주세요. 예: main,isa,practice`,
  accountNameTaken: (name) => `'${name}'은(는) 다른 설정과 헷갈립니다. ${name}1처럼 다른 이름으로 적어 주세요`,
  accountTwice: (name) => `'${name}'이(가) 두 번 있습니다. 하나만 남겨 주세요`,
  accountSettingTwice: (other) => `${other}과(와) 같은 설정입니다. 하나만 남겨 주세요`,
  accountTitleTwice: (title) => `'${title}'은(는) 다른 계좌로도 읽힙니다. 계좌마다 다른 이름을 적어 주세요`,
  accountNumberTwice: (other) => `${other}과(와) 같은 계좌입니다. 계좌는 한 번씩만 적어 주세요`,
  noMainAccount: (first) =>
    `main 계좌의 설정인데 HOGA_ACCOUNTS에 main이 없습니다. HOGA_ACCOUNTS=main,${first}(으)로 적거나 설정 이름에 계좌 이름을 넣어 주세요`,
  unknown: (nearest) =>
    nearest === undefined
      ? '이런 설정은 없습니다. 빼 주세요. 있는 설정은 .env.example에 모두 있습니다'
      : `이런 설정은 없습니다. 혹시 ${nearest} 아닌가요?`,
  line: (number) => `.env ${number}번째 줄`,
  noSetting: '이름=값도 주석도 아닙니다. KIS_ENV=paper 처럼 적어 주세요',
  openQuote: '따옴표가 닫히지 않았습니다. 닫거나 따옴표를 빼 주세요',
  twice: (name, before) => `${name} 설정이 ${before}번째 줄에 다른 값으로 있습니다. 하나만 남겨 주세요`,
  unreadable: (why) => `읽을 수 없습니다(${why}). 읽을 수 있는 텍스트 파일이어야 합니다`,
};

/** The sentences about settings by language. */
export const settingWords: Readonly<Record<Language, SettingWords>> = { ko, en };
