import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Label } from '../../../src/records/label.ts'
import type { Project } from '../project.ts'

/** The lines of a file of labels; none where it is not there. */
export function labelLines<T>(project: Pick<Project, 'root'>, file: string): T[] {
  const place = path.join(project.root, 'labels', file)
  if (!existsSync(place)) return []
  return readFileSync(place, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T)
}

export const labelsOf = (project: Pick<Project, 'root'>) => labelLines<Label>(project, 'summary.jsonl')
