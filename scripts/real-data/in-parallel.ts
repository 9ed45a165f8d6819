/** The results of `work` in the order of the items, with at most `concurrency` under way and a word after every tenth of them. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  { name, concurrency = 2 }: { name: string; concurrency?: number },
): Promise<Result[]> {
  const results: Result[] = []
  const queue = [...items.entries()]
  let done = 0
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [index, item] = next
      results[index] = await work(item)
      done += 1
      if (done % Math.ceil(items.length / 10) === 0) process.stderr.write(`${name}: ${done} of ${items.length}\n`)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return results
}
