import { readFileSync } from 'node:fs';
import type { Clock } from '../clock.ts';
import { type Environ, languageOf, readConfig, secretsIn } from '../config.ts';
import { AppError, errorText } from '../errors.ts';
import { errorSentence, languages, type Words } from '../i18n/index.ts';
import { settingWords } from '../i18n/setting-words.ts';
import { type SetupWords, setupWords } from '../i18n/setup-words.ts';
import type { Redactor } from '../log.ts';
import { decodeText, parseEnvFile } from '../settings/env-file.ts';
import { type SettingChanges, withSettings, writePrivately } from '../settings/env-text.ts';
import { settingsSchema } from '../settings/schema.ts';
import { type Asking, SetupStopped } from './asking.ts';
import type { SetupChecks } from './checks.ts';

/** What the setup needs from its caller. */
export interface SetupOptions {
  readonly ask: Asking;
  readonly checks: SetupChecks;
  readonly clock: Clock;
  /** Is told every secret that the person types. */
  readonly redactor: Redactor;
  /** The file that the settings are written to. */
  readonly path: string;
  /** The text of a new file, with a comment for every setting (.env.example). */
  readonly template: string;
  /** The environment of the shell, which takes precedence over the file. */
  readonly shell: Environ;
}

type Typed = keyof SetupWords['ask'];
type Failed = keyof SetupWords['failed']['options'];

/**
 * Asks for the settings one by one, checks each answer and writes the file at the end. Nothing is written when the
 * person stops before that.
 * @returns whether the file was written and the bot can start with it.
 */
export async function runSetup(options: SetupOptions): Promise<boolean> {
  const setup = new Setup(options);
  try {
    return await setup.run();
  } catch (error) {
    if (!(error instanceof SetupStopped)) throw error;
    setup.stopped();
    return false;
  }
}

class Setup {
  readonly #options: SetupOptions;
  readonly #ask: Asking;
  /** The settings that the file and the shell already contain. */
  readonly #given: Environ;
  readonly #changes: Record<string, string | undefined> = {};
  #text: SetupWords;
  #words: Words;

  constructor(options: SetupOptions) {
    this.#options = options;
    this.#ask = options.ask;
    const inShell = Object.entries(options.shell).filter(([, value]) => value?.trim() !== '');
    const inFile = parseEnvFile(Buffer.from(readText(options.path) ?? '')).variables;
    this.#given = { ...inFile, ...Object.fromEntries(inShell) };
    const language = languageOf(this.#given);
    [this.#text, this.#words] = [setupWords[language], languages[language]];
  }

  async run(): Promise<boolean> {
    this.#ask.begin(`${setupWords.ko.title} · ${setupWords.en.title}`);
    const language = await this.#ask.choose(
      '언어 · Language',
      { ko: '한국어', en: 'English' },
      languageOf(this.#given),
    );
    this.#set('HOGA_LANG', language);
    [this.#text, this.#words] = [setupWords[language], languages[language]];
    this.#ask.say(this.#text.intro);
    await this.#venue();
    await this.#chat('TELEGRAM_BOT_TOKEN', this.#text.telegram, /^TELEGRAM_(?:BOT_TOKEN|API_ROOT)$/);
    await this.#chat('DISCORD_BOT_TOKEN', this.#text.discord, /^DISCORD_(?:BOT_TOKEN|API_ROOT)$/);
    await this.#webhook();
    return this.#finish();
  }

  stopped(): void {
    this.#ask.end(this.#text.stopped);
  }

  /** The settings with the answers given so far. */
  get #now(): Environ {
    return { ...this.#given, ...this.#changes };
  }

  #set(name: string, value: string | undefined): void {
    if (value !== undefined) for (const secret of secretsIn({ [name]: value })) this.#options.redactor.learn(secret);
    if (value === this.#given[name]) delete this.#changes[name];
    else this.#changes[name] = value;
  }

  async #venue(): Promise<void> {
    const { venue, rules, where, liveTrading } = this.#text;
    const { KIS_ENV, KIS_APP_KEY, HOGA_SIMULATOR, HOGA_LIVE_TRADING } = this.#given;
    const usual = KIS_APP_KEY === undefined ? 'simulator' : 'paper';
    const chosen = await this.#ask.choose(venue.question, venue.options, oneOf(venue.options, KIS_ENV) ?? usual);
    this.#set('KIS_ENV', chosen);
    if (chosen === 'simulator') {
      const first = oneOf(rules.options, HOGA_SIMULATOR) ?? 'live';
      this.#set('HOGA_SIMULATOR', await this.#ask.choose(rules.question, rules.options, first));
      return;
    }
    for (const name of ['HOGA_SIMULATOR', 'HOGA_SIMULATOR_CLOCK']) this.#set(name, undefined);
    this.#ask.say(where[chosen]);
    for (let next: 'keys' | 'account' | 'done' = 'keys'; next !== 'done'; ) {
      next = next === 'keys' ? await this.#keys() : await this.#account();
    }
    await this.#htsId();
    if (chosen === 'paper') {
      await this.#liveReads();
      return;
    }
    for (const name of liveReadNames) this.#set(name, undefined);
    const first = oneOf(liveTrading.options, HOGA_LIVE_TRADING) ?? 'no';
    this.#set('HOGA_LIVE_TRADING', await this.#ask.choose(liveTrading.question, liveTrading.options, first));
  }

  async #keys(): Promise<'keys' | 'account'> {
    await this.#type('KIS_APP_KEY');
    await this.#type('KIS_APP_SECRET');
    const { checks } = this.#options;
    const failed = await this.#check(() => checks.keys(this.#now).then(() => this.#text.good.keys), ['again', 'on']);
    return failed === 'again' ? 'keys' : 'account';
  }

  async #account(): Promise<'keys' | 'account' | 'done'> {
    await this.#type('KIS_ACCOUNT');
    const look = async (): Promise<string> => {
      const { masked, assets } = await this.#options.checks.account(this.#now);
      return this.#text.good.account(masked, this.#words.won(assets));
    };
    const failed = await this.#check(look, ['again', 'keys', 'on']);
    if (failed === 'keys') return 'keys';
    return failed === 'again' ? 'account' : 'done';
  }

