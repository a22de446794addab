import type { Cache } from '../../src/ports/cache.ts';

/** A cache that forgets when the test ends; values go through JSON, as in the real one. */
export function memoryCache(): Cache {
  const values = new Map<string, string>();
  return {
    async get<T>(key: string) {
      const value = values.get(key);
      return value === undefined ? undefined : (JSON.parse(value) as T);
    },
    set: async (key, value) => void values.set(key, JSON.stringify(value)),
    delete: async (key) => void values.delete(key),
    close: async () => undefined,
  };
}
