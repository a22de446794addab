import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { commands } from '../commands/index.ts';
import { onSimulators, startSimulators } from './app/account-units.ts';
import { type AppOptions, startApp } from './app.ts';
import type { DiscordChannel } from './channels/discord/discord.ts';
import type { TelegramChannel } from './channels/telegram/telegram.ts';
import type { DiscordWebhookChannel } from './channels/webhook/discord-webhook.ts';
import { inKorea, systemClock } from './clock.ts';
import { type Config, languageOf, processEnviron, readConfig, secretsIn } from './config.ts';
import { AppError, errorText } from './errors.ts';
import type { ExitCode } from './exec.ts';
import { errorSentence, languages } from './i18n/index.ts';
import { settingWords } from './i18n/setting-words.ts';
import { setupWords } from './i18n/setup-words.ts';
import { createLog, createRedactor, type Log } from './log.ts';
import { localIdentity } from './services/people.ts';
import { readEnvFile } from './settings/env-file.ts';
import { readSimulatorFlags, simulatorFlags } from './simulator/flags.ts';
import { LedgerLock } from './store/ledger-lock.ts';
import { usage } from './usage.ts';

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')));

const envFile = readEnvFile('.env');
// The shell's variables take precedence over the file's, as usual.
const environ = { ...envFile.variables, ...processEnviron() };
// Created this early so that no error, not even one about invalid settings, can show a secret.
const redactor = createRedactor(secretsIn(environ));
const crashLog = createLog({ level: 'info', redactor });

/** A name by which somebody can find this process: host and process id. */
const self = `${hostname()}:${process.pid}`;
/**
 * How long to wait for another process to release the ledger. A bot that is being restarted has usually ended by then.
 */
const holdWaitMs = 10_000;
const holdRetryMs = 100;

const randomness = {
  random: Math.random,
  newId: () => randomBytes(6).toString('hex'),
};

/** Resolves on SIGINT or SIGTERM. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

function loadConfig(): Config {
  // At a terminal, where the log would appear between the lines of the chat, only warnings are logged by default.
  const quiet = process.stdin.isTTY && process.stderr.isTTY ? { LOG_LEVEL: 'warn' } : {};
  const result = readConfig({ ...quiet, ...environ });
  const words = settingWords[languageOf(environ)];
  const problems = [...envFile.problems(words), ...('problems' in result ? result.problems : [])];
  if ('config' in result && problems.length === 0) return result.config;
  const lines = problems.map(({ variable, problem }) => `  ${variable}: ${problem}`);
  throw new UsageError(`${words.heading}\n${lines.join('\n')}\n`);
}

/**
 * Wrong arguments or settings: exit code 2. The text is shown without the redactor, which would remove its examples.
 */
class UsageError extends Error {}

/**
 * Takes the ledger's file for this process before anything else is opened. If another process holds it, that process is
 * named at once, and given some time to end. A ledger on PostgreSQL is shared, so nobody takes it.
 * @throws UsageError when the other process keeps the ledger.
 */
async function holdLedger({ store, language }: Config): Promise<LedgerLock | undefined> {
  if ('url' in store) return undefined;
  const hold = new LedgerLock(store.ledger);
  const since = systemClock.now();
  const { notAlone } = languages[language];
  const other = (): string => {
    const holder = hold.holder();
    return holder === undefined ? '?' : notAlone.since(holder.name, inKorea(holder.since).toFormat('MM-dd HH:mm'));
  };
  for (let tries = 0; !hold.take({ name: self, since: systemClock.now() }); tries += 1) {
    if (tries === 0) process.stderr.write(`${redactor.redact(notAlone.ledger(other(), holdWaitMs / 1_000))}\n`);
    if (systemClock.now() - since >= holdWaitMs) throw new UsageError(`${notAlone.ledgerStays(other())}\n`);
    await systemClock.sleep(holdRetryMs);
  }
  return hold;
}

async function runBot(settleMs: number): Promise<void> {
  const config = loadConfig();
  const hold = await holdLedger(config);
  const log = createLog({ level: config.logLevel, redactor });
  const ended = interrupted();
  // Another process took over while this one was held up, so that what this one knows is out of date.
  while ((await runUntil(ended, config, log, settleMs)) === 'lost') log.warn('beginning anew');
  hold?.release();
}

