import type { ChannelHost } from '../../chat/channel.ts';
import type { AnyCommand } from '../../chat/command.ts';
import type { Clock } from '../../clock.ts';
import { type Language, type Role, roleAllows } from '../../domain/people/person.ts';
import { languages, type Words } from '../../i18n/index.ts';
import type { Log } from '../../log.ts';
import { type ApiRequest, type TelegramApi, toTelegramError } from './api.ts';

/** How long to wait before setting a menu again that could not be set. */
const retryMs = 60_000;

/** What a person's menu depends on. */
interface MenuProfile {
  readonly role: Role;
  /** The language they chose in the bot, whatever their Telegram app uses. */
  readonly language?: Language | undefined;
}

/** A menu for people whose Telegram app uses this language; without a code, for everybody else. */
interface Translation {
  readonly words: Words;
  readonly code: { readonly language_code?: 'ko' | 'en' };
}

export interface TelegramMenuOptions {
  readonly api: TelegramApi;
  readonly commands: readonly AnyCommand[];
  /** The texts in the bot's own language, for people without a menu of their own. */
  readonly words: Words;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends requests under way when it is aborted. */
  readonly stop: AbortSignal;
}

/**
 * Sets the menus of commands that Telegram shows: a stranger's commands for everybody, and in each person's own chat
 * with the bot the commands that their role may use.
 */
export class TelegramMenu {
  readonly #options: TelegramMenuOptions;
  readonly #translations: readonly Translation[];
  /** By chat: what its menu was last set for. */
  readonly #told = new Map<number, MenuProfile>();
  /** Ids of people who have never written to the bot, for whom Telegram accepts no menu. */
  readonly #absent = new Set<number>();
  #publicTold = false;
  #people: ReturnType<ChannelHost['people']> = [];
  #work: Promise<void> | undefined;
  #again = false;

  constructor(options: TelegramMenuOptions) {
    this.#options = options;
    this.#translations = [
      { words: options.words, code: {} },
      { words: languages.ko, code: { language_code: 'ko' } },
      { words: languages.en, code: { language_code: 'en' } },
    ];
  }

  /** Updates the menus to the people known now, in the background. */
  refresh(people: ReturnType<ChannelHost['people']>): void {
    this.#people = people;
    this.#again = true;
    this.#work ??= this.#run().finally(() => {
      this.#work = undefined;
    });
  }

  /** Notes that somebody wrote in a chat, so that it certainly exists now. */
  noteChat(chatId: number): void {
    if (this.#absent.delete(chatId)) this.refresh(this.#people);
  }

  /** Resolves when no update of the menus is under way. */
  async idle(): Promise<void> {
    await this.#work;
  }

  async #run(): Promise<void> {
    const { clock, stop } = this.#options;
    while (this.#again && !stop.aborted) {
      this.#again = false;
      if (await this.#bringInLine()) continue;
      this.#again = true;
      await clock.sleep(retryMs, stop).catch(() => undefined);
    }
  }

  /** Sets every menu that differs. Resolves to whether all succeeded. */
  async #bringInLine(): Promise<boolean> {
    const wanted = new Map(
      this.#people
        .filter(({ identity }) => identity.startsWith('telegram:'))
        .map((reader) => [Number(reader.identity.slice('telegram:'.length)), reader]),
    );
    const results = [await this.#tellPublic()];
    for (const [chatId, reader] of wanted) results.push(await this.#tell(chatId, reader));
    for (const chatId of [...this.#told.keys()].filter((known) => !wanted.has(known))) {
      results.push(await this.#clear(chatId));
    }
    return results.every(Boolean);
  }

  async #tellPublic(): Promise<boolean> {
    if (this.#publicTold) return true;
    this.#publicTold = await this.#forEachLanguage(({ words, code }) => {
      const commands = [
        { command: 'help', description: words.commands.help },
        { command: 'pair', description: words.pairing.command },
      ];
      return (api, signal) => api.setMyCommands(commands, code, signal);
    });
    return this.#publicTold;
  }

  async #tell(chatId: number, { role, language }: MenuProfile): Promise<boolean> {
    const told = this.#told.get(chatId);
    const same = told?.role === role && told.language === language;
    if (same || this.#absent.has(chatId)) return true;
    const allowed = this.#options.commands.filter((command) => roleAllows(role, command.role));
    const done = await this.#forEachLanguage((translation) => {
      const { code } = translation;
      const words = language === undefined ? translation.words : languages[language];
      const commands = allowed.map(({ name }) => ({ command: name, description: words.commands[name] }));
      return (api, signal) => api.setMyCommands(commands, { ...scopeOf(chatId), ...code }, signal);
    }, chatId);
    if (done && !this.#absent.has(chatId)) this.#told.set(chatId, { role, language });
    return done;
  }

  async #clear(chatId: number): Promise<boolean> {
    const done = await this.#forEachLanguage(
      ({ code }) =>
        (api, signal) =>
          api.deleteMyCommands({ ...scopeOf(chatId), ...code }, signal),
      chatId,
    );
    if (done) this.#told.delete(chatId);
    return done;
  }

  async #forEachLanguage(request: (translation: Translation) => ApiRequest<true>, chatId?: number): Promise<boolean> {
    for (const translation of this.#translations) {
      const outcome = await this.#ask(request(translation), chatId);
      if (outcome !== 'done') return outcome === 'absent';
    }
    return true;
  }

  async #ask(request: ApiRequest<true>, chatId: number | undefined): Promise<'done' | 'absent' | 'failed'> {
    const { api, clock, log, stop } = this.#options;
    for (;;) {
      try {
        await api.call(request, { stop });
        return 'done';
      } catch (error) {
        const { status, retry, afterMs } = toTelegramError(error);
        if (stop.aborted) return 'failed';
        if (chatId !== undefined && retry === 'never') {
          this.#absent.add(chatId);
          log.debug('no telegram chat with this person yet', { chatId, error });
          return 'absent';
        }
        if (status !== 429 || afterMs === undefined) {
          log.warn('telegram menu not set', { error });
          return 'failed';
        }
        await clock.sleep(afterMs, stop).catch(() => undefined);
      }
    }
  }
}

function scopeOf(chatId: number) {
  return { scope: { type: 'chat' as const, chat_id: chatId } };
}
