import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { type Config, type Environ, readConfig, secretsIn } from '../src/config.ts';

const keys = { KIS_APP_KEY: 'PSxxxxxxxxxx', KIS_APP_SECRET: 'secret-secret', KIS_ACCOUNT: '12345678-01' };

const token = '123456:canary-canary-canary-canary';

function config(environ: Environ): Config {
  const result = readConfig(environ);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

function problems(environ: Environ): readonly string[] {
  const result = readConfig({ HOGA_LANG: 'en', ...environ });
  return 'problems' in result ? result.problems.map(({ variable, problem }) => `${variable}: ${problem}`) : [];
}

describe('a live key for reads', () => {
  const live = { KIS_LIVE_APP_KEY: 'live-app-key', KIS_LIVE_APP_SECRET: 'live-app-secret' };

  test("stands beside the keys of paper, on KIS's live host or a stand-in of it", () => {
    expect(config(keys).accounts[0].kis.liveReads).toBeUndefined();
    const { accounts, secrets } = config({ ...keys, ...live });
    const [{ kis }] = accounts;
    expect(kis.liveReads?.environment).toMatchObject({
      name: 'live',
      restUrl: 'https://openapi.koreainvestment.com:9443',
    });
    expect(kis.environment.name).toBe('paper');
    expect(secrets.map((secret) => secret.reveal())).toEqual(expect.arrayContaining(Object.values(live)));
    const elsewhere = config({ ...keys, ...live, KIS_LIVE_REST_URL: 'http://127.0.0.1:9444/' });
    expect(elsewhere.accounts[0].kis.liveReads?.environment.restUrl).toBe('http://127.0.0.1:9444');
  });

  test('both halves or neither, and on paper alone', () => {
    expect(problems({ ...keys, KIS_LIVE_APP_KEY: 'live-app-key' })).toEqual([
      'KIS_LIVE_APP_SECRET: needed beside KIS_LIVE_APP_KEY; take it from KIS Developers, live',
    ]);
    expect(problems({ ...keys, KIS_LIVE_REST_URL: 'http://127.0.0.1:1' })).toHaveLength(2);
    const elsewhere = { ...live, KIS_ENV: 'simulator', KIS_REST_URL: 'http://127.0.0.1:9443' };
    for (const environ of [{ ...keys, ...live, KIS_ENV: 'live' }, elsewhere]) {
      expect(problems(environ).map((line) => line.split(';')[0])).toEqual([
        'KIS_LIVE_APP_KEY: only on paper, to read what paper lacks',
        'KIS_LIVE_APP_SECRET: only on paper, to read what paper lacks',
      ]);
    }
  });
});

describe('settings', () => {
  test('none: an embedded simulator that leaves no files', () => {
    const { accounts, store, language } = config({});
    const [{ kis, liveTrading, riskLimits }] = accounts;
    expect(kis).toMatchObject({
      embedded: { kind: 'live', hours: 'open' },
      account: { number: '50000000', product: '01' },
      environment: { name: 'simulator', callsPerSecond: 18 },
    });
    expect(store).toEqual({ ledger: ':memory:', cache: ':memory:' });
    expect(liveTrading).toBe('no');
    expect(riskLimits).toEqual({
      maxOrder: 5_000_000,
      maxDaily: 20_000_000,
      driftPercent: 1,
      maxSlippagePercent: 3,
      confirmMs: 60_000,
    });
    expect(language).toBe('ko');
  });

  test("the embedded simulator takes paper's rules and the exchange's hours, beside whatever keys there are", () => {
    const rehearsal = { HOGA_SIMULATOR: 'paper', HOGA_SIMULATOR_CLOCK: 'live' };
    const live = { KIS_LIVE_APP_KEY: 'live-app-key', KIS_LIVE_APP_SECRET: 'live-app-secret' };
    for (const environ of [rehearsal, { ...keys, ...live, ...rehearsal, KIS_ENV: 'simulator' }]) {
      expect(config(environ).accounts[0].kis).toMatchObject({
        embedded: { kind: 'paper', hours: 'live' },
        account: { number: '50000000', product: '01' },
        liveReads: undefined,
        environment: { name: 'simulator', dialect: 'paper', callsPerSecond: 1, hours: 'own' },
      });
    }
  });

  test('what the simulator keeps to is a setting of the simulator, and the clock of the one in this process', () => {
    expect(problems({ ...keys, HOGA_SIMULATOR: 'paper' })).toEqual([
      'HOGA_SIMULATOR: of the simulator alone; leave it out, or set KIS_ENV=simulator',
    ]);
    const beside = { KIS_ENV: 'simulator', KIS_REST_URL: 'http://127.0.0.1:9443', HOGA_SIMULATOR: 'paper' };
    expect(config(beside).accounts[0].kis).toMatchObject({
      embedded: undefined,
      environment: { dialect: 'paper', hours: 'own' },
    });
    expect(problems({ ...beside, HOGA_SIMULATOR_CLOCK: 'live' })).toEqual([
      'HOGA_SIMULATOR_CLOCK: leave it out beside KIS_REST_URL: start that simulator with --clock',
    ]);
    expect(problems({ HOGA_SIMULATOR: 'demo' })).toEqual(['HOGA_SIMULATOR: live or paper']);
  });

  test("what is wrong with another account's settings names that account's, the remedy too", () => {
    const environ = { HOGA_ACCOUNTS: 'main,isa', KIS_ISA_ENV: 'live', KIS_ISA_APP_KEY: 'PSxxxxxxxxxx' };
    expect(problems({ ...environ, KIS_ISA_APP_SECRET: 'secret-secret' })).toEqual([
      'KIS_ISA_ACCOUNT: needed beside KIS_ISA_APP_KEY; take it from KIS Developers, or set KIS_ISA_ENV=simulator to try without',
    ]);
  });

  test('keys alone mean paper, never live', () => {
    const { accounts, store } = config(keys);
    const [{ kis }] = accounts;
    expect(kis.environment).toMatchObject({
      name: 'paper',
      callsPerSecond: 1,
      restUrl: 'https://openapivts.koreainvestment.com:29443',
    });
    expect(kis).toMatchObject({ account: { number: '12345678', product: '01' }, htsId: undefined });
    expect(store).toEqual({ ledger: 'data/hoga-paper.db', cache: 'data/hoga-cache.db' });
  });

  test("master files are KIS's, a stand-in's beside its API, or wherever they are said to be", () => {
    const at = (env: Environ): string => config(env).accounts[0].kis.environment.masterUrl;
    const kis = 'https://new.real.download.dws.co.kr/common/master';
    expect([at(keys), at({ ...keys, KIS_ENV: 'live' })]).toEqual([kis, kis]);
    expect(at({ ...keys, KIS_REST_URL: 'http://localhost:9443/' })).toBe('http://localhost:9443/common/master');
    expect(at({ ...keys, KIS_REST_URL: 'https://kis.example.com' })).toBe(kis);
    expect(at({ ...keys, KIS_MASTER_URL: 'https://files.example.com/master/' })).toBe(
      'https://files.example.com/master',
    );
    // The demo touches nothing beyond this machine.
    expect(new URL(at({})).hostname).toBe('127.0.0.1');
  });

  test('each venue has a ledger of its own', () => {
    const at = (url: string) =>
      [{}, keys, { ...keys, KIS_ENV: 'live' }].map((env) => config({ STORE_URL: url, ...env }).store);
    expect(at('sqlite:x/y.db')).toEqual(
      ['x/y-simulator.db', 'x/y-paper.db', 'x/y.db'].map((ledger) => ({ ledger, cache: 'x/y-cache.db' })),
    );
    expect(at('postgres://hoga:canary@db/hoga')).toMatchObject(
      ['hoga_simulator', 'hoga_paper', 'hoga'].map((schema) => ({ schema })),
    );
  });

  test("a database's password is a secret, however it is written, and is shown by no problem", () => {
    for (const [url, secrets] of [
      ['postgres://hoga:canary@db.example.com:5433/club?sslmode=require', ['canary']],
      ['postgresql://hoga:can%40ry@db/club', ['can%40ry', 'can@ry']],
      ['postgres:///club?host=/run/postgresql', []],
    ] as const) {
      const { store, secrets: known } = config({ STORE_URL: url });
      expect(known.map((secret) => secret.reveal())).toEqual(secrets);
      expect(inspect(store) + JSON.stringify(store)).not.toContain('can');
      expect('url' in store && store.url.reveal()).toBe(url);
    }
    for (const url of ['postgres://hoga:can/ary@db/club', 'postgres://hoga:canary@db', 'mysql://hoga:canary@db/club']) {
      expect(problems({ STORE_URL: url })).toEqual([expect.stringContaining('STORE_URL: ')]);
      expect(problems({ STORE_URL: url }).join()).not.toContain('can');
    }
    expect(secretsIn({ STORE_URL: 'postgres://hoga:can/ary#@db/club' }).map((secret) => secret.reveal())).toEqual([
      'can/ary#',
    ]);
  });

  test('blank is not set', () => {
    expect(config({ KIS_APP_KEY: '', HOGA_LANG: ' ', KIS_ACCOUNT: '' }).accounts[0].kis.embedded).toBeDefined();
  });

  test('people and their identities', () => {
    expect(config({ HOGA_OWNERS: 'telegram:1+discord:2, telegram:3' }).people.owners).toEqual([
      ['telegram:1', 'discord:2'],
      ['telegram:3'],
    ]);
  });

  test('is frozen', () => {
    expect(Object.isFrozen(config({}))).toBe(true);
  });

  test('all problems at once, each with its variable and what would be right', () => {
    expect(
      problems({
        KIS_ENV: 'prod',
        KIS_ACCOUNT: '123',
        KIS_APP_KEY: 'PSxxxxxxxxxx',
        HOGA_MAX_ORDER_KRW: 'lots',
        HOGA_PRICE_DRIFT_PERCENT: '1%',
        HOGA_OWNERS: 'me',
        KIS_REST_URL: 'not a url',
        STORE_URL: 'postgres://localhost',
      }),
    ).toEqual([
      'KIS_ENV: simulator, paper or live',
      'KIS_ACCOUNT: eight digits and two, such as 12345678-01',
      'KIS_REST_URL: a URL starting with http:// or https://',
      "HOGA_OWNERS: 'me' is not an identity; write telegram:123+discord:456,telegram:789",
      'HOGA_MAX_ORDER_KRW: a whole number of won, such as 5000000',
      'HOGA_PRICE_DRIFT_PERCENT: a percentage such as 1 or 0.5',
      'KIS_APP_SECRET: needed beside KIS_APP_KEY; take it from KIS Developers, or set KIS_ENV=simulator to try without',
      expect.stringMatching(/^STORE_URL: the address of a PostgreSQL database/),
    ]);
  });

  test.each(['KIS_APP_KEY', 'KIS_APP_SECRET', 'KIS_ACCOUNT'])('%s is needed for live', (missing) => {
    expect(problems({ KIS_ENV: 'live', ...keys, [missing]: undefined })).toEqual([
      expect.stringContaining(`${missing}: needed`),
    ]);
  });

  test('secrets are known to whoever must hide them', () => {
    expect(config({ ...keys, TELEGRAM_BOT_TOKEN: token }).secrets.map((secret) => secret.reveal())).toEqual([
      'PSxxxxxxxxxx',
      'secret-secret',
      token,
      token.slice('123456:'.length),
      '1234567801',
      '12345678',
    ]);
  });

  test('keys and tokens are not seen in settings that are printed', () => {
    const printed = config({ ...keys, TELEGRAM_BOT_TOKEN: token });
    for (const text of [JSON.stringify(printed), inspect(printed, { depth: 9, showHidden: true })]) {
      expect(text).not.toMatch(/PSxxxxxxxxxx|secret-secret|canary/);
    }
  });

  describe('webhooks of Discord', () => {
    const url = 'https://discord.com/api/webhooks/123/canary-token';

    test('take alerts and reports unless their kinds are named; the second takes fills and orders', () => {
      const { webhooks, secrets } = config({
        DISCORD_WEBHOOK_URL: url,
        DISCORD_WEBHOOK_FILLS_URL: url.replace('canary', 'other-canary'),
      });
      expect(webhooks.map(({ address, kinds }) => [address.chatId, kinds])).toEqual([
        ['webhook', ['alerts', 'reports']],
        ['fills', ['fills', 'orders']],
      ]);
      expect(secrets.map((secret) => secret.reveal())).toEqual(['canary-token', 'other-canary-token']);
      const named = { DISCORD_WEBHOOK_URL: url, DISCORD_WEBHOOK_KINDS: ' Starts,,alerts ,EVENTS' };
      expect(config(named).webhooks.map(({ kinds }) => kinds)).toEqual([['alerts', 'events', 'starts']]);
    });

    test('a kind that there is not is a problem, with those that there are', () => {
      const kinds = 'alerts, reports, events, fills, orders, starts, such as alerts,reports';
      const said = (value: string) => problems({ DISCORD_WEBHOOK_URL: url, DISCORD_WEBHOOK_KINDS: value });
      expect(said('alerts,fill')).toEqual([
        `DISCORD_WEBHOOK_KINDS: 'fill' is no kind of notice; write some of ${kinds}`,
      ]);
      expect(said(',')).toEqual([`DISCORD_WEBHOOK_KINDS: write some of ${kinds}`]);
      expect(said('token-on-the-wrong-line-0123').join()).not.toContain('token-on');
      expect(problems({ DISCORD_WEBHOOK_KINDS: 'fills' })).toEqual([
        'DISCORD_WEBHOOK_KINDS: is for DISCORD_WEBHOOK_URL, which is missing; set that, or leave this out',
      ]);
      expect(problems({ DISCORD_WEBHOOK_FILLS_URL: 'https://discord.com/channels/1/2' })).toHaveLength(1);
    });
  });

  describe('a webhook of Telegram', () => {
    const whole = {
      TELEGRAM_BOT_TOKEN: token,
      TELEGRAM_WEBHOOK_URL: 'https://bot.example.com/telegram/',
      TELEGRAM_WEBHOOK_SECRET: 'canary_secret-1',
      HTTP_PORT: '8080',
    };

    test('has a URL, a secret and a port', () => {
      const { telegram, httpPort, secrets } = config(whole);
      expect(telegram?.webhook?.url).toBe('https://bot.example.com/telegram');
      expect(telegram?.webhook?.secret.reveal()).toBe('canary_secret-1');
      expect(httpPort).toBe(8_080);
      expect(secrets.map((secret) => secret.reveal())).toContain('canary_secret-1');
      expect(inspect(config(whole), { depth: 9, showHidden: true })).not.toContain('canary');
    });

    test('is not there unless its URL is', () => {
      const { telegram, httpPort } = config({ TELEGRAM_BOT_TOKEN: token, TELEGRAM_WEBHOOK_SECRET: 'left_over' });
      expect([telegram?.webhook, httpPort]).toEqual([undefined, undefined]);
    });

    test('lacks something: each is named, with the remedy', () => {
      expect(problems({ TELEGRAM_WEBHOOK_URL: whole.TELEGRAM_WEBHOOK_URL })).toEqual([
        "TELEGRAM_BOT_TOKEN: needed beside TELEGRAM_WEBHOOK_URL: the token from Telegram's @BotFather",
        'TELEGRAM_WEBHOOK_SECRET: needed beside TELEGRAM_WEBHOOK_URL: make one with `openssl rand -hex 32`',
        'HTTP_PORT: needed beside TELEGRAM_WEBHOOK_URL: the port that what comes to that URL is passed on to, such as 8080',
      ]);
    });

    test.each([
      ['TELEGRAM_WEBHOOK_URL', 'http://bot.example.com/x', 'a URL starting with https://'],
      ['TELEGRAM_WEBHOOK_URL', 'bot.example.com', 'a URL starting with https://'],
      ['TELEGRAM_WEBHOOK_URL', 'https://bot.example.com/health', 'another path than /health, /ready and /metrics'],
      ['TELEGRAM_WEBHOOK_URL', 'https://bot.example.com:9000/x', '443, 80, 88 or 8443'],
      ['TELEGRAM_WEBHOOK_SECRET', 'with blanks canary', '1 to 256 letters'],
      ['TELEGRAM_WEBHOOK_SECRET', 'x'.repeat(257), '1 to 256 letters'],
      ['HTTP_PORT', '0', 'a port from 1 to 65535, such as 8080'],
      ['HTTP_PORT', '65536', 'a port from 1 to 65535, such as 8080'],
      ['HTTP_PORT', 'http', 'a port from 1 to 65535, such as 8080'],
    ])('%s=%s', (variable, value, problem) => {
      const found = problems({ ...whole, [variable]: value });
      expect(found).toEqual([expect.stringContaining(`${variable}: `)]);
      expect(found[0]).toContain(problem);
      expect(found[0]).not.toMatch(/canary|xxx/);
    });

    test("a Bot API server of one's own pushes to any port", () => {
      const own = {
        ...whole,
        TELEGRAM_WEBHOOK_URL: 'https://bot.lan:9000/x',
        TELEGRAM_API_ROOT: 'http://bot.lan:8081',
      };
      expect(problems(own)).toEqual([]);
    });

    test('256 characters of secret are not too many', () => {
      expect(problems({ ...whole, TELEGRAM_WEBHOOK_SECRET: 'x'.repeat(256) })).toEqual([]);
    });
  });

  describe('a Google Sheet', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hoga-config-'));
    const file = (name: string, text: string): string => {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    };
    const key = '-----BEGIN PRIVATE KEY-----\ncanary-canary\n-----END PRIVATE KEY-----\n';
    const good = file('key.json', JSON.stringify({ client_email: 'hoga@x.iam.gserviceaccount.com', private_key: key }));
    const whole = { GOOGLE_SHEETS_ID: '1AbCdEfGhIjKlMnOpQrStUvWxYz', GOOGLE_SERVICE_ACCOUNT_JSON: good };
    afterAll(() => rmSync(folder, { recursive: true }));

    test('comes from its id and the key file, whose key is a secret', () => {
      const { sheets, secrets } = config(whole);
      expect(sheets).toMatchObject({ spreadsheetId: whole.GOOGLE_SHEETS_ID, email: 'hoga@x.iam.gserviceaccount.com' });
      expect(secrets.map((secret) => secret.reveal())).toContain(key);
      expect(inspect(config(whole), { depth: 9 })).not.toContain('canary');
      expect(config({}).sheets).toBeUndefined();
    });

    test.each([
      [{ ...whole, GOOGLE_SHEETS_ID: undefined }, 'GOOGLE_SHEETS_ID: needed for exports'],
      [{ ...whole, GOOGLE_SERVICE_ACCOUNT_JSON: undefined }, 'GOOGLE_SERVICE_ACCOUNT_JSON: needed for exports'],
      [{ ...whole, GOOGLE_SHEETS_ID: 'https://docs.google.com/x' }, 'GOOGLE_SHEETS_ID: what stands after /d/'],
      [{ ...whole, GOOGLE_SERVICE_ACCOUNT_JSON: join(folder, 'canary.json') }, 'there is no such file'],
      [{ ...whole, GOOGLE_SERVICE_ACCOUNT_JSON: folder }, 'there is no such file to be read'],
      [{ ...whole, GOOGLE_SERVICE_ACCOUNT_JSON: file('no.json', 'canary {') }, 'not a service account'],
      [
        { ...whole, GOOGLE_SERVICE_ACCOUNT_JSON: file('other.json', '{"installed":"canary"}') },
        'not a service account',
      ],
    ])('%o', (environ, problem) => {
      const found = problems(environ);
      expect(found).toEqual([expect.stringContaining(problem)]);
      expect(found[0]).not.toContain('canary');
    });
  });

  test('a key on the wrong line is not repeated', () => {
    expect(problems({ HOGA_OWNERS: `telegram:1,${token}` })).toEqual([
      `HOGA_OWNERS: an entry of ${token.length} characters is not an identity; write telegram:123+discord:456,telegram:789`,
    ]);
  });

  describe('issue 13.6: names that are none', () => {
    test.each([
      ['KIS_APPKEY', 'KIS_APP_KEY'],
      ['KIS_APPSECRET', 'KIS_APP_SECRET'],
      ['KIS_SECRET_KEY', 'KIS_APP_SECRET'],
      ['KIS_ACCOUNT_NUMBER', 'KIS_ACCOUNT'],
      ['kis_app_key', 'KIS_APP_KEY'],
      ['HOGA_MAX_ORDER', 'HOGA_MAX_ORDER_KRW'],
      ['HOGA_DAILY_LIMIT', 'HOGA_MAX_DAILY_KRW'],
      ['HOGA_LANGUAGE', 'HOGA_LANG'],
      ['HOGA_OWNER', 'HOGA_OWNERS'],
      ['HOGA_STORE_URL', 'STORE_URL'],
      ['KIS_LIVE_TRADING', 'HOGA_LIVE_TRADING'],
      ['TELEGRAM_TOKEN', 'TELEGRAM_BOT_TOKEN'],
      ['DISCORD_TOKEN', 'DISCORD_BOT_TOKEN'],
      ['DISCORD_WEBHOOK', 'DISCORD_WEBHOOK_URL'],
    ])('%s is told to be %s', (name, nearest) => {
      expect(problems({ [name]: 'canary' })).toEqual([`${name}: there is no such setting; did you mean ${nearest}?`]);
    });

    test('one that is like none is told where all of them stand', () => {
      expect(problems({ TELEGRAM_CHAT_ID: '1' })).toEqual([
        'TELEGRAM_CHAT_ID: there is no such setting; take it out, or see .env.example for all there are',
      ]);
    });

    test('blank ones and those of others are none of our business', () => {
      expect(problems({ KIS_APPKEY: ' ', GOOGLE_APPLICATION_CREDENTIALS: 'x', PATH: '/bin', KISS_ME: '1' })).toEqual(
        [],
      );
    });
  });

  test('issue 13.6: problems are told in Korean unless HOGA_LANG says English', () => {
    const wrong = { KIS_APPKEY: 'x', KIS_ACCOUNT: '1234', HOGA_MAX_ORDER_KRW: '많이', HTTP_PORT: 'x' };
    const inKorean = problems({ ...wrong, HOGA_LANG: undefined });
    expect(inKorean).toContain('KIS_ACCOUNT: 계좌번호 여덟 자리와 두 자리를 적어 주세요. 예: 12345678-01');
    expect(inKorean).toContain('KIS_APPKEY: 이런 설정은 없습니다. 혹시 KIS_APP_KEY 아닌가요?');
    for (const line of inKorean) expect(line).toMatch(/[가-힣]/);
    for (const line of problems(wrong)) expect(line).not.toMatch(/[가-힣]/);
    expect(problems({ HOGA_LANG: 'fr' })).toEqual(['HOGA_LANG: ko, en 중 하나를 적어 주세요']);
  });

  test('issue 13.6: blanks, CR and quotes around a value are no part of it, nor of the secret', () => {
    const dirty = Object.fromEntries(Object.entries(keys).map(([name, value]) => [name, ` "${value}"\r`]));
    expect(config({ ...dirty, KIS_ENV: "'live' ", HOGA_LANG: '"en"' })).toMatchObject({
      language: 'en',
      accounts: [{ kis: { environment: { name: 'live' }, account: { number: '12345678', product: '01' } } }],
    });
    expect(secretsIn(dirty).map((secret) => secret.reveal())).toContain(keys.KIS_APP_SECRET);
    expect(problems({ KIS_ENV: '""' })).toEqual([]);
  });

  test('a key with blanks within is refused before it breaks a header', () => {
    expect(problems({ ...keys, KIS_APP_KEY: 'PSxxxx\nxxxxxx' })).toEqual([
      expect.stringContaining('KIS_APP_KEY: the app'),
    ]);
  });

  test('TLS is not switched off', () => {
    expect(problems({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toEqual([expect.stringContaining('NODE_EXTRA_CA_CERTS')]);
    expect(problems({ NODE_TLS_REJECT_UNAUTHORIZED: '1' })).toEqual([]);
  });

  test('an account that landed among the people is shown without its middle', () => {
    expect(problems({ HOGA_OWNERS: '12345678-01' })).toEqual([expect.stringContaining("'1234****-01' is not")]);
  });
});
