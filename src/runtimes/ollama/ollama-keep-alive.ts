/**
 * How long Ollama keeps a model after a request, as the API wants it: a number of seconds, or a Go
 * duration ("1h30m"). A number within a string is an error there, so "-1" and "30" become numbers;
 * its own variable OLLAMA_KEEP_ALIVE takes them as text.
 */
export function keepAliveBody(keepAlive: string): string | number {
  const text = keepAlive.trim();
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
