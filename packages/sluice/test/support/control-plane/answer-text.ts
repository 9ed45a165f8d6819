/** The text of an answer. Of an endless one, which a stream is, what it begins with. */
export async function answerText(response: Response): Promise<string> {
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response.text()
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!text.includes('event: snapshot')) {
    const part = await reader?.read()
    if (!part || part.done) break
    text += part.value
  }
  await reader?.cancel()
  return text
}
