import { Document, isCollection, isSeq } from 'yaml'
import type { NewCase } from './propose-case.ts'

/**
 * A case as an item of a YAML list: texts of several lines as blocks; tags, source and each question on one line. Ends
 * with a newline.
 */
export function caseToYaml(one: NewCase): string {
  const document = new Document([one])
  const rubric = document.getIn([0, 'rubric'], true)
  const inline = [document.getIn([0, 'tags'], true), document.getIn([0, 'source'], true)]
  for (const node of [...inline, ...(isSeq(rubric) ? rubric.items : [])]) if (isCollection(node)) node.flow = true
  return document.toString({ lineWidth: 0, blockQuote: 'literal', flowCollectionPadding: false })
}
