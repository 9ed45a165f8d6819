import path from 'node:path'

/** Their subject is the process, or one alone takes as long as several others. */
const ownProcess = /\/test\/(faults|demo|control\/store)\/|\/deterministic\.test\./
/** What would reach the tests of other files in the same process. */
const changesProcess = /^(before|beforeEach|afterEach)\(|\bprocess\.(env\.\w+ = |chdir\(|on\(|once\()/m
/** So many of an area together: few enough that two processes end at nearly the same time. */
const filesPerProcess = 24
/** Areas of fewer files than this share processes, which come first: some of those files wait long for programs. */
const fewFiles = 6
const sharedArea = 'areas-of-few-files'

/** The test files that share a process. `name` is that of their area, such as `gate`, with a number. */
export interface TestGroup {
  name: string
  files: string[]
}

/**
 * Which test files run in which process: to load Sluice anew costs more than most tests. `alone` are those that need a
 * process of their own. The paths are relative to the workspace.
 */
export function testProcesses(
  files: readonly string[],
  textOf: (file: string) => string,
): { alone: string[]; groups: TestGroup[] } {
  const areas = new Map<string, string[]>()
  const alone: string[] = []
  for (const file of files) {
    const parts = file.split(path.sep)
    const name = parts.slice(1, -1).slice(0, 3).join('-')
    if (ownProcess.test(parts.join('/')) || changesProcess.test(textOf(file))) alone.push(file)
    else areas.set(name, [...(areas.get(name) ?? []), file])
  }
  const isSmall = ([, members]: [string, string[]]) => members.length < fewFiles
  const small = [...areas].filter(isSmall).flatMap(([, members]) => members)
  const shared: [string, string[]] = [sharedArea, small]
  const groups = [shared, ...[...areas].filter((area) => !isSmall(area))].flatMap(([name, members]) =>
    Array.from({ length: Math.ceil(members.length / filesPerProcess) }, (_, index) => ({
      name: `${name}-${index + 1}`,
      files: members.slice(index * filesPerProcess, (index + 1) * filesPerProcess),
    })),
  )
  return { alone, groups }
}
