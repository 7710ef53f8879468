import { gzipSync } from 'node:zlib';

const BLOCK = 512;

/**
 * Packs one file into a `.tar.gz`. The same content always results in the same bytes, so that an unchanged model is not compiled again.
 *
 * @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html (ustar)
 */
export function tarGz(fileName: string, content: Buffer): Buffer {
  const padding = Buffer.alloc((BLOCK - content.length % BLOCK) % BLOCK);
  const end = Buffer.alloc(2 * BLOCK);
  return gzipSync(Buffer.concat([header(fileName, content.length), content, padding, end]), { level: 9 });
}

function header(fileName: string, size: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, length: number) => value.toString(8).padStart(length - 1, '0') + '\0';
  block.write(fileName, 0, 100);
  block.write(octal(0o644, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  block.write('0', 156);
  block.write('ustar\0' + '00', 257);
  // For the checksum, its own field counts as spaces.
  block.write(' '.repeat(8), 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(octal(sum, 7) + ' ', 148);
  return block;
}
