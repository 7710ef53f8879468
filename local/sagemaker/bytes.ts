/** Returns the text of a body. (Buffer.from(body) would read the value of the SDK's own byte class, which causes a warning.) */
export const textOf = (body: string | Uint8Array): string => typeof body === 'string' ? body : new TextDecoder().decode(body);