  async #htsId(): Promise<void> {
    const { good, noFills } = this.#text;
    const look = async (): Promise<string> =>
      (await this.#options.checks.fills(this.#now, this.#words)) === 'working' ? good.fills : good.fillsInUse;
    do {
      await this.#type('KIS_HTS_ID');
      if (this.#now['KIS_HTS_ID'] === undefined) {
        this.#ask.say(noFills);
        return;
      }
    } while ((await this.#check(look, ['again', 'on'])) === 'again');
  }

  async #liveReads(): Promise<void> {
    const isUsed = this.#given['KIS_LIVE_APP_KEY'] !== undefined;
    if (!(await this.#confirm(this.#text.liveReads, isUsed))) {
      for (const name of liveReadNames) this.#set(name, undefined);
      return;
    }
    const look = (): Promise<string> => this.#options.checks.liveReads(this.#now).then(() => this.#text.good.liveReads);
    do {
      await this.#type('KIS_LIVE_APP_KEY');
      await this.#type('KIS_LIVE_APP_SECRET');
    } while ((await this.#check(look, ['again', 'on'])) === 'again');
  }

  /** Asks for a channel's webhook, and what may be told there, because others read a channel. */
  async #webhook(): Promise<void> {
    const { webhook, kinds } = this.#text;
    if (!(await this.#chat('DISCORD_WEBHOOK_URL', webhook, /^DISCORD_WEBHOOK_URL$/))) {
      this.#set('DISCORD_WEBHOOK_KINDS', undefined);
      return;
    }
    const { DISCORD_WEBHOOK_KINDS: given } = this.#given;
    const usual = 'alerts,reports';
    const own = given === undefined || given in kinds.options ? {} : { [given]: given };
    const chosen = await this.#ask.choose<string>(kinds.question, { ...own, ...kinds.options }, given ?? usual);
    // What the bot does by itself need not be written down.
    this.#set('DISCORD_WEBHOOK_KINDS', chosen === usual && given === undefined ? undefined : chosen);
  }

  /** Resolves to whether the chat is to be used. */
  async #chat(
    name: 'TELEGRAM_BOT_TOKEN' | 'DISCORD_BOT_TOKEN' | 'DISCORD_WEBHOOK_URL',
    question: string,
    settings: RegExp,
  ): Promise<boolean> {
    if (!(await this.#confirm(question, this.#given[name] !== undefined))) {
      this.#set(name, undefined);
      return false;
    }
    const look = async (): Promise<string> => {
      try {
        const found = await this.#options.checks.chat(this.#now, settings);
        const { good } = this.#text;
        return name === 'DISCORD_WEBHOOK_URL' ? good.webhook(found) : good.chat(found);
      } catch (error) {
        throw new Error(this.#text.chatRefused(errorText(error)));
      }
    };
    do await this.#type(name);
    while ((await this.#check(look, ['again', 'on'])) === 'again');
    return true;
  }

  /** Asks for a setting. Enter keeps the present value; a secret is kept without being shown. */
  async #type(name: Typed): Promise<void> {
    const { ask, keep, optional, required } = this.#text;
    const isSecret = name !== 'KIS_HTS_ID';
    const before = this.#now[name];
    const isFree = !isSecret || before !== undefined;
    const hint = isSecret ? (before === undefined ? '' : ` (${keep})`) : ` (${optional})`;
    const schema = settingsSchema(settingWords[languageOf(this.#now)], this.#options.redactor.redact).shape[name];
    const typed = await this.#ask.type(`${ask[name]}${hint}`, {
      secret: isSecret,
      given: before,
      check: (answer) => {
        if (answer === '') return isFree ? undefined : required;
        return schema.safeParse(answer).error?.issues[0]?.message;
      },
    });
    if (typed !== '') this.#set(name, typed);
    else if (!isSecret) this.#set(name, undefined);
  }

  /** Runs a check and shows its result. When it fails, asks the person how to go on. */
  async #check(look: () => Promise<string>, ways: readonly Failed[]): Promise<Failed | undefined> {
    const { checking, failed } = this.#text;
    this.#ask.say(checking);
    try {
      this.#ask.good(await this.#checkAgainLater(look));
      return undefined;
    } catch (error) {
      const sentence = errorSentence(this.#words, error);
      this.#ask.bad(sentence === this.#words.errors.unexpected({}) ? errorText(error) : sentence);
      const options = Object.fromEntries(ways.map((way) => [way, failed.options[way]]));
      return this.#ask.choose<Failed>(failed.question, options, 'again');
    }
  }

  /** Runs a check again after a pause: KIS issues one token a minute, and people correct a key faster than that. */
  async #checkAgainLater(look: () => Promise<string>): Promise<string> {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'venue.token-wait') throw error;
      const seconds = Number(error.context['waitSeconds'] ?? 61);
      this.#ask.say(this.#text.tokenWait(seconds));
      await this.#options.clock.sleep(seconds * 1_000);
      return look();
    }
  }

  async #confirm(question: string, first: boolean): Promise<boolean> {
    return (await this.#ask.choose(question, this.#text.yesNo, first ? 'yes' : 'no')) === 'yes';
  }

  async #finish(): Promise<boolean> {
    const { path } = this.#options;
    const text = this.#text;
    const secrets = secretsIn(this.#changes);
    const lines = Object.entries(this.#changes).map(([name, value]) => {
      if (value === undefined) return `${name} ${text.off}`;
      return secrets.some((secret) => secret.reveal() === value) || name === 'KIS_ACCOUNT'
        ? `${name} ${text.secret}`
        : `${name}=${value}`;
    });
    this.#ask.say(lines.length === 0 ? text.nothing : text.summary(lines));
    if (!(await this.#confirm(text.write(path), true))) throw new SetupStopped();
    const written = withSettings(readText(path) ?? this.#options.template, this.#changes);
    try {
      writePrivately(path, written);
    } catch (error) {
      this.#ask.bad(text.cannotWrite(path, String((error as NodeJS.ErrnoException).code)));
      this.#ask.end(text.stopped);
      return false;
    }
    this.#ask.good(text.written(path));
    const isReady = this.#sayWhatRemains(written, this.#changes);
    const hasChat = this.#now['TELEGRAM_BOT_TOKEN'] !== undefined || this.#now['DISCORD_BOT_TOKEN'] !== undefined;
    if (hasChat && this.#now['HOGA_OWNERS'] === undefined) this.#ask.say(text.pair);
    this.#ask.end(text.next);
    return isReady;
  }

  /** Shows settings that a start would refuse, and settings of the file that the shell overrides. */
  #sayWhatRemains(written: string, changes: SettingChanges): boolean {
    const { shell } = this.#options;
    const overridden = Object.keys(changes).filter(
      (name) => shell[name] !== undefined && shell[name] !== changes[name],
    );
    if (overridden.length > 0) this.#ask.bad(this.#text.shellWins(overridden.join(', ')));
    const file = parseEnvFile(Buffer.from(written));
    const read = readConfig({ ...file.variables, ...shell });
    const problems = [
      ...file.problems(settingWords[languageOf(this.#now)]),
      ...('problems' in read ? read.problems : []),
    ];
    if (problems.length === 0) return overridden.length === 0;
    const lines = problems.map(({ variable, problem }) => `${variable}: ${problem}`);
    this.#ask.bad([this.#text.remaining, ...lines].join('\n'));
    return false;
  }
}

const liveReadNames = ['KIS_LIVE_APP_KEY', 'KIS_LIVE_APP_SECRET', 'KIS_LIVE_REST_URL'] as const;

function oneOf<Value extends string>(
  options: Readonly<Record<Value, string>>,
  value: string | undefined,
): Value | undefined {
  return value !== undefined && value in options ? (value as Value) : undefined;
}

/**
 * The text of a file; undefined when there is none.
 * @throws the system's error when the file cannot be read.
 */
function readText(path: string): string | undefined {
  try {
    return decodeText(readFileSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
