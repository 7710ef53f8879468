/** The text of a body. (Buffer.from(body) would ask the SDK's own byte class for its value, and be warned for it.) */
export const textOf = (body: string | Uint8Array): string => typeof body === 'string' ? body : new TextDecoder().decode(body);
