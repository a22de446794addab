// @ts-nocheck
import * as nodeModule from 'node:module';

// Plain JavaScript that every Node can read: says what is needed before anything that only a new Node understands.
const needed = [22, 18];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  process.stderr.write(
    `Hoga needs Node ${needed.join('.')} or newer; this is ${process.versions.node} at ${process.execPath}.\n` +
      'Run `npm ci` so that npm brings its own, or install a newer Node from https://nodejs.org.\n',
  );
  process.exit(2);
}

// Reading TypeScript takes most of the start; what was read once is kept for the next.
nodeModule.enableCompileCache?.();

// Running TypeScript and SQLite inside Node still warns that they are experimental in some of the versions we take.
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.name}: ${warning.message}\n`);
});

await import('./main.ts');
