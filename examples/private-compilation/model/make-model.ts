import { renameSync, writeFileSync } from 'node:fs';
import { onnxModel } from './onnx';
import { STRIPES } from './stripes';
import { tarGz } from './tar';

/** Writes the archive that Neo compiles: one ONNX file in a `.tar.gz`. Says how many bytes it has. */
export function makeModel(archive: string): number {
  const content = tarGz('stripes.onnx', onnxModel(STRIPES));
  // Two syntheses at once read the archive as a whole.
  const own = `${archive}.${process.pid}`;
  writeFileSync(own, content);
  renameSync(own, archive);
  return content.length;
}
