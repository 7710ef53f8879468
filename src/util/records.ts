/** Whether a value is a plain object: neither null nor a list, a date or a buffer. Not by its prototype, as jsii's objects may have another. */
export function isRecord(value: unknown): value is { [name: string]: unknown } {
  return Object.prototype.toString.call(value) === '[object Object]';
}
