import { expect, test } from 'vitest';
import { morning } from './plan.ts';
import { runWeek } from './week.ts';

test('a morning with thirty issues, five hundred alerts, two ends of the bot and a cut of its socket', async () => {
  const { violations, near } = await runWeek(morning(1));
  expect(violations).toEqual([]);
  expect(near['reached, and told']).toBeGreaterThan(50);
  expect(near['reached while the bot was down, and told when it was back']).toBeGreaterThan(0);
  expect(near['shown again, because the bot ended before it was noted']).toBeGreaterThan(0);
});
