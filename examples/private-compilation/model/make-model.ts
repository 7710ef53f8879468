import { writeFileSync } from 'node:fs';
import { onnxModel } from './onnx';
import { STRIPES } from './stripes';
import { tarGz } from './tar';

/** Writes the archive that Neo compiles: one ONNX file in a `.tar.gz`. Says how many bytes it has. */
export function makeModel(archive: string): number {
  const content = tarGz('stripes.onnx', onnxModel(STRIPES));
  writeFileSync(archive, content);
  return content.length;
}