/** Runs the bot until it is interrupted, its input ends, or another process has taken over. Returns which. */
async function runUntil(
  interruption: Promise<void>,
  config: Config,
  log: Log,
  settleMs: number,
): Promise<'interrupted' | 'input-ended' | 'lost'> {
  const [{ CronScheduler }, { ConsoleChannel }] = await Promise.all([
    import('./services/scheduler.ts'),
    import('./channels/console/console.ts'),
  ]);
  const chats = await createChats(config, log);
  let inputEnded = (): void => undefined;
  const ended = new Promise<'input-ended'>((resolve) => {
    inputEnded = () => resolve('input-ended');
  });
  const app = await startApp({
    config,
    commands,
    clock: systemClock,
    log,
    redactor,
    version,
    self,
    ...randomness,
    scheduler: new CronScheduler({ log }),
    ...(await sharing(config, log)),
    channels: (settled) => [
      ...chats,
      new ConsoleChannel({
        input: process.stdin,
        output: process.stdout,
        clock: systemClock,
        identity: localIdentity,
        settled,
        ended: inputEnded,
      }),
    ],
  });
  // The end of the terminal's input ends the bot only if it has no other chat: in a container there is no input at all.
  const why = await Promise.race([
    ...(chats.length === 0 ? [ended] : []),
    interruption.then(() => 'interrupted' as const),
    app.lost.then(() => 'lost' as const),
  ]);
  if (why === 'input-ended') await app.settle(settleMs);
  await app.stop();
  return why;
}

/** A ledger on PostgreSQL may have other processes, which share the work. */
async function sharing({ store }: Config, log: Log): Promise<Pick<AppOptions, 'joinCluster'>> {
  if (!('url' in store)) return {};
  const { openCluster } = await import('./cluster/open-cluster.ts');
  const place = { url: store.url.reveal(), schema: store.schema };
  return { joinCluster: (ledger) => openCluster({ ledger, ...place, self, clock: systemClock, log }) };
}

/** The chats that the settings name; the terminal is not among them. */
async function createChats(
  config: Config,
  log: Log,
): Promise<readonly (TelegramChannel | DiscordChannel | DiscordWebhookChannel)[]> {
  const chats = [await createTelegram(config, log), await createDiscord(config, log), await createWebhook(config)];
  return chats.filter((chat) => chat !== undefined);
}

async function createWebhook({ webhooks }: Config): Promise<DiscordWebhookChannel | undefined> {
  if (webhooks.length === 0) return undefined;
  const { DiscordWebhookChannel } = await import('./channels/webhook/discord-webhook.ts');
  return new DiscordWebhookChannel({ webhooks, clock: systemClock });
}

// What a process does not use it does not load: discord.js alone takes half a second, and grammY a tenth of one.

async function createDiscord(config: Config, log: Log): Promise<DiscordChannel | undefined> {
  if (config.discord === undefined) return undefined;
  const { DiscordChannel } = await import('./channels/discord/discord.ts');
  const words = languages[config.language];
  return new DiscordChannel({ ...config.discord, commands, words, clock: systemClock, log });
}

async function createTelegram(config: Config, log: Log): Promise<TelegramChannel | undefined> {
  if (config.telegram === undefined) return undefined;
  const { TelegramChannel } = await import('./channels/telegram/telegram.ts');
  const words = languages[config.language];
  return new TelegramChannel({ ...config.telegram, commands, words, clock: systemClock, log });
}

/** Answers one question, on the standard output or in a chat. Returns the exit code. */
async function runExecMode(line: string, json: boolean, target: string | undefined): Promise<ExitCode> {
  const { destinationOf, execTargets, runExec } = await import('./exec.ts');
  const to = execTargets.find((one) => one === target);
  if (to === undefined && target !== undefined) throw new UsageError(usage);
  const config = loadConfig();
  const destination = to === undefined ? undefined : destinationOf(config, to);
  if (destination !== undefined && 'problem' in destination) throw new UsageError(`${destination.problem}\n`);
  const log = createLog({ level: config.logLevel, redactor });
  const channel = await (to === 'webhook' ? createWebhook(config) : createTelegram(config, log));
  return runExec({
    config,
    commands,
    clock: systemClock,
    log,
    redactor,
    version,
    self,
    ...randomness,
    line,
    json,
    output: process.stdout,
    errors: process.stderr,
    watched: process.stderr.isTTY ? process.stderr : undefined,
    to: destination === undefined || channel === undefined ? undefined : { destination, channel },
  });
}

/** Runs a check, against embedded simulators when there are no keys. */
async function withSimulator<T>(config: Config, task: (config: Config) => Promise<T>): Promise<T> {
  const simulators = await startSimulators(config, systemClock);
  try {
    return await task(onSimulators(config, simulators));
  } finally {
    for (const simulator of simulators.values()) await simulator.stop();
  }
}

const printLine = (line: string): void => void process.stdout.write(`${line}\n`);

async function runDoctorMode(): Promise<boolean> {
  const { runDoctor } = await import('./doctor.ts');
  const loaded = loadConfig();
  const log = createLog({ level: 'silent', redactor });
  const chats = await createChats(loaded, log);
  return withSimulator(loaded, (config) =>
    runDoctor({ config, clock: systemClock, log, redactor, random: Math.random, chats, print: printLine }),
  );
}

async function runWireMode(): Promise<boolean> {
  const { runWireCheck } = await import('./doctor.ts');
  const log = createLog({ level: 'silent', redactor });
  const isWatched = process.stderr.isTTY;
  // Rewrites one line of the terminal.
  const overwrite = (line: string): void => void process.stderr.write(`\r\u001b[K${line}`);
  return withSimulator(loadConfig(), (config) =>
    runWireCheck({
      config,
      clock: systemClock,
      log,
      redactor,
      random: Math.random,
      progress: isWatched ? overwrite : () => undefined,
      print: (line) => {
        if (isWatched) overwrite('');
        printLine(line);
      },
    }),
  );
}

