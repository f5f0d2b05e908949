/**
 * What is known by a key, or what loads it. What could not be loaded is forgotten, so that the next call tries again.
 *
 * @param known what is kept
 */
export function kept<T>(
  known: Map<string, Promise<T>>,
  key: string,
  load: () => Promise<T>,
): Promise<T> {
  const there = known.get(key);
  if (there !== undefined) return there;
  const loading = load();
  known.set(key, loading);
  loading.catch(() => {
    if (known.get(key) === loading) known.delete(key);
  });
  return loading;
}
