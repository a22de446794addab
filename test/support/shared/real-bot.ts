import { randomBytes } from 'node:crypto';
import { commands } from '../../../commands/index.ts';
import { type App, type AppOptions, startApp } from '../../../src/app.ts';
import { systemClock } from '../../../src/clock.ts';
import { type Config, type Environ, readConfig } from '../../../src/config.ts';
import { createLog, createRedactor, type Log } from '../../../src/log.ts';
import { CronScheduler } from '../../../src/services/scheduler.ts';

/** The settings of a bot that is measured. */
export function configOf(environ: Environ): Config {
  const read = readConfig(environ);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems.slice(0, 3)));
  return read.config;
}

/** Starts the whole bot in this process, on the machine's clock, as `npm start` does. `parts`: its channels at least. */
export function startRealBot(
  config: Config,
  parts: (log: Log) => Pick<AppOptions, 'channels'> & Partial<AppOptions>,
): Promise<App> {
  const redactor = createRedactor(config.secrets);
  const log = createLog({ level: config.logLevel, redactor });
  return startApp({
    config,
    commands,
    clock: systemClock,
    random: Math.random,
    newId: () => randomBytes(6).toString('hex'),
    log,
    redactor,
    version: '0.0.0',
    self: 'bench',
    scheduler: new CronScheduler({ log }),
    ...parts(log),
  });
}