async function runRevokeMode(): Promise<boolean> {
  const { runRevoke } = await import('./revoke.ts');
  const config = loadConfig();
  const log = createLog({ level: 'silent', redactor });
  return runRevoke({ config, clock: systemClock, log, redactor, random: Math.random, print: printLine });
}

async function runStoreMode(argv: readonly string[]): Promise<number> {
  const { redact } = redactor;
  const parts = { self, now: systemClock.now(), redact, print: printLine, errors: process.stderr };
  const { runStore } = await import('./store-tools.ts');
  const code = await runStore(argv, loadConfig(), parts);
  if (code === undefined) throw new UsageError(usage);
  return code;
}

async function runSetupMode(): Promise<boolean> {
  const { stdin: input, stdout: output } = process;
  if (!input.isTTY || !output.isTTY) throw new UsageError(`${setupWords[languageOf(environ)].noTerminal}\n`);
  // Loaded only when needed: no other command asks questions.
  const [{ terminalAsking }, { SetupChecks }, { runSetup }] = await Promise.all([
    import('./setup/asking.ts'),
    import('./setup/checks.ts'),
    import('./setup/setup.ts'),
  ]);
  const log = createLog({ level: 'silent', redactor });
  const parts = { clock: systemClock, redactor };
  return runSetup({
    ...parts,
    ask: terminalAsking({ input, output, redact: redactor.redact }),
    checks: new SetupChecks({ ...parts, log, random: Math.random, chats: (config) => createChats(config, log) }),
    path: '.env',
    template: exampleFile(),
    shell: processEnviron(),
  });
}

/** The text of .env.example; empty in a container image, which does not contain the file. */
function exampleFile(): string {
  try {
    return readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
  } catch {
    return '';
  }
}

async function runSimulator(flags: Parameters<typeof readSimulatorFlags>[0]): Promise<void> {
  const read = readSimulatorFlags(flags);
  if ('problem' in read) throw new UsageError(`${read.problem}\n${usage}`);
  const { startSimulator } = await import('./simulator/server.ts');
  const simulator = await startSimulator({ clock: systemClock, ...read.options });
  process.stdout.write(`${JSON.stringify({ rest: simulator.restUrl, ws: simulator.wsUrl })}\n`);
  await interrupted();
  await simulator.stop();
}

/** Returns the exit code. */
async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = readArgv(argv);
  const [mode, ...rest] = positionals;
  const json = values.json === true;
  if ((json || values.to !== undefined) && mode !== 'exec') throw new UsageError(usage);
  if (values.help === true) process.stdout.write(usage);
  else if (mode === undefined) await runBot(Number(values.settle) * 1_000);
  else if (mode === 'exec' && rest.length > 0) return runExecMode(rest.join(' '), json, values.to);
  else if (mode === 'doctor' && rest.length === 0)
    return (await (values.wire === true ? runWireMode() : runDoctorMode())) ? 0 : 1;
  else if (mode === 'setup' && rest.length === 0) return (await runSetupMode()) ? 0 : 1;
  else if (mode === 'revoke' && rest.length === 0) return (await runRevokeMode()) ? 0 : 1;
  else if (mode === 'store') return runStoreMode(rest);
  else if (mode === 'simulator' && rest.length === 0) await runSimulator(values);
  else throw new UsageError(usage);
  return 0;
}

function readArgv(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        help: { type: 'boolean' },
        wire: { type: 'boolean' },
        json: { type: 'boolean' },
        to: { type: 'string' },
        settle: { type: 'string', default: '10' },
        ...simulatorFlags,
      },
    });
  } catch (cause) {
    throw new UsageError(`${redactor.redact(errorText(cause))}\n${usage}`);
  }
}

/** Logs a crash with secrets removed. Node's own crash message would show the stack unchanged. */
function hideSecretsInCrashes(): void {
  const crash = (error: unknown): never => {
    crashLog.error('crashed', { error });
    process.exit(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => {
    if (name !== 'ExperimentalWarning') crashLog.warn('warning from Node', { name, message });
  });
  // A diagnostic report (--report-…) would list the environment, and with it the keys.
  process.report.excludeEnv = true;
}

function fail(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(error.message);
    return 2;
  }
  if (error instanceof AppError && /^(?:store\.|http\.cannot-listen$)/.test(error.code)) {
    const sentence = errorSentence(languages[languageOf(environ)], error);
    const why = error.cause === undefined ? '' : ` (${errorText(error.cause)})`;
    process.stderr.write(`${redactor.redact(`${sentence}${why}`)}\n`);
    return 2;
  }
  crashLog.error('ended by an error', { error });
  return 1;
}

hideSecretsInCrashes();
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = fail(error);
}
// Exits even if a forgotten connection is still open.
process.exit();
