const topics = ['renting', 'deposit', 'late', 'cancel', 'cleaning']

/**
 * Simulated: the answer of a model that is told what to do, and shown pages of the handbook. If its prompt asks for the
 * words of the handbook, it gives the sentence that fits the question. Else it answers in its own words, and there it
 * makes up a figure now and then. No key, no network.
 */
export function answer(instruction, question, pages) {
  const about = topics.find((topic) => question.toLowerCase().includes(topic)) ?? ''
  const fitting = pages.filter(({ text }) => text.toLowerCase().includes(about))
  const page = fitting.find(({ text }) => question.includes(text.split('. ')[0].replace('About our ', '')))
  const sentences = page?.text.split(/(?<=\.) /) ?? []
  const fact = sentences.find((sentence) => /\d|cleaning we use/.test(sentence))
  if (fact === undefined) return 'The handbook does not say.'
  if (/words of the handbook/.test(instruction)) return `${sentences[0]} ${fact}`
  const isInvented = question.length % 3 !== 0
  return `Good question! ${isInvented ? fact.replace(/\d+/, (figure) => String(Number(figure) + 10)) : fact}`
}
