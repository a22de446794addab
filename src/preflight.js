import * as nodeModule from 'node:module';

// This file is plain JavaScript that any Node can run, so that an old Node can say which version is needed.
const needed = [22, 18];
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  process.stderr.write(
    `Hoga needs Node ${needed.join('.')} or newer; this is ${process.versions.node} at ${process.execPath}.\n` +
      'Run `npm ci` so that npm brings its own, or install a newer Node from https://nodejs.org.\n',
  );
  process.exit(2);
}

// Most of the start is spent on loading some thousand files. Node's compile cache is kept for the next start.
nodeModule.enableCompileCache?.();

// Node looks at the disk several times before it finds out that ./main.ts is ./main.ts; a fifth of the start was that.
nodeModule.registerHooks?.({
  resolve(specifier, context, nextResolve) {
    const { parentURL, conditions } = context;
    const isWhole = /^\.{1,2}\/.*\.[jt]s$/.test(specifier);
    if (!isWhole || parentURL === undefined || !conditions.includes('import')) return nextResolve(specifier, context);
    return { url: new URL(specifier, parentURL).href, shortCircuit: true };
  },
});

// Some of the supported Node versions warn that their TypeScript and SQLite support is experimental.
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.name}: ${warning.message}\n`);
});

await import('./main.ts');
